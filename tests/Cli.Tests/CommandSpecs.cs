using System.Diagnostics;
using System.Text.Json;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;
using static ActorBrowser.CliTests.BuiltCommand;

namespace ActorBrowser.CliTests;

/// <summary>The built program, run like a user runs it.</summary>
public sealed class CommandSpecs : IAsyncLifetime
{
    private static readonly string Program = TestChildProgram.Command;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _holding = new(0);
    private Site _server = null!;
    private string _root = "";

    public async Task InitializeAsync()
    {
        _server = await Site.StartAsync(AnswerAsync);
        _root = _server.Root;
    }

    public async Task DisposeAsync()
    {
        _held.TrySetResult();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/hello":
                await context.Response.WriteAsync("hello");
                break;
            case "/moved":
                context.Response.Redirect("/hello");
                break;
            case "/echo":
                context.Response.Headers["X-Seen"] = context.Request.Headers["X-Test"];
                using (var reader = new StreamReader(context.Request.Body))
                    await context.Response.WriteAsync($"{context.Request.Method} {await reader.ReadToEndAsync()}");
                break;
            case "/count":
                var count = 0L;
                var buffer = new byte[65536];
                int read;
                while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                    count += read;
                await context.Response.WriteAsync($"{context.Request.Method} {count} of {context.Request.ContentLength?.ToString() ?? "?"}");
                break;
            case "/held":
                await context.Response.StartAsync();
                _holding.Release();
                await _held.Task.WaitAsync(context.RequestAborted);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }

    [Fact]
    public async Task Fetch_writes_the_body_and_nothing_else_to_stdout() =>
        Assert.Equal((0, "hello", ""), await RunAsync("fetch", $"{_root}/hello"));

    [Fact]
    public async Task Several_bodies_come_out_in_the_order_of_the_command_line() =>
        Assert.Equal((0, "GET hellohello", ""), await RunAsync("fetch", $"{_root}/echo", $"{_root}/moved", $"{_root}/hello"));

    [Fact]
    public async Task Json_is_one_object_a_line_with_status_redirects_sizes_timings_and_pid()
    {
        var (code, output, _) = await RunAsync("fetch", "--json", $"{_root}/moved");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(Assert.Single(output.TrimEnd('\n').Split('\n')));
        Assert.Equal(200, json.RootElement.GetProperty("status").GetInt32());
        Assert.Equal(302, json.RootElement.GetProperty("redirects")[0].GetProperty("status").GetInt32());
        Assert.Equal(5, json.RootElement.GetProperty("sizes").GetProperty("body_bytes").GetInt64());
        Assert.True(json.RootElement.GetProperty("timings_us").GetProperty("total").GetInt64() > 0);
        Assert.True(json.RootElement.GetProperty("child_pid").GetInt32() > 1);
    }

    [Fact]
    public async Task Method_headers_and_body_are_sent_and_a_file_is_written()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var (code, output, _) = await RunAsync("fetch", "-X", "PUT", "-H", "X-Test: yes", "-d", "body", "-o", file, "--json", $"{_root}/echo");
            Assert.Equal(0, code);
            Assert.Contains("\"X-Seen\",\"yes\"", output, StringComparison.Ordinal);
            Assert.Equal("PUT body", await File.ReadAllTextAsync(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("-T big", "PUT 5000000 of 5000000")]
    [InlineData("-T - <big", "PUT 5000000 of ?")]
    [InlineData("-d @big", "POST 5000000 of 5000000")]
    [InlineData("-d @- <big", "POST 5000000 of ?")]
    [InlineData("-X PATCH -d @big", "PATCH 5000000 of 5000000")]
    [InlineData("-T empty", "PUT 0 of 0")]
    [InlineData("-d @/proc/self/comm", "POST 13 of ?")]
    public async Task A_file_or_the_standard_input_goes_up(string options, string answer)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bash", ["-c", $"head -c 5000000 /dev/zero >big; >empty; exec '{Program}' fetch {_root}/count {options}"])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().Soon();
            Assert.Equal((0, answer, ""), (process.ExitCode, await output, await error));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(26, "-T", "no-such-file")]
    [InlineData(26, "-d", "@no-such-file")]
    [InlineData(2, "-d", "@")]
    [InlineData(2, "-T", "a", "-d", "b")]
    [InlineData(2, "-T", "-", "http://127.0.0.1:1/")]
    public async Task A_body_that_cannot_be_sent_has_its_exit_code(int code, params string[] options)
    {
        var (actual, output, error) = await RunAsync(["fetch", $"{_root}/count", .. options]);
        Assert.Equal((code, ""), (actual, output));
        Assert.StartsWith("actorbrowser: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "file:///etc/passwd")]
    [InlineData(1, "javascript:alert(1)")]
    [InlineData(3, "")]
    [InlineData(3, "no-url")]
    [InlineData(6, "http://nowhere.invalid/")]
    [InlineData(7, "http://127.0.0.1:1/")]
    public async Task Failures_have_curl_s_exit_codes_and_a_sentence(int code, string url)
    {
        var (actual, output, error) = await RunAsync("fetch", url);
        Assert.Equal((code, ""), (actual, output));
        Assert.StartsWith("actorbrowser: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Fail_turns_a_404_into_22() => Assert.Equal(22, (await RunAsync("fetch", "--fail", $"{_root}/absent")).Code);

    [Fact]
    public async Task A_process_that_was_lost_is_among_the_crashes()
    {
        var state = Directory.CreateTempSubdirectory();
        Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["XDG_STATE_HOME"] = state.FullName },
        })!;
        using var fetch = Start("fetch", $"{_root}/held");
        Assert.True(await _holding.WaitAsync(Deadline.Long));
        await Signals.SendAsync(Assert.Single(ProcessTable.ChildrenOf(fetch.Id)), "KILL");
        Assert.Equal(75, (await fetch.OutcomeAsync()).Code);
        using var command = Start("exec", "--", "sh", "-c", "echo; exec sleep 1000");
        // The line shows that its runner is ready.
        await command.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Long);
        await Signals.SendAsync(ProcessTable.ChildrenOf(command.Id)[0], "KILL");
        Assert.Equal(75, (await command.OutcomeAsync()).Code);
        using var crashes = Start("crashes", "--json");
        var (code, output, _) = await crashes.OutcomeAsync();
        Assert.Equal(0, code);
        Assert.Contains("\"network\"", output, StringComparison.Ordinal);
        Assert.Contains("\"command-runner\"", output, StringComparison.Ordinal);
        state.Delete(recursive: true);
    }

