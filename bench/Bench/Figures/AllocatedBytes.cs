using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>The bytes that a round trip allocates in the parent, on all threads.</summary>
internal sealed class AllocatedBytes : IFigure
{
    private static readonly Target Limit = Target.Below(500, "B");

    public string Name => "allocated";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        await using var browser = await Browser.StartAsync(context);
        var child = (await browser.SpawnAsync("renderer")).Child;
        var pinger = browser.System.ActorOf(Props.Create(() => new Pinger(child, 100)));
        var trips = context.Pick(5000, 20000);
        var client = ChildClient.For(child);
        async Task RepeatAsync(Func<Task> trip)
        {
            for (var i = 0; i < trips; i++)
                await trip();
        }
        Task Ping() => RepeatAsync(() => client.PingAsync());
        Task Ask() => RepeatAsync(() => child.Ask<Pong>(ChildProcessProtocol.Ping.Instance));
        await Ping();
        await Ask();
        await Pinger.RunAsync(pinger, trips);
        var samples = await Contender.InterleaveAsync(context.Pick(3, 5),
            new Contender("PingAsync", "B", () => PerTripAsync(trips, Ping)),
            new Contender("Ask", "B", () => PerTripAsync(trips, Ask)),
            new Contender("Tell", "B", () => PerTripAsync(trips, () => Pinger.RunAsync(pinger, trips))));
        return
        [
            new Row("bytes allocated in the parent per PingAsync", samples[0], null, Limit),
            new Row("bytes allocated in the parent per Ask(Ping)", samples[1], null, null),
            new Row("bytes allocated in the parent per Tell(Ping) and Pong", samples[2], null, Limit),
        ];
    }

    private static async Task<double> PerTripAsync(int trips, Func<Task> run)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await run();
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)trips;
    }
}
