using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>Many pings under way at once to one child.</summary>
internal sealed class PipelinedPings : IFigure
{
    public string Name => "pipelined";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var count = context.Pick(50_000, 100_000);
        using var bare = await BareChild.StartAsync(context, "renderer");
        var samples = await Contender.InterleaveAsync(context.Pick(3, 7),
            new Contender("bare", "/s", async () =>
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < 100; i++)
                    await bare.PingAsync(10_000);
                return 1_000_000 / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }),
            Yardsticks.NodeEcho(context, count, 100), Yardsticks.NodeOneWay(context, count, 100));
        var ours = samples[0];
        return
        [
            new Row("pipelined pings answered, one child", ours, samples[1], Target.AtLeast(20)),
            new Row("", ours, samples[2], null),
        ];
    }
}
