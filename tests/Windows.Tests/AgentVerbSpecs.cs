using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>The verbs for agents and for many pages: <c>mcp</c> and <c>crawl</c>; and those that need Linux, which say so.</summary>
public sealed class AgentVerbSpecs
{
    [Fact]
    public async Task A_site_is_crawled_into_a_folder_and_a_second_run_loads_nothing_again()
    {
        using var server = new PageServer();
        var folder = Directory.CreateTempSubdirectory("actorbrowser-crawl-").FullName;
        try
        {
            var run = await CliRun.Of("crawl", "--json", "--max", "2", "--save", "markdown", "-o", folder, server.Url);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
            var pages = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).Where(static line => line.TryGetProperty("url", out _)).ToList();
            Assert.Contains(pages, page => page.GetProperty("url").GetString() == server.Url && page.GetProperty("title").GetString() == PageServer.Title && page.GetProperty("status").GetInt32() == 200);
            Assert.Contains("naïve → link", string.Concat(Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories).Select(File.ReadAllText)), StringComparison.Ordinal);
            var again = await CliRun.Of("crawl", "--json", "--max", "2", "--save", "markdown", "-o", folder, server.Url);
            Assert.Equal((0, ""), (again.ExitCode, again.Error));
            Assert.Equal(pages.Count, File.ReadAllLines(Path.Combine(folder, "pages.jsonl")).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_agent_reads_a_page_and_runs_a_command()
    {
        using var server = new PageServer();
        using var process = Process.Start(new ProcessStartInfo(CliRun.Program, ["mcp", "--private-addresses"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var error = process.StandardError.ReadToEndAsync(over.Token);
        try
        {
            var hello = await AskAsync(process, over.Token, 1, "initialize", """{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"spec","version":"1"}}""");
            Assert.Equal("actorbrowser", hello.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
            await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
            var page = await AskAsync(process, over.Token, 2, "tools/call", $$"""{"name":"read_page","arguments":{"url":"{{server.Url}}"} }""");
            Assert.Contains("naïve → link", page.GetProperty("result").GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
            var command = await AskAsync(process, over.Token, 3, "tools/call", """{"name":"run_command","arguments":{"command":"echo hi & exit 3"} }""");
            var said = command.GetProperty("result").GetProperty("structuredContent");
            Assert.Equal(("exited", 3, "hi"), (said.GetProperty("status").GetString(), said.GetProperty("exitCode").GetInt32(), said.GetProperty("stdout").GetString()!.Trim()));
            process.StandardInput.Close();
            await process.WaitForExitAsync(over.Token);
            Assert.Equal(0, process.ExitCode);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill();
            throw new TimeoutException($"mcp did not answer: {await error}", e);
        }
    }

    [Theory]
    [InlineData(2, "scratch needs Linux", "scratch")]
    [InlineData(2, "scratch needs Linux", "scratch", "name", "--diff")]
    [InlineData(69, "serve needs Linux", "ps")]
    [InlineData(69, "serve needs Linux", "top")]
    [InlineData(69, "serve needs Linux", "logs", "x")]
    [InlineData(69, "serve needs Linux", "attach", "x")]
    [InlineData(69, "serve needs Linux", "kill", "x")]
    [InlineData(2, "need Linux", "mcp", "--allow-host", "example.org")]
    [InlineData(2, "need Linux", "mcp", "--read", "C:\\windows")]
    [InlineData(69, "needs a world", "exec", "--scratch=x", "--", "cmd.exe", "/c", "echo hi")]
    public async Task What_needs_linux_is_refused_with_a_sentence(int code, string sentence, params string[] line)
    {
        var run = await CliRun.Of(line);
        Assert.Equal((code, ""), (run.ExitCode, run.Output));
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_line_of_a_session_is_shown()
    {
        var run = await CliRun.Of("sessions", "echo first& echo the last one");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the last one │", run.Output[run.Output.LastIndexOf("exit 0", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static async Task<JsonElement> AskAsync(Process process, CancellationToken over, int id, string method, string parameters)
    {
        await process.StandardInput.WriteLineAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
        await process.StandardInput.FlushAsync(over);
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(over) ?? throw new IOException("mcp ended its output.");
            var message = JsonDocument.Parse(line).RootElement;
            if (message.TryGetProperty("id", out var of) && of.ValueKind == JsonValueKind.Number && of.GetInt32() == id)
                return message;
        }
    }
}
