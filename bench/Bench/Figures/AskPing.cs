namespace ActorBrowser.Bench.Figures;

/// <summary>One Ask(Ping) at a time, through the child's actor, to the child and back.</summary>
internal sealed class AskPing : IFigure
{
    public string Name => "ask";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var samples = await Contender.InterleaveAsync(context.Pick(5, 15), Yardsticks.SocketPair(context, 0.3, 26));
        return [new Row("Ask(Ping) round trip, renderer role", new Samples("", "µs"), samples[0], Target.AtMost(1.5))];
    }
}