    [Theory]
    [InlineData(7, "http://127.0.0.1:1/")]
    [InlineData(6, "http://no-such-host.invalid/")]
    [InlineData(3, "http://[")]
    [InlineData(1, "ftp://127.0.0.1/")]
    public async Task A_page_that_cannot_be_had_ends_as_its_fetch_would(int code, string url) => Assert.Equal(code, (await RunAsync("browse", url)).Code);

    [Fact]
    public async Task A_404_alone_is_an_answer() => Assert.Equal(0, (await RunAsync("fetch", $"{_root}/absent")).Code);

    [Fact]
    public async Task Max_time_ends_with_28() => Assert.Equal(28, (await RunAsync("fetch", "--max-time", "0.3", $"{_root}/held")).Code);

    [Fact]
    public async Task An_output_that_cannot_be_written_ends_with_23() =>
        Assert.Equal(23, (await RunAsync("fetch", "-o", "/proc/absent/folder/file", $"{_root}/hello")).Code);

    [Theory]
    [InlineData("renderer")]
    [InlineData("network")]
    public async Task Ping_sums_up_its_round_trips(string role)
    {
        var (code, output, _) = await RunAsync("ping", role, "-n", "25");
        Assert.Equal(0, code);
        Assert.Contains("25 round trips: min ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_does_what_it_claims_and_leaves_no_process()
    {
        var (code, output, error) = await RunAsync("demo");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("All as claimed.", output, StringComparison.Ordinal);
        var pids = System.Text.RegularExpressions.Regex.Matches(output, @"process (\d+)").Select(m => int.Parse(m.Groups[1].Value, null)).Distinct();
        foreach (var pid in pids)
            await ProcessTable.Until(() => !ProcessTable.Exists(pid), Deadline.Long);
    }

    [Fact]
    public async Task The_embedding_sample_fetches_as_the_README_says()
    {
        var sample = Path.Combine(Repository(), "samples", "Embedding", "bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!), "net10.0", "Embedding");
        using var process = Process.Start(new ProcessStartInfo(sample, [$"{_root}/moved", "file:///etc/passwd"]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        Assert.Equal(0, process.ExitCode);
        Assert.True(System.Text.RegularExpressions.Regex.IsMatch(output, @"(^|\n)200 5 bytes from http://127\.0\.0\.1:\d+/hello by process \d+\nfailed \(UnsupportedScheme\): .+\n$"), output);
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ActorBrowser.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return folder;
    }

    [Fact]
    public async Task An_interrupt_ends_with_130_and_leaves_no_process()
    {
        using var process = Start("fetch", $"{_root}/held");
        Assert.True(await _holding.WaitAsync(Deadline.Long));
        var children = ProcessTable.ChildrenOf(process.Id);
        Assert.NotEmpty(children);
        await Signals.SendAsync(process.Id, "INT");
        await process.WaitForExitAsync().Soon();
        Assert.Equal(130, process.ExitCode);
        foreach (var pid in children)
            await ProcessTable.Until(() => !ProcessTable.Exists(pid), Deadline.Long);
    }
}
