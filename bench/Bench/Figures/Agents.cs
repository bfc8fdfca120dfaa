using System.Diagnostics;
using ModelContextProtocol.Client;

namespace ActorBrowser.Bench.Figures;

/// <summary>Tools for agents beside the command line, the memory of many sessions, and commands through a running server.</summary>
internal sealed class Agents : IFigure
{
    private const int Sessions = 50;
    private const string Token = "0123456789abcdef-bench";

    public string Name => "agents";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var site = await Nginx.StartAsync(context.Scratch);
        await using var client = await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions { Command = context.Program, Arguments = ["mcp", "--private-addresses"] }));
        var tools = await Contender.InterleaveAsync(context.Pick(7, 25),
            new Contender("fetch by MCP", "ms", () => CallAsync(client, "fetch", new() { ["url"] = site.Small })),
            new Contender("actorbrowser fetch", "ms", () => RunAsync(context, "fetch", site.Small)),
            new Contender("run_command by MCP", "ms", () => CallAsync(client, "run_command", new() { ["command"] = "true" })),
            new Contender("actorbrowser exec --alone -- true", "ms", () => RunAsync(context, "exec", "--alone", "--", "true")));
        return
        [
            new Row("fetch by MCP, 1 KiB", tools[0], tools[1], Target.Below(1)),
            new Row("run_command true by MCP", tools[2], tools[3], Target.Below(1)),
            .. await ServedAsync(context),
            .. await MemoryAsync(context),
        ];
    }

    private static async Task<double> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await client.CallToolAsync(tool, arguments);
        return result.IsError is true ? throw new InvalidOperationException($"{tool} failed: {result.Content[0]}") : Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static Task<double> RunAsync(BenchContext context, params string[] arguments) => Task.FromResult(NativeProcess.Run(context.Program, arguments).Elapsed.TotalMilliseconds);

    // In pairs: what exec costs more than the program itself, each pair in the same moment.
    private static async Task<IReadOnlyList<Row>> ServedAsync(BenchContext context)
    {
        var before = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", context.Scratch);
        try
        {
            using var server = (await StartAsync(context, "serve")).Process;
            var more = new Samples("", "ms");
            var (through, alone, bare) = (new Samples("through the server", "ms"), new Samples("exec --alone -- true", "ms"), new Samples("true", "ms"));
            for (var run = 0; run < context.Pick(15, 60); run++)
            {
                var own = NativeProcess.Run("/bin/true").Elapsed.TotalMilliseconds;
                var served = NativeProcess.Run(context.Program, "exec", "--", "true").Elapsed.TotalMilliseconds;
                bare.Add(own);
                through.Add(served);
                more.Add(served - own);
                alone.Add(NativeProcess.Run(context.Program, "exec", "--alone", "--", "true").Elapsed.TotalMilliseconds);
            }
            server.Kill();
            await server.WaitForExitAsync();
            return
            [
                new Row("exec -- true through a running serve, beyond true itself", more, null, Target.AtMost(15, "ms")),
                new Row("… the whole command", through, alone, null),
                new Row("", through, bare, null),
            ];
        }
        finally
        {
            Environment.SetEnvironmentVariable("XDG_RUNTIME_DIR", before);
        }
    }

    // Each session has run a command.
    private static async Task<IReadOnlyList<Row>> MemoryAsync(BenchContext context)
    {
        Environment.SetEnvironmentVariable("ACTORBROWSER_MCP_TOKEN", Token);
        var (server, place) = await StartAsync(context, "mcp", "--http", "0");
        using var ending = server;
        var url = new Uri(place);
        var clients = new List<McpClient>();
        try
        {
            var one = 0.0;
            while (clients.Count < Sessions)
            {
                clients.Add(await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
                {
                    Endpoint = url,
                    TransportMode = HttpTransportMode.StreamableHttp,
                    AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {Token}" },
                })));
                await CallAsync(clients[^1], "run_command", new() { ["command"] = "true" });
                if (clients.Count == 1)
                    one = await MemoryOfAsync(server.Id);
            }
            var all = await MemoryOfAsync(server.Id);
            return [new Row($"memory of {Sessions} MCP sessions in one server, with its processes (PSS)", Samples.Single("MiB", all), Samples.Single("MiB", one, "one session"), null)];
        }
        finally
        {
            foreach (var client in clients)
                await client.DisposeAsync();
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    // After a second without work.
    private static async Task<double> MemoryOfAsync(int server)
    {
        await Task.Delay(1000);
        return ((int[])[server, .. ProcFile.DescendantsOf(server)]).Sum(ProcFile.ProportionalMebibytes);
    }

    private static async Task<(Process Process, string Place)> StartAsync(BenchContext context, params string[] arguments)
    {
        const string Sign = "serving at ";
        var server = Process.Start(new ProcessStartInfo(context.Program, arguments) { RedirectStandardError = true })!;
        var line = await server.StandardError.ReadLineAsync() ?? "";
        var at = line.IndexOf(Sign, StringComparison.Ordinal);
        if (at < 0)
            throw new InvalidOperationException($"The server said: {line}");
        return (server, line[(at + Sign.Length)..]);
    }
}
