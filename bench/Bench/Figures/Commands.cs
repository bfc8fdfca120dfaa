using System.Diagnostics;
using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>Small commands: one after another to the exit, and many at once to the close.</summary>
internal sealed class CommandSpawns : IFigure
{
    private const int AtOnce = 16;

    public string Name => "commands";

    public IReadOnlyList<string> Programs => ["node", "python3"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context, Browser.SharedWorlds);
        var spawn = new Spawn(["true"]);
        var count = context.Pick(200, 500);
        Task<double> Run(int commands, int atOnce, bool untilExit) => CommandSeries.RateAsync(browser, spawn, commands, atOnce, untilExit);
        await Run(count * 8, 4, untilExit: false);
        await CommandYardsticks.DotnetParallel(count * 8, 4).Sample();
        var one = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender("in a shared world", "ms", async () => 1000 / await Run(count, 1, untilExit: true)),
            CommandYardsticks.CSequential(context, count), CommandYardsticks.DotnetSequential(count),
            CommandYardsticks.PythonSequential(context, count), CommandYardsticks.NodeSequential(context, count));
        var many = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender("in a shared world", "/s", () => Run(count * 2, AtOnce, untilExit: false)),
            CommandYardsticks.CParallel(context, count * 2, AtOnce), CommandYardsticks.DotnetParallel(count * 2, AtOnce), CommandYardsticks.NodeParallel(context, count * 2, AtOnce));
        return
        [
            new Row("true, Spawn to Exit, one after another", one[0], one[1], Target.AtMost(2)),
            new Row("", one[0], one[2], Target.AtMost(1)),
            new Row("", one[0], one[3], Target.AtMost(1)),
            new Row("", one[0], one[4], Target.AtMost(1)),
            new Row($"commands a second, {AtOnce} at once, to the close", many[0], many[1], null),
            new Row("", many[0], many[2], Target.AtLeast(1)),
            new Row("", many[0], many[3], Target.AtLeast(1)),
        ];
    }
}

/// <summary>1 GiB of one command's output to a subscriber.</summary>
internal sealed class CommandOutputRate : IFigure
{
    private const long Bytes = 1L << 30;

    public string Name => "output";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var spawn = new Spawn(["head", "-c", $"{Bytes}", "/dev/zero"]);
        await CommandProbe.RunAsync(browser, spawn);
        var before = ProcFile.ResidentMebibytes(Environment.ProcessId);
        var growth = new Samples("resident memory", "MiB");
        var samples = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender("to a subscriber", "MiB/s", async () =>
            {
                var (bytes, elapsed) = await CommandProbe.RunAsync(browser, spawn);
                growth.Add(ProcFile.ResidentMebibytes(Environment.ProcessId) - before);
                return bytes == Bytes ? bytes / (double)(1 << 20) / elapsed.TotalSeconds : throw new InvalidOperationException($"{bytes} bytes came.");
            }),
            CommandYardsticks.CRead(context, Bytes), CommandYardsticks.DotnetRead(Bytes));
        return
        [
            new Row("1 GiB of a command's output to a subscriber", samples[0], samples[1], Target.AtLeast(0.5)),
            new Row("", samples[0], samples[2], Target.AtLeast(1)),
            new Row("growth of the parent's resident memory over the first", growth, null, Target.AtMost(64, "MiB")),
        ];
    }
}

/// <summary>A key to cat on a terminal and back.</summary>
internal sealed class KeyEcho : IFigure
{
    public string Name => "echo";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var keys = context.Pick(2000, 5000);
        var echo = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var keyboard = browser.System.ActorOf(Props.Create(() => new Keyboard(browser.Commands, echo)));
        await echo.Task;
        Task<double> Type(int count) => keyboard.Ask<double>(count, TimeSpan.FromMinutes(1));
        await Type(keys);
        var samples = await Contender.InterleaveAsync(context.Pick(5, 11), new Contender("through its session", "µs", () => Type(keys)), CommandYardsticks.CEcho(context, keys));
        return [new Row("a key to cat on a terminal and back", samples[0], samples[1], Target.AtMost(2.5))];
    }

    /// <summary>Types the next key when the last one has been echoed.</summary>
    private sealed class Keyboard(IActorRef commands, TaskCompletionSource<IActorRef> ready) : UntypedActor
    {
        private static readonly WriteInput Key = new(Encoding.ASCII.GetBytes("x"));

        private IActorRef _session = ActorRefs.Nobody;
        private IActorRef _asker = ActorRefs.Nobody;
        private int _left;
        private int _count;
        private long _start;

        protected override void PreStart() => commands.Tell(new Spawn(["sh", "-c", "stty raw -echo; echo go; exec cat"])
        {
            Output = CommandOutput.Terminal,
            Subscription = new Subscribe(Self),
        });

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Spawned spawned:
                    _session = spawned.Session;
                    break;
                case int count:
                    _asker = Sender;
                    _left = _count = count;
                    _start = Stopwatch.GetTimestamp();
                    _session.Tell(Key);
                    break;
                case OutputChunk when _left > 1:
                    _left--;
                    _session.Tell(Key);
                    break;
                case OutputChunk when _left == 1:
                    _left = 0;
                    _asker.Tell(Stopwatch.GetElapsedTime(_start).TotalMicroseconds / _count);
                    break;
                case OutputChunk:
                    ready.TrySetResult(Self);
                    break;
                default:
                    break;
            }
        }
    }
}

/// <summary>Many commands that do nothing.</summary>
internal sealed class IdleCommands : IFigure
{
    private const int Many = 500;

    public string Name => "idle";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var window = TimeSpan.FromSeconds(context.Pick(2, 10));
        var empty = await Idleness.OfEmptySystemAsync(window);
        await using var browser = await Browser.StartAsync(context, $"{Browser.SharedWorlds}\nactorbrowser.commands.capacity = {Many}");
        var sleep = new Spawn(["sleep", "1000"]);
        await browser.Actor.Ask<Spawned>(sleep, TimeSpan.FromSeconds(30));
        var threads = ProcFile.Threads(Environment.ProcessId);
        var memory = ProcFile.ResidentMebibytes(Environment.ProcessId);
        await Task.WhenAll(Enumerable.Range(0, Many - 1).Select(_ => browser.Actor.Ask<Spawned>(sleep, TimeSpan.FromSeconds(60))));
        await Task.Delay(window);
        var used = await Idleness.MillisecondsAsync(window);
        return
        [
            new Row($"processor time of the parent a second, {Many} idle commands", Single("ms", used), Samples.Single("ms", empty, "an ActorSystem with nothing in it"), null),
            new Row("the same above an ActorSystem with nothing in it", Single("ms", used - empty), null, Idleness.Target),
            new Row("memory a command in the parent", Single("KiB", (ProcFile.ResidentMebibytes(Environment.ProcessId) - memory) * 1024 / Many), null, null),
            new Row($"threads that {Many - 1} more commands add to the parent's {threads}", Single("threads", ProcFile.Threads(Environment.ProcessId) - threads), null, Target.AtMost(4, "threads")),
        ];
    }

    private static Samples Single(string unit, double value)
    {
        var samples = new Samples("", unit);
        samples.Add(value);
        return samples;
    }
}
