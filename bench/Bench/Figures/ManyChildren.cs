using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>200 live children compared with one.</summary>
internal sealed class ManyChildren : IFigure
{
    private const int Many = 200;
    private const int Last = 10;
    private const int MebibytesOfMany = 4096;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Compiling = TimeSpan.FromSeconds(2);

    public string Name => "children";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var window = TimeSpan.FromSeconds(context.Pick(5, 10));
        var (newPage, usedPage) = Machine.TakeMemory(MebibytesOfMany);
        var empty = await Idleness.OfEmptySystemAsync(window);
        await using var browser = await Browser.StartAsync(context);
        await WarmUpAsync(browser);

        var alive = new List<BrowserProtocol.ChildSpawned>();
        await SpawnAsync(browser, alive, null);
        // Wait until the process has settled: the runtime recompiles code called by heartbeats after enough calls, and unused
        // threads of the pool end after twenty seconds.
        await Task.Delay(TimeSpan.FromSeconds(context.Pick(0, 90)));
        var one = await IdleAsync(alive, window);

        // All stay alive, like the last ones, so that none reuses the memory of an ended child.
        var first = new Samples("the 2nd to the 11th", "ms");
        while (alive.Count <= Last)
            await SpawnAsync(browser, alive, first);
        var last = new Samples("the last of 200", "ms");
        while (alive.Count < Many)
            await SpawnAsync(browser, alive, alive.Count >= Many - Last ? last : null);
        await Task.Delay(TimeSpan.FromSeconds(context.Pick(0, 30)));
        var many = await IdleAsync(alive, window);
        var memory = new Samples("PSS", "MiB");
        foreach (var child in alive)
            memory.Add(ProcFile.ProportionalMebibytes(child.ProcessId));
        await Task.WhenAll(alive.Select(child => Browser.StopAsync(child.Child)));

        return
        [
            new Row($"spawn of the last {Last} of {Many} live children", last, first, Target.AtMost(1.3)),
            new Row($"threads that {Many - 1} more children add to the parent's {one.Threads}",
                Samples.Single("threads", many.Threads - one.Threads), null, Target.AtMost(2, "threads")),
            new Row($"processor time of the parent a second, {Many} idle children", Samples.Single("ms", many.Parent), Samples.Single("ms", one.Parent, "1 child"), null),
            new Row("the same above an ActorSystem with nothing in it", Samples.Single("ms", many.Parent - empty), null, Idleness.Target),
            new Row("the same with one child", Samples.Single("ms", one.Parent - empty), null, Idleness.Target),
            new Row("processor time of an ActorSystem with nothing in it a second", Samples.Single("ms", empty), null, null),
            new Row($"processor time of a child a second, one of {Many} idle ones",
                Samples.Single("ms", many.Children / Many), Samples.Single("ms", one.Children, "1 child"), null),
            new Row($"parent and {Many} idle children together, share of one processor",
                Samples.Single("%", (many.Parent + many.Children) / 10), null, Target.AtMost(1, "%")),
            new Row($"memory of a child among {Many} (PSS)", memory, null, Target.AtMost(2.5, "MiB")),
            new Row("4 KiB of memory that this machine has not used yet", Samples.Single("µs", newPage), Samples.Single("µs", usedPage, "used before"), null),
        ];
    }

    private static async Task WarmUpAsync(Browser browser)
    {
        for (var i = 0; i < Last; i++)
            await Browser.StopAsync((await browser.SpawnAsync("renderer")).Child);
    }

    private static async Task SpawnAsync(Browser browser, List<BrowserProtocol.ChildSpawned> alive, Samples? samples)
    {
        // On two processors, the runtime work of a child just after Ready would otherwise be measured with the next child.
        if (samples is not null)
            await Task.Delay(Settling);
        var start = Stopwatch.GetTimestamp();
        alive.Add(await browser.SpawnAsync("renderer"));
        samples?.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>The processor time that parent and children use while idle, in milliseconds per second.</summary>
    private static async Task<(double Parent, double Children, int Threads)> IdleAsync(List<BrowserProtocol.ChildSpawned> alive, TimeSpan window)
    {
        // The runtime's background work after a start (tiering, trimming) is over after a few seconds.
        await Task.Delay(window);
        double OfChildren() => alive.Sum(child => ProcFile.ProcessorMilliseconds(child.ProcessId));
        var children = OfChildren();
        var start = Stopwatch.GetTimestamp();
        // Reading the files of 200 processes, and the compilation that it causes, must not count as the parent's idle time: so
        // the parent's window lies inside the children's.
        await Task.Delay(Compiling);
        var parent = await Idleness.MillisecondsAsync(window);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        children = OfChildren() - children;
        return (parent, children / seconds, ProcFile.Threads(Environment.ProcessId));
    }
}
