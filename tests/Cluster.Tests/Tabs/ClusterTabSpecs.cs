using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ClusterTests.TabCluster;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Tabs of the cluster, with real sharding over loopback and real children.</summary>
[Collection(TabCluster.Shared)]
public sealed class ClusterTabSpecs(TabCluster cluster)
{
    [Fact]
    public async Task A_tab_is_used_as_a_local_one_and_leaves_nothing()
    {
        await using (var tab = await cluster.Front.Client.OpenTabAsync().Soon())
        {
            var page = await tab.NavigateAsync(cluster.Root + "/login").Soon();
            Assert.Equal((200, "/login"), (page.Status, page.Document.Title));
            await tab.NavigateAsync(cluster.Root + "/next").Soon();
            Assert.Contains("/next has who=alice", await tab.TextAsync().Soon(), StringComparison.Ordinal);
            Assert.Equal("2", await tab.EvaluateAsync("1 + 1").Soon());
            var snapshot = await tab.SnapshotAsync().Soon();
            Assert.Equal((tab.Number, TabState.Loaded, 1), (snapshot.Number, snapshot.State, snapshot.Position));
            var failed = await Assert.ThrowsAsync<PageException>(() => tab.NavigateAsync("nowhere").Soon());
            Assert.Equal(FetchErrorKind.InvalidUrl, failed.Kind);
            await Assert.ThrowsAsync<PageException>(() => tab.QueryAsync(new Query(DocumentQuery.Select) { Argument = "((" }).Soon());
            await Assert.ThrowsAsync<InvalidMessageException>(() => tab.NavigateAsync(new string('a', 1 << 17)).Soon());
        }
        await UntilAsync(async () => (await cluster.ListAsync()).All.All(static tab => tab.Identity != tab.Tab));
    }

    [Fact]
    public async Task A_named_tab_is_the_same_from_each_node()
    {
        var here = await OpenAsync(cluster.Front, "shared", "one");
        var there = await OpenAsync(cluster.Browsers[1], "shared", "one");
        var watcher = await cluster.WatchAsync(there);
        Assert.IsType<LoadFinished>(await LoadAsync(here, watcher, new Navigate(cluster.Root + "/page")));
        Assert.Equal(cluster.Root + "/page", (await there.Ask<TabSnapshot>(new GetSnapshot()).Soon()).Url);

        here.Tell(new ClusterProtocol.LeaveTab());
        Assert.Contains("/page has", await TextAsync(there), StringComparison.Ordinal);
        Assert.IsType<InvalidMessageException>((await there.Ask<Status.Failure>(new Subscribe(null!)).Soon()).Cause);

        await cluster.Front.Cluster.Ask<ClusterProtocol.ClusterTabClosed>(new ClusterProtocol.CloseClusterTab("shared", "one")).Soon();
        await UntilAsync(() => Task.FromResult(watcher.Events.OfType<TabProtocol.Closed>().Any()));
        Assert.Single(watcher.Events.OfType<TabProtocol.Closed>());
    }

    [Fact]
    public async Task A_tab_is_found_though_the_own_region_sends_to_a_lost_node()
    {
        var system = cluster.Front.System;
        var settings = ClusterSettings.From(system.Settings.Config);
        using var opener = Inbox.Create(system);
        system.ActorOf(ClusterTabActor.Props(new TabAsker(cluster.Front.Cluster, system.DeadLetters, settings), new TabOrder("stale/region"), opener.Receiver, null, 1));
        var opened = Assert.IsType<TabOpened>(await opener.ReceiveAsync(Deadline.Long));
        Assert.Equal(TabState.Blank, (await opened.Tab.Ask<TabSnapshot>(new GetSnapshot()).Soon()).State);
        opened.Tab.Tell(new TabProtocol.Close());
    }

    [Fact]
    public async Task A_word_of_where_a_tab_is_counts_only_from_there()
    {
        var system = cluster.Front.System;
        var region = new Probe(system);
        using var opener = Inbox.Create(system);
        var tab = system.ActorOf(ClusterTabActor.Props(new TabAsker(cluster.Front.Cluster, region.Ref, ClusterSettings.From(system.Settings.Config)), new TabOrder("astray/tab"), opener.Receiver, null, 1));
        for (var i = 0; i < 20; i++)
        {
            // Of a front, of a node that is none, and in the name of a real one.
            foreach (var node in new[] { NodeName.Of(Akka.Cluster.Cluster.Get(system).SelfUniqueAddress), $"127.0.0.1:{i + 1}#1", NodeName.Of(Akka.Cluster.Cluster.Get(cluster.Browsers[0].System).SelfUniqueAddress) })
                tab.Tell(new TabIsAt("astray/tab", node), region.Ref);
        }
        Assert.IsType<TabOpened>(await opener.ReceiveAsync(Deadline.Long));
        tab.Tell(new TabProtocol.Close());
    }

