using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ActorBrowser.Agents;
using Akka.TestKit.Xunit2;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using ModelContextProtocol.Client;

namespace ActorBrowser.AgentsTests;

/// <summary>Follows docs/agents.md as a reader does: runs its commands, starts the server of its configuration, and runs its program.</summary>
public sealed partial class GuideSpecs() : TestKit($"akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"")
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("ab-guide-");

    protected override void AfterAll()
    {
        base.AfterAll();
        _place.Delete(recursive: true);
    }

    [FactNeeds("python3", "curl", "make")]
    public async Task Each_step_of_the_guide_does_what_it_says()
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_place.FullName, (UnixFileMode)0b111_101_101);
        var guide = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "agents.md"));
        // Ports that are free here.
        var (one, two) = (FreePort(), FreePort());
        guide = guide.Replace("8001", $"{one}", StringComparison.Ordinal).Replace("8002", $"{two}", StringComparison.Ordinal).Replace("/path/to/site", $"{_place.FullName}/site", StringComparison.Ordinal);
        var steps = Run().Matches(guide).Select(static step => step.Groups["block"].Value).ToArray();
        Assert.Equal(2, steps.Length);
        using var shell = Process.Start(new ProcessStartInfo("sh") { WorkingDirectory = _place.FullName, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        // A program, not a function: what runs in the background is then the program itself, which the end of the test ends.
        await shell.StandardInput.WriteAsync($"XDG_RUNTIME_DIR='{_place.FullName}'; PATH='{_place.FullName}/bin':$PATH; export XDG_RUNTIME_DIR PATH; mkdir bin; printf '#!/bin/sh\\nexec \"%s\" \"$@\"\\n' '{TestChildProgram.Command}' > bin/actorbrowser; chmod +x bin/actorbrowser\n");
        try
        {
            await SayAsync(shell, steps[0]);
            await Task.WhenAll(ListensAsync(one), ListensAsync(two)).Soon();
            await BuildsAsync(JsonDocument.Parse(Client().Match(guide).Groups["block"].Value).RootElement.GetProperty("mcpServers").GetProperty("actorbrowser"));
            await RunsAsAgentAsync([$"127.0.0.1:{one}", $"127.0.0.1:{two}"]);
            await SayAsync(shell, steps[1]);
        }
        finally
        {
            // The servers that the guide has started in the background.
            await shell.StandardInput.WriteAsync("kill $PIDS\nwait\n");
            shell.StandardInput.Close();
            await shell.WaitForExitAsync().Soon();
        }
        Assert.False(File.Exists(Path.Combine(_place.FullName, "actorbrowser", "serve.sock")), "The server has not ended.");
    }

    private static async Task BuildsAsync(JsonElement server)
    {
        Assert.Equal("actorbrowser", server.GetProperty("command").GetString());
        await using var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = TestChildProgram.Command,
            Arguments = [.. server.GetProperty("args").EnumerateArray().Select(static argument => argument.GetString()!)],
        })).WaitAsync(Deadline.Long);
        var built = await client.CallAsync("run_command", new { command = "make -s" });
        Assert.Equal((0, "part one\npart two\n"), (built.TryGetProperty("exitCode", out var code) ? code.GetInt32() : -1, built.GetProperty("stdout").GetString()));
        // A third host is not reached.
        Assert.NotEqual(0, (await client.CallAsync("run_command", new { command = "curl -sSf --max-time 10 http://127.0.0.1:9/" })).GetProperty("exitCode").GetInt32());
    }

    private async Task RunsAsAgentAsync(string[] hosts)
    {
        var browser = BrowserClient.For(Sys.StartActorBrowser());
        var folder = Path.Combine(_place.FullName, "site");
        using var model = new BuildingModel();
        // <!-- agent -->
        await using var session = ToolSession.Begin(browser, new ToolSessionOptions { Workspace = folder, Hosts = hosts });
        var agent = new ChatClientAgent(model, "You build what is in your folder.", "builder", null, [.. session.Functions], null, null);
        var answer = await agent.RunAsync("Run the build and say what it printed.");
        // <!-- /agent -->
        Assert.Contains("part one\npart two\n", answer.Text, StringComparison.Ordinal);
    }

    // Each command's output is what stands below it.
    private static async Task SayAsync(Process shell, string block)
    {
        foreach (var command in block.Split("$ ", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = command.TrimEnd('\n').Split('\n');
            await shell.StandardInput.WriteAsync(lines[0] + (lines[0].EndsWith('&') ? "\nPIDS=\"$PIDS $!\"" : "") + "\necho =end=\n");
            await shell.StandardInput.FlushAsync();
            var said = new List<string>();
            while (await shell.StandardOutput.ReadLineAsync().Soon() is { } line && line != "=end=")
                said.Add(line);
            Assert.Equal(lines[1..], said);
            if (lines[0].Contains("serve 2>", StringComparison.Ordinal))
                await WaitAsync(shell);
        }
    }

    // A reader is slower than a server's start.
    private static async Task WaitAsync(Process shell)
    {
        await shell.StandardInput.WriteAsync("until [ -S \"$XDG_RUNTIME_DIR/actorbrowser/serve.sock\" ]; do sleep 0.1; done; echo =up=\n");
        await shell.StandardInput.FlushAsync();
        Assert.Equal("=up=", await shell.StandardOutput.ReadLineAsync().Soon());
    }

    private static async Task ListensAsync(int port)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync())
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Root([System.Runtime.CompilerServices.CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"<!-- run -->\n```sh\n(?<block>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Run();

    [GeneratedRegex(@"<!-- client -->\n```json\n(?<block>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Client();

    /// <summary>Runs the build once, and says what came back.</summary>
    private sealed class BuildingModel : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(messages.Last().Contents.OfType<FunctionResultContent>().FirstOrDefault() is { } result
                ? new ChatMessage(ChatRole.Assistant, $"It printed: {result.Result}")
                : new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "run_command", new Dictionary<string, object?> { ["command"] = "make -s" })])));

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("The test does not stream.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
