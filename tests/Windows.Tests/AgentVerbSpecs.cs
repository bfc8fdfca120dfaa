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
        await using var agent = await McpRun.StartAsync("--private-addresses");
        var page = await agent.CallAsync("read_page", $$"""{"url":"{{server.Url}}"}""");
        Assert.Contains("naïve → link", page.GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        var said = await agent.RunAsync("echo hi & exit 3");
        Assert.Equal(("exited", 3, "hi"), (said.GetProperty("status").GetString(), said.GetProperty("exitCode").GetInt32(), said.GetProperty("stdout").GetString()!.Trim()));
        Assert.Equal(0, await agent.EndAsync());
    }

    [Fact]
    public async Task A_session_ends_with_its_folder_though_a_command_has_left_read_only_files_there()
    {
        var outside = Directory.CreateTempSubdirectory("actorbrowser-outside-");
        try
        {
            var kept = Path.Combine(outside.FullName, "kept");
            await File.WriteAllTextAsync(kept, "kept");
            await using var agent = await McpRun.StartAsync();
            var said = await agent.RunAsync($"cd& mkdir sub & echo x> sub\\file& attrib +r sub\\file& attrib +r +h sub& mklink /j link {outside.FullName.Replace("\\", "\\\\", StringComparison.Ordinal)}");
            var folder = said.GetProperty("stdout").GetString()!.Split('\r', '\n')[0];
            Assert.True(new FileInfo(Path.Combine(folder, "sub", "file")).IsReadOnly);
            Assert.Equal(0, await agent.EndAsync());
            Assert.False(Directory.Exists(folder));
            Assert.Equal("kept", await File.ReadAllTextAsync(kept));
        }
        finally
        {
            outside.Delete(recursive: true);
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
}
