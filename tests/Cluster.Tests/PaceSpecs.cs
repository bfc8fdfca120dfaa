namespace ActorBrowser.ClusterTests;

/// <summary>How much one node does for another between two offers.</summary>
public sealed class PaceSpecs
{
    [Fact]
    public async Task A_node_does_more_between_two_offers_than_it_can_do_at_a_time()
    {
        const string settings = "actorbrowser.cluster { offer-interval = 5 m, offer-lifetime = 10 m, capacity.fetches = 4, wait-timeout = 10 s }";
        await using var site = await Site.EchoingAsync();
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: settings);
        await using var front = await TestNode.StartAsync(browser, hocon: settings);
        await front.LinkedAsync(1);
        // One at a time: the node is never full, and so says nothing of its room.
        for (var i = 0; i < 10; i++)
            Check(await front.Client.FetchAsync(site.Root).Soon());
        // More at once than there is room for: the others wait until one of them is over.
        foreach (var result in await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => front.Client.FetchAsync(site.Root))).Soon())
            Check(result);
    }

    private static void Check(FetchResult result) => Assert.True(result.Response is { Status: 200 }, result.Failure?.Message);
}
