namespace ActorBrowser.Bench.Figures;

/// <summary>Many pings under way at once to one child.</summary>
internal sealed class PipelinedPings : IFigure
{
    public string Name => "pipelined";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var count = context.Pick(50_000, 100_000);
        var samples = await Contender.InterleaveAsync(context.Pick(3, 7),
            Yardsticks.NodeEcho(context, count, 100), Yardsticks.NodeOneWay(context, count, 100));
        var ours = new Samples("", "/s");
        return
        [
            new Row("pipelined pings answered, one child", ours, samples[0], Target.AtLeast(20)),
            new Row("", ours, samples[1], null),
        ];
    }
}
