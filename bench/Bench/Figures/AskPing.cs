using System.Diagnostics;

namespace ActorBrowser.Bench.Figures;

/// <summary>One Ask(Ping) at a time, through the child's actor, to the child and back.</summary>
internal sealed class AskPing : IFigure
{
    public string Name => "ask";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var bare = await BareChild.StartAsync(context, "renderer");
        var trips = context.Pick(3000, 10000);
        var samples = await Contender.InterleaveAsync(context.Pick(5, 15),
            Yardsticks.SocketPair(context, 0.3, 26),
            new Contender("bare", "µs", async () =>
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < trips; i++)
                    await bare.PingAsync(1);
                return Stopwatch.GetElapsedTime(start).TotalMicroseconds / trips;
            }));
        return [new Row("Ping round trip, renderer role, channel alone", samples[1], samples[0], Target.AtMost(1.5))];
    }
}
