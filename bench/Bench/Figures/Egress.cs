using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.Bench.Figures;

/// <summary>A connection through a command's egress beside a direct one: the time until the first byte is back, and bytes a second.</summary>
internal sealed class Egress : IFigure
{
    public string Name => "egress";

    public IReadOnlyList<string> Programs => ["python3"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var megabytes = context.Pick(256, 1024);
        var serving = ServeAsync(listener, megabytes);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var browser = await Browser.StartAsync(context);
        var commands = BrowserClient.For(browser.Actor).Commands;
        var script = await File.ReadAllTextAsync(context.Script("connect.py"));
        string[] connections = ["connections", context.Pick(200, 1000).ToString(CultureInfo.InvariantCulture)], bytes = ["bytes", megabytes.ToString(CultureInfo.InvariantCulture)];
        var more = new Samples("", "ms");
        var (through, direct) = (new Samples("through the egress", "ms"), new Samples("direct", "ms"));
        var (fast, plain) = (new Samples("through the egress", "MiB/s"), new Samples("direct", "MiB/s"));
        for (var run = 0; run < context.Pick(7, 15); run++)
        {
            var own = await RunAsync(commands, script, port, connections, named: false);
            var named = await RunAsync(commands, script, port, connections, named: true);
            direct.Add(own);
            through.Add(named);
            more.Add(named - own);
            plain.Add(await RunAsync(commands, script, port, bytes, named: false));
            fast.Add(await RunAsync(commands, script, port, bytes, named: true));
        }
        listener.Stop();
        await serving;
        return
        [
            new Row("a connection through a command's egress, and a byte there and back, beyond a direct one", more, null, Target.AtMost(1, "ms")),
            new Row("… the whole", through, direct, null),
            new Row("bytes through a command's egress", fast, plain, null),
        ];
    }

    // The same program: with a named egress in a command, otherwise alone.
    private static async Task<double> RunAsync(CommandClient commands, string script, string port, string[] what, bool named)
    {
        if (!named)
            return await RunAloneAsync(["-c", script, port, .. what]);
        var end = await commands.RunAsync(new CommandProtocol.Spawn(["python3", "-c", script, port, .. what]) { Profile = "command-networked", Egress = [$"127.0.0.1:{port}"] });
        return end.Exit is { ExitCode: 0 } ? Parse(end.Output.ToString()!) : throw new InvalidOperationException($"The command failed: {end.Error} {end.Exit?.Blocked}");
    }

    private static async Task<double> RunAloneAsync(string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true })!;
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        return python.ExitCode == 0 ? Parse(output) : throw new InvalidOperationException($"python3 failed with {python.ExitCode}.");
    }

    private static double Parse(string text) => double.Parse(text.Trim(), CultureInfo.InvariantCulture);

    private static async Task ServeAsync(TcpListener listener, int megabytes)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The measurement is over.
                return;
            }
            _ = AnswerAsync(client, megabytes);
        }
    }

    private static async Task AnswerAsync(TcpClient client, int megabytes)
    {
        using var ending = client;
        var stream = client.GetStream();
        var buffer = new byte[1 << 18];
        if (await stream.ReadAsync(buffer.AsMemory(0, 1)) == 0)
            return;
        if (buffer[0] == 'e')
        {
            await stream.WriteAsync(buffer.AsMemory(0, 1));
            return;
        }
        for (var left = (long)megabytes << 20; left > 0; left -= buffer.Length)
            await stream.WriteAsync(buffer);
    }
}
