using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>200 live children beside one.</summary>
internal sealed class ManyChildren : IFigure
{
    private const int Many = 200;
    private const int Last = 10;

    public string Name => "children";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var window = TimeSpan.FromSeconds(context.Pick(5, 10));
        await using var browser = Browser.Start(context);
        var first = new Samples("the 1st", "ms");
        await FirstsAsync(browser, new Samples("warm-up", "ms"));
        await FirstsAsync(browser, first);

        var alive = new List<BrowserProtocol.ChildSpawned>();
        await SpawnAsync(browser, alive, null);
        var (idleOfOne, threadsOfOne) = await IdleAsync(alive, window, "1 child");

        var last = new Samples("the last of 200", "ms");
        while (alive.Count < Many)
            await SpawnAsync(browser, alive, alive.Count >= Many - Last ? last : null);
        var (idleOfMany, threadsOfMany) = await IdleAsync(alive, window, $"{Many} children");
        var memory = new Samples("PSS", "MiB");
        foreach (var child in alive)
            memory.Add(ProcFile.ProportionalMebibytes(child.ProcessId));
        await Task.WhenAll(alive.Select(child => Browser.StopAsync(child.Child)));
        await FirstsAsync(browser, first);

        var added = new Samples("threads", "threads");
        added.Add(threadsOfMany - threadsOfOne);
        return
        [
            new Row($"spawn of the last {Last} of {Many} live children", last, first, Target.AtMost(1.3)),
            new Row($"threads that {Many - 1} more children add to the parent's {threadsOfOne}", added, null, Target.AtMost(2, "threads")),
            new Row($"processor time of parent and {Many} idle children, a second", idleOfMany, idleOfOne, null),
            new Row($"the same, a child", PerChild(idleOfMany), null, Target.AtMost(0.1, "ms")),
            new Row($"memory of a child among {Many} (PSS)", memory, null, null),
        ];
    }

    private static Samples PerChild(Samples idle)
    {
        var samples = new Samples(idle.Name, "ms");
        samples.Add(idle.Median / Many);
        return samples;
    }

    private static async Task FirstsAsync(Browser browser, Samples samples)
    {
        for (var i = 0; i < Last; i++)
        {
            var alive = new List<BrowserProtocol.ChildSpawned>();
            await SpawnAsync(browser, alive, samples);
            await Browser.StopAsync(alive[0].Child);
        }
    }

    private static async Task SpawnAsync(Browser browser, List<BrowserProtocol.ChildSpawned> alive, Samples? samples)
    {
        var start = Stopwatch.GetTimestamp();
        alive.Add(await browser.SpawnAsync("renderer"));
        samples?.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>Milliseconds of processor time a second, of this process and the children, while nothing is asked of them.</summary>
    private static async Task<(Samples Idle, int Threads)> IdleAsync(List<BrowserProtocol.ChildSpawned> alive, TimeSpan window, string name)
    {
        // The runtime's own background work after a start (tiering, trimming) is over after a few seconds.
        await Task.Delay(window);
        double Used() => alive.Sum(child => ProcFile.ProcessorMilliseconds(child.ProcessId)) + ProcFile.ProcessorMilliseconds(Environment.ProcessId);
        var samples = new Samples(name, "ms");
        var before = Used();
        await Task.Delay(window);
        samples.Add((Used() - before) / window.TotalSeconds);
        return (samples, ProcFile.Threads(Environment.ProcessId));
    }
}
