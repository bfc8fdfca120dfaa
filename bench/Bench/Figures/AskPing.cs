using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>One Ask(Ping) at a time, through the child's actor, to the child and back.</summary>
internal sealed class AskPing : IFigure
{
    // A Ping's header, array and smallest timestamp.
    private const int FrameBytes = 18;

    public string Name => "ask";

    public IReadOnlyList<string> Programs => ["taskset"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var child = (await browser.SpawnAsync("renderer")).Child;
        using var bare = await BareChild.StartAsync(context, "renderer");
        var trips = context.Pick(3000, 10000);
        Task<double> Ask() => MeanAsync(trips, () => child.Ask<Pong>(Ping.Instance));
        await Ask();
        var samples = await Contender.InterleaveAsync(context.Pick(7, 25),
            new Contender("through its actor", "µs", Ask),
            new Contender("channel alone", "µs", () => MeanAsync(trips, () => bare.PingAsync(1))),
            Yardsticks.SocketPair(context, 0.2, FrameBytes, pinned: false),
            Yardsticks.SocketPair(context, 0.2, FrameBytes, pinned: true));
        return
        [
            new Row("Ask(Ping) round trip, renderer role", samples[0], samples[2], Target.AtMost(1.5)),
            new Row("", samples[0], samples[3], null),
            new Row("the same, channel alone", samples[1], samples[2], null),
        ];
    }

    private static async Task<double> MeanAsync(int trips, Func<Task> trip)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < trips; i++)
            await trip();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / trips;
    }
}
