namespace ActorBrowser.Bench.Figures;

/// <summary>From the command to start a renderer child to its Ready.</summary>
internal sealed class SpawnToReady : IFigure
{
    public string Name => "spawn";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var samples = await Contender.InterleaveAsync(context.Pick(5, 20),
            Yardsticks.HelloWorld(context), Yardsticks.NodeFork(context), Yardsticks.PythonSpawn(context),
            new Contender("bare", "ms", () => BareChild.TimeToReadyAsync(context)));
        var ours = samples[3];
        return
        [
            new Row("spawn to Ready, renderer role, through its actor", ours, samples[0], Target.AtMost(1.6)),
            new Row("", ours, samples[1], Target.Below(1)),
            new Row("", ours, samples[2], null),
        ];
    }
}
