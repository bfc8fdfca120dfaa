using ActorBrowser.Bench.Cluster;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Bench.Figures;

/// <summary>Fetches that another process's browser makes, over links of a cluster on loopback, beside a local browser.</summary>
internal sealed class ClusterFetches : IFigure
{
    // One client, a front, a node and its child, and nginx each need one: below, two nodes only share what one had.
    private const int EnoughProcessors = 8;

    private const int More = 256;

    public string Name => "cluster-fetch";

    public IReadOnlyList<string> Programs => ["nginx"];

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        using var server = await Nginx.StartAsync(context.Scratch);
        await using var browser = await Browser.StartAsync(context);
        await using var one = await ClusterMember.StartAsync(context, 1);
        await using var two = await ClusterMember.StartAsync(context, 2);
        var requests = context.Pick(4_000, 15_000);
        var local = BrowserClient.For(browser.Actor);
        var (throughOne, throughTwo) = (BrowserClient.For(one.Browser), BrowserClient.For(two.Browser));
        Contender[] contenders =
        [
            new("a local browser", "/s", () => RateAsync(local, server, requests, FetchRate.InFlight)),
            new("through one node", "/s", () => RateAsync(throughOne, server, requests, FetchRate.InFlight)),
            new("through two nodes", "/s", () => RateAsync(throughTwo, server, requests, FetchRate.InFlight)),
            new("through one node", "/s", () => RateAsync(throughOne, server, requests, More)),
            new("through two nodes", "/s", () => RateAsync(throughTwo, server, requests, More)),
        ];
        // As with fetches of a local browser: both sides have the same time for tiered compilation.
        await Contender.InterleaveAsync(context.Pick(3, 6), contenders);
        var samples = await Contender.InterleaveAsync(context.Pick(5, 9), contenders);
        var (front, node) = await ProcessorAsync(throughOne, one, server, requests);
        var target = Environment.ProcessorCount >= EnoughProcessors ? Target.AtLeast(1.6) : null;
        return
        [
            new Row($"fetches a second through a front and one browser node, {FetchRate.InFlight} in flight, 1 KiB bodies", samples[1], samples[0], Target.AtLeast(0.5)),
            new Row($"the same through two nodes ({Environment.ProcessorCount} processors for all)", samples[2], samples[1], target),
            new Row($"the same, {More} in flight", samples[4], samples[3], target),
            new Row("processor time of the front for one such fetch", front, null, null),
            new Row("processor time of the node and its child for it", node, null, null),
        ];
    }

    private static async Task<(Samples Front, Samples Node)> ProcessorAsync(BrowserClient client, ClusterMember cluster, Nginx server, int requests)
    {
        var processes = cluster.Nodes.SelectMany(static node => ProcFile.DescendantsOf(node).Prepend(node)).ToArray();
        double[] Times() => [ProcFile.ProcessorMilliseconds(Environment.ProcessId), processes.Sum(ProcFile.ProcessorMilliseconds)];
        var (front, node) = (new Samples("", "µs"), new Samples("", "µs"));
        for (var i = 0; i < 5; i++)
        {
            var before = Times();
            await RateAsync(client, server, requests, FetchRate.InFlight);
            var after = Times();
            front.Add((after[0] - before[0]) / requests * 1000);
            node.Add((after[1] - before[1]) / requests * 1000);
        }
        return (front, node);
    }

    private static Task<double> RateAsync(BrowserClient client, Nginx server, int requests, int inFlight) => Yardsticks.RateAsync(requests, inFlight, async () =>
    {
        var outcome = await client.FetchAsync(new Fetch(server.Small));
        if (outcome.Response is not { Status: 200, Body.Length: Nginx.SmallBytes })
            throw new InvalidOperationException($"A fetch was answered with {(object?)outcome.Response ?? outcome.Failure}.");
    });
}
