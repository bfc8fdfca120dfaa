using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace ActorBrowser.WindowsTests;

/// <summary>A running <c>actorbrowser mcp</c>, and its one client.</summary>
internal sealed class McpRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _over = new(TimeSpan.FromSeconds(90));
    private readonly Process _process;
    private readonly Task<string> _error;
    private int _last;

    private McpRun(string[] options)
    {
        _process = Process.Start(new ProcessStartInfo(CliRun.Program, ["mcp", .. options])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        })!;
        _error = _process.StandardError.ReadToEndAsync(_over.Token);
    }

    /// <summary>What the server has said of itself and its session.</summary>
    internal string Instructions { get; private set; } = "";

    internal static async Task<McpRun> StartAsync(params string[] options)
    {
        var run = new McpRun(options);
        var hello = await run.AskAsync("initialize", """{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"spec","version":"1"}}""");
        if (hello.GetProperty("serverInfo").GetProperty("name").GetString() != "actorbrowser")
            throw new InvalidOperationException($"Another server answers: {hello}");
        run.Instructions = hello.GetProperty("instructions").GetString()!;
        await run._process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return run;
    }

    internal Task<JsonElement> CallAsync(string tool, string arguments) => AskAsync("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}}}""");

    /// <summary>Runs a command line, given as the inside of a JSON string, to its end.</summary>
    internal async Task<JsonElement> RunAsync(string line) => (await CallAsync("run_command", $$"""{"command":"{{line}}"}""")).GetProperty("structuredContent");

    internal async Task<JsonElement> AskAsync(string method, string parameters)
    {
        try
        {
            var id = ++_last;
            await _process.StandardInput.WriteLineAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""");
            await _process.StandardInput.FlushAsync(_over.Token);
            while (true)
            {
                var line = await _process.StandardOutput.ReadLineAsync(_over.Token) ?? throw new IOException("mcp ended its output.");
                var message = JsonDocument.Parse(line).RootElement;
                if (message.TryGetProperty("id", out var of) && of.ValueKind == JsonValueKind.Number && of.GetInt32() == id)
                    return message.GetProperty("result");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            _process.Kill();
            throw new TimeoutException($"mcp did not answer: {await _error}", e);
        }
    }

    /// <summary>Ends its input, and returns its exit code.</summary>
    internal async Task<int> EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(_over.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
        _over.Dispose();
    }
}
