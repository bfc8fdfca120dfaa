using System.Diagnostics;
using System.Text.Json;
using ActorBrowser.Cli;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>crawl</c> as a program: its output, how it ends, and how it goes on.</summary>
public sealed class CrawlSpecs : IAsyncLifetime, IDisposable
{
    private const int Pages = 300;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-crawl-");
    private Site _server = null!;

    public async Task InitializeAsync() => _server = await Site.StartAsync(async context =>
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        var path = context.Request.Path.Value!;
        if (path == "/escape")
            await context.Response.WriteAsync("<title>t&#27;[31m&#x9b;31m&#x202e;</title><a href='/%1b[31m?\u001b]0;x'>\u001b[31m</a>");
        else if (int.TryParse(path.AsSpan(1), out var n) && n is >= 1 and <= Pages)
            await context.Response.WriteAsync($"<title>Page {n}</title><a href=/{2 * n}>a</a><a href=/{2 * n + 1}>b</a>");
        else
            context.Response.StatusCode = 404;
    });

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _folder.Delete(recursive: true);

    private string Out => Path.Combine(_folder.FullName, "out");

    private string[] Results => File.Exists(Path.Combine(Out, "pages.jsonl")) ? File.ReadAllLines(Path.Combine(Out, "pages.jsonl")) : [];

    [Fact]
    public async Task Each_page_and_the_summary_are_lines_of_JSON()
    {
        var (code, output, error) = await BuiltCommand.RunAsync("crawl", "--pace", "0", "--depth", "2", $"{_server.Root}/1");
        Assert.Equal((0, ""), (code, error));
        var lines = output.TrimEnd('\n').Split('\n').Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(8, lines.Length);
        Assert.Equal(["Page 1", "Page 2", "Page 3", "Page 4", "Page 5", "Page 6", "Page 7"], lines[..7].Select(static line => line.GetProperty("title").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal((7, true), (lines[7].GetProperty("summary").GetProperty("pages").GetInt32(), lines[7].GetProperty("summary").GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task A_crawl_that_is_killed_goes_on_and_loads_each_page_exactly_once()
    {
        string[] command = ["crawl", "--pace", "0", "-o", Out, "--save", "html", $"{_server.Root}/1"];
        for (var kills = 0; kills < 4; kills++)
        {
            using var process = BuiltCommand.Start(command);
            var before = Results.Length;
            await ProcessTable.Until(() => Results.Length > before + 20 || process.HasExited, Deadline.Long);
            Assert.False(process.HasExited);
            process.Kill();
            await process.WaitForExitAsync();
            // A child that it was just starting has its files, and their locks, until that child's program begins.
            await ProcessTable.Until(() => IsFree("pages.jsonl") && IsFree("urls.jsonl"), Deadline.Long);
            // As if the kill had come within a line.
            await File.AppendAllTextAsync(Path.Combine(Out, "pages.jsonl"), """{"url":"http://""");
            await File.AppendAllTextAsync(Path.Combine(Out, "urls.jsonl"), """{"url":"http://127""");
        }
        var (code, output, error) = await BuiltCommand.RunAsync(command);
        Assert.Equal((0, ""), (code, error));
        var results = Results.Select(static line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(2 * Pages + 1, results.Length);
        Assert.Equal(results.Length, results.Select(static page => page.GetProperty("url").GetString()).Distinct().Count());
        var summary = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement.GetProperty("summary");
        Assert.Equal((results.Length, Pages + 1, true), (summary.GetProperty("pages").GetInt32(), summary.GetProperty("failed").GetInt32(), summary.GetProperty("complete").GetBoolean()));
        foreach (var page in results.Where(static page => page.GetProperty("status").GetInt32() == 200))
            Assert.Equal(page.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Out, page.GetProperty("file").GetString()!)))));
    }

    private bool IsFree(string name)
    {
        try
        {
            using var file = new FileStream(Path.Combine(Out, name), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [Fact]
    public async Task An_interrupt_ends_it_with_what_is_done()
    {
        using var process = BuiltCommand.Start("crawl", "--pace", "0.02", "-o", Out, $"{_server.Root}/1");
        await ProcessTable.Until(() => Results.Length > 5, Deadline.Long);
        await Signals.SendAsync(process.Id, "INT");
        var (code, output, _) = await process.OutcomeAsync();
        Assert.Equal(130, code);
        var summary = JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement.GetProperty("summary");
        Assert.Equal((Results.Length, false), (summary.GetProperty("pages").GetInt32(), summary.GetProperty("complete").GetBoolean()));
        Assert.Equal(summary.ToString(), (await File.ReadAllTextAsync(Path.Combine(Out, "summary.json"))).Trim());
    }

    [Fact]
    public async Task One_folder_is_for_one_process()
    {
        using var first = BuiltCommand.Start("crawl", "--pace", "0.05", "-o", Out, $"{_server.Root}/1");
        await ProcessTable.Until(() => Results.Length > 0, Deadline.Long);
        var (code, _, error) = await BuiltCommand.RunAsync("crawl", "-o", Out, $"{_server.Root}/1");
        await Signals.SendAsync(first.Id, "INT");
        Assert.Equal(130, (await first.OutcomeAsync()).Code);
        Assert.Equal(23, code);
        Assert.StartsWith("actorbrowser: ", error, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task Escape_sequences_of_pages_are_shown_and_not_obeyed()
    {
        var (_, output, _) = await BuiltCommand.RunAsync("crawl", "--pace", "0", $"{_server.Root}/escape");
        Assert.DoesNotContain(output, static c => VisibleText.IsControl(c) && c != '\n');
        Assert.Contains("\\u202E", output, StringComparison.OrdinalIgnoreCase);
        using var terminal = Process.Start(new ProcessStartInfo("python3", ["-c", "import pty,sys; pty.spawn(sys.argv[1:])", TestChildProgram.Command, "crawl", "--pace", "0", $"{_server.Root}/escape"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            Environment = { ["TERM"] = "xterm" },
        })!;
        var shown = await terminal.StandardOutput.ReadToEndAsync().Soon();
        await terminal.WaitForExitAsync().Soon();
        Assert.Contains("t^[[31m", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[31m", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', shown);
        Assert.Contains("complete: 2 pages, 1 failed", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--pace takes a number of seconds from 0 to 86400, not 'x'.", "--pace", "x")]
    [InlineData(2, "--save needs a folder: -o DIR.", "--save", "html")]
    [InlineData(2, "--site takes origin or domain, not 'x'.", "--site", "x")]
    [InlineData(1, "", "--pace", "0")]
    public async Task A_crawl_without_a_page_ends_with_a_code(int code, string sentence, params string[] options)
    {
        var (actual, _, error) = await BuiltCommand.RunAsync(["crawl", .. options, "http://127.0.0.1:1/"]);
        Assert.Equal(code, actual);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
    }
}
