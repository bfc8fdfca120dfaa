using System.Diagnostics;

namespace ActorBrowser.Bench;

/// <summary>The other side of each comparison, independent of this project.</summary>
internal static class Yardsticks
{
    /// <summary>A hello-world .NET console program, start to exit.</summary>
    internal static Contender HelloWorld(BenchContext context) =>
        new("hello-world .NET, start to exit", "ms", () => Task.FromResult(NativeProcess.Run(context.Hello).Elapsed.TotalMilliseconds));

    /// <summary>bubblewrap with all namespaces, around a program that does nothing.</summary>
    internal static Contender Bubblewrap()
    {
        var (bubblewrap, program) = (Tools.Find("bwrap"), Tools.Find("true"));
        return new("bwrap --unshare-all true", "ms", () => Task.FromResult(NativeProcess.Run(
            bubblewrap, "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", program).Elapsed.TotalMilliseconds));
    }

    /// <summary>node's child_process.fork to the child's first message; the parent node is running already.</summary>
    internal static Contender NodeFork(BenchContext context)
    {
        var node = Tools.Find("node");
        return new("node fork to first message", "ms", () => FirstNumber(1e6, node, context.Script("node-fork.js"), "first"));
    }

    /// <summary>Python's multiprocessing, start method spawn, to the child's first message.</summary>
    internal static Contender PythonSpawn(BenchContext context)
    {
        var python = Tools.FindPython();
        return new("Python multiprocessing spawn to first message", "ms", () => FirstNumber(1e6, python, context.Script("python-spawn.py")));
    }

    /// <summary>One round trip of so many bytes over a socket pair between two C processes.</summary>
    internal static Contender SocketPair(BenchContext context, double seconds, int bytes, bool pinned)
    {
        string[] command = [context.PingPong, $"{seconds}", $"{bytes}"];
        if (pinned)
            command = [Tools.Find("taskset"), "--cpu-list", "0", .. command];
        return new($"C read/write loop on a socketpair{(pinned ? ", both on one processor" : "")}", "µs", () =>
        {
            var numbers = NativeProcess.RunForNumbers(command[0], command[1..]);
            return Task.FromResult(numbers[1] / numbers[0] / 1000);
        });
    }

    /// <summary>Messages per second to a node child and back, with so many in flight.</summary>
    internal static Contender NodeEcho(BenchContext context, int count, int window) => NodeMessages(context, "echo", count, window);

    /// <summary>Messages per second to a node child that answers only the last, in bursts of so many.</summary>
    internal static Contender NodeOneWay(BenchContext context, int count, int window) => NodeMessages(context, "one-way", count, window);

    /// <summary>Requests per second of an HttpClient in this process.</summary>
    internal static Contender HttpClientRate(Nginx server, HttpClient client, int requests, int inFlight) =>
        new($"HttpClient in process, {inFlight} in flight", "/s", () => RateAsync(requests, inFlight, async () =>
        {
            var body = await client.GetByteArrayAsync(server.Small);
            if (body.Length != Nginx.SmallBytes)
                throw new InvalidOperationException($"HttpClient received {body.Length} bytes.");
        }));

    /// <summary>Requests per second of curl --parallel, including its start.</summary>
    internal static Contender Curl(Nginx server, int requests, int inFlight)
    {
        var curl = Tools.Find("curl");
        return new($"curl --parallel, {inFlight} in flight", "/s", () =>
        {
            var elapsed = NativeProcess.Run(curl, "--silent", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", $"{inFlight}",
                "--output", "/dev/null", $"{server.Small}?[1-{requests}]").Elapsed;
            return Task.FromResult(requests / elapsed.TotalSeconds);
        });
    }

    /// <summary>Throughput of one large body, counted and discarded.</summary>
    internal static Contender HttpClientBody(Nginx server, HttpClient client) =>
        new("HttpClient in process, counted and discarded", "MiB/s", async () =>
        {
            var start = Stopwatch.GetTimestamp();
            using var response = await client.GetAsync(server.Large, HttpCompletionOption.ResponseHeadersRead);
            await using var body = await response.Content.ReadAsStreamAsync();
            var buffer = new byte[64 << 10];
            long total = 0;
            int read;
            while ((read = await body.ReadAsync(buffer)) > 0)
                total += read;
            if (total != Nginx.LargeBytes)
                throw new InvalidOperationException($"HttpClient received {total} bytes.");
            return total / (double)(1 << 20) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        });

    /// <summary>Runs an action so many times, with so many under way, and returns the rate per second.</summary>
    internal static async Task<double> RateAsync(int count, int inFlight, Func<Task> action)
    {
        var left = count;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                await action();
        })));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static Contender NodeMessages(BenchContext context, string mode, int count, int window)
    {
        var node = Tools.Find("node");
        return new($"node fork IPC, advanced, {mode}, {window} in flight", "/s", () =>
        {
            var numbers = NativeProcess.RunForNumbers(node, context.Script("node-fork.js"), mode, $"{count}", $"{window}");
            return Task.FromResult(numbers[0] / numbers[1] * 1e9);
        });
    }

    private static Task<double> FirstNumber(double divisor, string program, params string[] arguments) =>
        Task.FromResult(NativeProcess.RunForNumbers(program, arguments)[0] / divisor);
}
