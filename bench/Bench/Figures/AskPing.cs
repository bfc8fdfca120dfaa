using System.Diagnostics;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>One ping at a time, through the child's actor, to the child and back: by the client, and by Akka's Ask.</summary>
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
        var client = ChildClient.For(child);
        Task<double> Ping() => MeanAsync(trips, () => client.PingAsync());
        Task<double> Ask() => MeanAsync(trips, () => child.Ask<Pong>(ChildProcessProtocol.Ping.Instance));
        await Ping();
        await Ask();
        var samples = await Contender.InterleaveAsync(context.Pick(7, 25),
            new Contender("through its actor", "µs", Ping),
            new Contender("channel alone", "µs", () => MeanAsync(trips, () => bare.PingAsync(1))),
            Yardsticks.SocketPair(context, 0.2, FrameBytes, pinned: false),
            Yardsticks.SocketPair(context, 0.2, FrameBytes, pinned: true),
            new Contender("by Akka's Ask", "µs", Ask));
        return
        [
            new Row("PingAsync round trip through the child's actor, renderer role", samples[0], samples[2], Target.AtMost(1.5)),
            new Row("", samples[0], samples[3], null),
            new Row("the same, channel alone", samples[1], samples[2], null),
            new Row("the same, by Akka's Ask", samples[4], samples[2], null),
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
