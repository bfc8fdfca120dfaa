using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>The time from the request to start a renderer to its Ready, and of a whole run of the program.</summary>
internal sealed class SpawnToReady : IFigure
{
    public string Name => "spawn";

    public IReadOnlyList<string> Programs => ["node", "python3", "bwrap"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        await TimeAsync(browser);
        var samples = await Contender.InterleaveAsync(context.Pick(7, 25),
            new Contender("through its actor", "ms", () => TimeAsync(browser)),
            new Contender("launcher and channel alone", "ms", () => BareChild.TimeToReadyAsync(context)),
            Yardsticks.HelloWorld(context), Yardsticks.NodeFork(context), Yardsticks.PythonSpawn(context), Yardsticks.Bubblewrap(),
            new Contender("actorbrowser exec -- true", "ms", () => Task.FromResult(NativeProcess.Run(context.Program, "exec", "--", "true").Elapsed.TotalMilliseconds)));
        return
        [
            new Row("spawn to Ready, renderer role, confined, through its actor", samples[0], samples[2], Target.AtMost(0.3)),
            new Row("", samples[0], samples[5], Target.AtMost(1.5)),
            new Row("", samples[0], samples[3], Target.Below(1)),
            new Row("", samples[0], samples[4], null),
            new Row("the same, launcher and channel alone", samples[1], samples[2], null),
            new Row("actorbrowser exec -- true, the whole command", samples[6], samples[2], Target.AtMost(1.4)),
            new Row("", samples[6], samples[5], null),
        ];
    }

    private static async Task<double> TimeAsync(Browser browser)
    {
        var start = Stopwatch.GetTimestamp();
        var spawned = await browser.SpawnAsync("renderer");
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        await Browser.StopAsync(spawned.Child);
        return elapsed;
    }
}
