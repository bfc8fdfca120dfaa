using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.AgentsTests;

/// <summary>The official TypeScript client, from npm, against the built command.</summary>
public sealed class TypeScriptSpecs
{
    [FactNeeds("npm")]
    public async Task It_calls_the_tools_over_standard_input_and_output_and_over_HTTP()
    {
        const string Token = "0123456789abcdef-node";
        var folder = Directory.CreateTempSubdirectory("ab-npm-");
        await using var site = await Site.StartAsync(static context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<title>T</title><article><p>A paragraph that is long enough to be the page's main content, with <a href='/next'>a link</a>.</p></article>");
        });
        var (server, url) = await McpProgram.ServeAsync(Token, "--private-addresses");
        try
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "client.mjs"), Path.Combine(folder.FullName, "client.mjs"));
            await RunAsync(folder, "npm", ["install", "--silent", "--no-audit", "--no-fund", "@modelcontextprotocol/sdk@1.32.2"], "", "");
            foreach (var arguments in (string[][])[["stdio", TestChildProgram.Command, "mcp", "--private-addresses"], ["http", url.ToString(), Token]])
            {
                var mark = $"82{Random.Shared.Next(100_000, 999_999)}";
                using var said = JsonDocument.Parse(await RunAsync(folder, "node", ["client.mjs", .. arguments], site.Root + "/", mark));
                var result = said.RootElement;
                Assert.InRange(result.GetProperty("tools").GetArrayLength(), 11, 12);
                Assert.Equal((4, "one\ntwo\n"), (result.GetProperty("exit").GetInt32(), result.GetProperty("stdout").GetString()));
                Assert.Contains("one", result.GetProperty("progress").EnumerateArray().Select(static one => one.GetString()));
                Assert.Contains("A paragraph", result.GetProperty("text").GetString(), StringComparison.Ordinal);
                Assert.Equal($"{site.Root}/next", result.GetProperty("link").GetString());
                Assert.Equal("got input\n", result.GetProperty("output").GetString());
                Assert.True(result.GetProperty("refused").GetBoolean());
                Assert.Contains("enough", result.GetProperty("aborted").GetString(), StringComparison.Ordinal);
                await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count == 0, Deadline.Long);
            }
        }
        finally
        {
            await Signals.SendAsync(server.Id, "TERM");
            await server.WaitForExitAsync().Soon();
            server.Dispose();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(DirectoryInfo folder, string program, string[] arguments, string page, string mark)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["PAGE"], start.Environment["MARK"]) = (page, mark);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline.Long * 4);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{await output}{await error}");
        return await output;
    }
}
