using ActorBrowser.Cluster;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.ClusterTests.TabCluster;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>How many tabs and identities a browser node takes, and what becomes of names that nobody opens.</summary>
public sealed class TabLimitSpecs
{
    [Fact]
    public async Task A_tab_beyond_the_limit_is_refused_at_once_and_one_that_is_closed_makes_room()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.tabs { shards = 4, max = 2 }");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.tabs.shards = 4");
        await front.LinkedAsync(1);
        await OpenAsync(front, "a", "one");
        // Left, it is still a tab.
        (await OpenAsync(front, "b", "one")).Tell(new ClusterProtocol.LeaveTab());
        var refused = Assert.IsType<NodesFullException>((await front.Cluster.Ask<Status.Failure>(new ClusterProtocol.OpenClusterTab("c", "one"), Deadline.Long)).Cause);
        Assert.Contains("2 tabs live on the tab's node already (actorbrowser.cluster.tabs.max)", refused.Message, StringComparison.Ordinal);
        Assert.IsType<NodesFullException>((await front.Cluster.Ask<Status.Failure>(new OpenTab(), Deadline.Long)).Cause);
        await OpenAsync(front, "b", "one");
        await front.Cluster.Ask<ClusterProtocol.ClusterTabClosed>(new ClusterProtocol.CloseClusterTab("b", "one"), Deadline.Long);
        // The closed one is gone a moment after its closing was told.
        await UntilAsync(() => OpensAsync(front, "c"));
        Assert.IsType<NodesFullException>((await front.Cluster.Ask<Status.Failure>(new ClusterProtocol.OpenClusterTab("d", "one"), Deadline.Long)).Cause);
    }

    private static async Task<bool> OpensAsync(TestNode front, string identity)
    {
        try
        {
            return await front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab(identity, "one"), Deadline.Long) is TabOpened;
        }
        catch (NodesFullException)
        {
            return false;
        }
    }

    [Fact]
    public async Task An_identity_beyond_the_limit_is_refused_and_one_that_has_cookies_still_counts_and_is_found()
    {
        await using var site = await Site.StartAsync(static context =>
        {
            context.Response.Headers.SetCookie = "who=alice; Path=/";
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<p>page");
        });
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.tabs { shards = 4, max-identities = 2 }");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.tabs.shards = 4");
        await front.LinkedAsync(1);
        await using (var tab = await front.Client.OpenClusterTabAsync(new ClusterProtocol.OpenClusterTab("cookies", "one")).Soon())
            await tab.NavigateAsync(site.Root).Soon();
        await OpenAsync(front, "open", "one");
        await OpenAsync(front, "open", "two");
        var refused = Assert.IsType<NodesFullException>((await front.Cluster.Ask<Status.Failure>(new ClusterProtocol.OpenClusterTab("third", "one"), Deadline.Long)).Cause);
        Assert.Contains("tabs.max-identities", refused.Message, StringComparison.Ordinal);
        await OpenAsync(front, "cookies", "two");
        await front.Cluster.Ask<ClusterProtocol.ClusterTabClosed>(new ClusterProtocol.CloseClusterTab("cookies", "two") { ForgetIdentity = true }, Deadline.Long);
        await UntilAsync(() => OpensAsync(front, "third"));
    }

    [Fact]
    public async Task Looking_for_tabs_that_are_not_there_uses_up_no_identity()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.tabs { shards = 4, max-identities = 2 }");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.tabs.shards = 4");
        await front.LinkedAsync(1);
        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<ClusterProtocol.NoTab>(await front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab($"nobody{i}", "none") { MustExist = true }, Deadline.Long));
            await front.Cluster.Ask<ClusterProtocol.ClusterTabClosed>(new ClusterProtocol.CloseClusterTab($"nobody{i}", "other") { ForgetIdentity = true }, Deadline.Long);
        }
        await OpenAsync(front, "a", "one");
        await OpenAsync(front, "nobody0", "none");
        Assert.IsType<NodesFullException>((await front.Cluster.Ask<Status.Failure>(new ClusterProtocol.OpenClusterTab("c", "one"), Deadline.Long)).Cause);
        Assert.IsType<TabOpened>(await front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab("a", "one") { MustExist = true }, Deadline.Long));
        Assert.Equal(["a", "nobody0"], (await front.Cluster.Ask<ClusterProtocol.ClusterTabs>(new ClusterProtocol.ListClusterTabs(), Deadline.Long)).All.Select(static tab => tab.Identity).Except(["c"]).Order());
    }

    [Fact]
    public async Task A_name_that_is_looked_for_and_never_opened_is_soon_forgotten_and_an_open_tab_is_not()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.tabs.shards = 4");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.tabs.shards = 4");
        await front.LinkedAsync(1);
        await OpenAsync(front, "open", "tab");
        Assert.IsType<ClusterProtocol.NoTab>(await front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab("nobody", "none") { MustExist = true }, Deadline.Long));
        Assert.Equal("open", Assert.Single(await ListAsync()).Identity);
        var region = front.System.ActorSelection($"/system/sharding/{TabRegion.TypeName}Proxy");
        for (var i = 0; i < 50; i++)
            Assert.Equal($"nobody/{i}", (await region.Ask<TabIsAt>(new FindTab($"nobody/{i}"), Deadline.Long)).EntityId);
        // Whether they are tabs is not known yet.
        Assert.Equal(51, (await ListAsync()).Count);
        await UntilAsync(async () => (await ListAsync()).Count == 1);
        Assert.Equal("open", Assert.Single(await ListAsync()).Identity);

        async Task<IReadOnlyList<ClusterTab>> ListAsync() => (await front.Cluster.Ask<ClusterProtocol.ClusterTabs>(new ClusterProtocol.ListClusterTabs(), Deadline.Long)).All;
    }
}
