using System.Diagnostics;
using System.Globalization;
using ActorBrowser.Bench.Cluster;
using ActorBrowser.Cluster;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>The choice among 1,000 browser nodes: how long one takes, and a simulated run of it.</summary>
internal sealed class ClusterPlacement : IFigure
{
    private const int Nodes = 1000;
    private const int Capacity = 64;

    public string Name => "cluster-placement";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var bytes = await OfferBytesAsync();
        var rows = new List<Row>
        {
            new($"a placement decision with {Nodes} nodes known", DecisionTimes(context, new PlacementRequest(WorkKind.Fetch)), null, Target.Below(50, "µs")),
            new("the same with affinity", DecisionTimes(context, new PlacementRequest(WorkKind.Fetch) { Together = PlacementRequest.HashOf("a site") }), null, Target.Below(50, "µs")),
            new("an offer as it is serialized, without Akka's envelope", Samples.Single("bytes", bytes), null, null),
        };
        foreach (var (fronts, load) in new (int, double)[] { (1, 0.8), (10, 0.5), (10, 0.8), (10, 0.95), (50, 0.8) })
            rows.AddRange(await Task.Run(() => Simulate(context, fronts, load)));
        return rows;
    }

    private static Samples DecisionTimes(BenchContext context, PlacementRequest request)
    {
        const int batch = 1000;
        var samples = new Samples("", "µs");
        var table = new NodeTable(TimeSpan.FromMinutes(10), TimeProvider.System);
        var room = new Room[PlacementRequest.Kinds];
        Array.Fill(room, new Room(1_000_000, 900_000));
        for (var node = 0; node < Nodes; node++)
        {
            var entry = new NodeEntry($"10.0.0.1:{node}#{node:x8}", new Address("akka.tcp", "bench", "10.0.0.1", node), ActorRefs.Nobody);
            entry.On(new NodeOffer(0, room, 0.5, 8L << 30, 16L << 30, false, [], []), TimeProvider.System.GetTimestamp());
            table.Add(entry);
        }
        for (var i = 0; i < context.Pick(20, 60); i++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var j = 0; j < batch; j++)
            {
                if (table.Place(request) is null)
                    throw new InvalidOperationException("There was room, and no node was chosen.");
            }
            // The first ones are compiled while they run.
            if (i >= 10)
                samples.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / batch);
        }
        return samples;
    }

    private static async Task<double> OfferBytesAsync()
    {
        var system = Browser.CreateSystem();
        var room = new Room[PlacementRequest.Kinds];
        Array.Fill(room, new Room(256, 100));
        var offer = new NodeOffer(1_000_000, room, 0.5, 8L << 30, 16L << 30, false, ["scanner", "finder"], []);
        var length = new ClusterSerializer((ExtendedActorSystem)system).ToBinary(new OfferMade(ulong.MaxValue / 3, offer)).Length;
        await system.Terminate();
        return length;
    }

    private static Row[] Simulate(BenchContext context, int fronts, double load)
    {
        var counts = new SimulatedCluster(new SimulatedSizes(Nodes, fronts, Capacity, load)).Run(context.Pick(1, 3));
        var what = string.Create(CultureInfo.InvariantCulture, $"simulated, {Nodes} nodes, {fronts} fronts, {load:P0} of all room taken");
        return
        [
            new Row($"{what}: refusals by a full node for each 100 requests", Samples.Single("", 100.0 * counts.Refused / counts.Placed), null, null),
            new Row("… requests that had to wait for an offer, of each 100", Samples.Single("", 100.0 * counts.Waited / counts.Placed), null, null),
            new Row("… the busiest hundredth of the nodes by the mean", Samples.Single("×", counts.Uneven), null, null),
            new Row("… offers that a node sends a second", Samples.Single("/s", counts.Offers / counts.Seconds / Nodes), null, null),
            new Row("… offers that a front receives a second", Samples.Single("/s", counts.Offers / counts.Seconds / fronts), null, null),
        ];
    }
}