    [Fact]
    public async Task Tabs_of_one_identity_share_its_cookies_and_its_node_and_others_do_not()
    {
        var first = await OpenAsync(cluster.Front, "bob", "first");
        var second = await OpenAsync(cluster.Browsers[0], "bob", "second");
        var other = await OpenAsync(cluster.Front, "carol", "first");
        await LoadAsync(first, await cluster.WatchAsync(first), new Navigate(cluster.Root + "/login"));
        await LoadAsync(second, await cluster.WatchAsync(second), new Navigate(cluster.Root + "/page"));
        await LoadAsync(other, await cluster.WatchAsync(other), new Navigate(cluster.Root + "/page"));

        Assert.Contains("has who=alice", await TextAsync(second), StringComparison.Ordinal);
        Assert.DoesNotContain("alice", await TextAsync(other), StringComparison.Ordinal);
        Assert.Equal((await cluster.HomeAsync("bob", "first")).Address, (await cluster.HomeAsync("bob", "second")).Address);
    }

    [Fact]
    public async Task A_tab_that_is_closed_is_forgotten_and_its_identity_if_that_is_asked_for()
    {
        var tab = await OpenAsync(cluster.Front, "dave", "one");
        await LoadAsync(tab, await cluster.WatchAsync(tab), new Navigate(cluster.Root + "/login"));
        await CloseAsync(forgetIdentity: false);

        Assert.IsType<ClusterProtocol.NoTab>(await cluster.Front.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab("dave", "one") { MustExist = true }).Soon());
        Assert.Contains("has who=alice", await OpenedTextAsync(), StringComparison.Ordinal);
        await CloseAsync(forgetIdentity: true);
        Assert.DoesNotContain("alice", await OpenedTextAsync(), StringComparison.Ordinal);

        async Task CloseAsync(bool forgetIdentity) =>
            await cluster.Front.Cluster.Ask<ClusterProtocol.ClusterTabClosed>(new ClusterProtocol.CloseClusterTab("dave", "one") { ForgetIdentity = forgetIdentity }).Soon();

        async Task<string> OpenedTextAsync()
        {
            var opened = await OpenAsync(cluster.Front, "dave", "one");
            Assert.Equal((TabState.Blank, 0), (await opened.Ask<TabSnapshot>(new GetSnapshot()).Soon()) is var snapshot ? (snapshot.State, snapshot.History.Count) : default);
            await LoadAsync(opened, await cluster.WatchAsync(opened), new Navigate(cluster.Root + "/page"));
            return await TextAsync(opened);
        }
    }

    [Fact]
    public async Task A_tab_without_a_name_is_closed_once_nobody_has_it()
    {
        var opened = await cluster.Front.Cluster.Ask<TabOpened>(new OpenTab()).Soon();
        await UntilAsync(async () => (await cluster.ListAsync()).All.Any(static tab => tab.Identity == tab.Tab));
        opened.Tab.Tell(PoisonPill.Instance);
        await UntilAsync(async () => (await cluster.ListAsync()).All.All(static tab => tab.Identity != tab.Tab));
    }

    [Fact]
    public async Task What_cannot_cross_nodes_is_refused_with_a_sentence()
    {
        Assert.Contains("Identity", await RefusalAsync(new OpenTab { Identity = new NetworkIdentity() }), StringComparison.Ordinal);
        Assert.Contains("Downloads", await RefusalAsync(new OpenTab { Downloads = "/tmp" }), StringComparison.Ordinal);
        Assert.Contains("Identity", await RefusalAsync(new ClusterProtocol.OpenClusterTab("a/b", "c")), StringComparison.Ordinal);
        Assert.Contains("Tab", await RefusalAsync(new ClusterProtocol.CloseClusterTab("a", "")), StringComparison.Ordinal);

        var tab = await OpenAsync(cluster.Front, "erin", "one");
        var refused = await tab.Ask<QueryFailed>(new Act(ActKind.Upload, "input") { Files = [UploadFile.FromFile(typeof(ClusterTabSpecs).Assembly.Location)] }).Soon();
        Assert.Contains("FromBytes", refused.Message, StringComparison.Ordinal);

        async Task<string> RefusalAsync(object message) => (await cluster.Front.Cluster.Ask<Status.Failure>(message).Soon()).Cause.Message;
    }
}
