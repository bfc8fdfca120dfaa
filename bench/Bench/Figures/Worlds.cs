using System.Diagnostics;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>Commands that do nothing, each in its own world, compared with bubblewrap.</summary>
internal sealed class Worlds : IFigure
{
    private const int AtOnce = 16;

    // As long as the next runner takes to start, and its predecessor to end.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    public string Name => "worlds";

    public IReadOnlyList<string> Programs => ["bwrap"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var spawn = new Spawn(["true"]) { Folder = context.Scratch };
        var count = context.Pick(40, 100);
        var (bubblewrap, program) = (Tools.Find("bwrap"), Tools.Find("true"));
        void Wrapped() => NativeProcess.Run(bubblewrap, "--unshare-all", "--ro-bind", "/", "/", "--tmpfs", "/tmp", "--dev", "/dev", "--proc", "/proc", program);
        await CommandSeries.RateAsync(browser, spawn, count, 4, untilExit: false);
        var rested = await Contender.InterleaveAsync(context.Pick(20, 60),
            new Contender("with its runner ready", "ms", async () =>
            {
                await Task.Delay(Pause);
                return 1000 / await CommandSeries.RateAsync(browser, spawn, 1, 1, untilExit: true);
            }),
            new Contender("bwrap, start to exit", "ms", async () =>
            {
                await Task.Delay(Pause);
                var start = Stopwatch.GetTimestamp();
                Wrapped();
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }));
        var one = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender("one after another", "ms", async () => 1000 / await CommandSeries.RateAsync(browser, spawn, count, 1, untilExit: false)),
            new Contender("bwrap, one after another", "ms", () => Task.FromResult(1000 / Rate(count, 1, Wrapped))));
        var many = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender($"{AtOnce} at once", "/s", () => CommandSeries.RateAsync(browser, spawn, count * 2, AtOnce, untilExit: false)),
            new Contender($"bwrap, {AtOnce} at once", "/s", () => Task.FromResult(Rate(count * 2, AtOnce, Wrapped))));
        return
        [
            new Row("true in a world of its own, Spawn to Exit, after a pause", rested[0], rested[1], Target.AtMost(1)),
            new Row("the same, one after another, to the close", one[0], one[1], Target.AtMost(1)),
            new Row($"commands a second, each in its own world, {AtOnce} at once", many[0], many[1], Target.AtLeast(1)),
        ];
    }

    // Runs on dedicated threads: the pool grows too slowly for blocking work.
    private static double Rate(int count, int atOnce, Action run)
    {
        var left = count;
        var start = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, atOnce).Select(_ => new Thread(() =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                run();
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
