using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ClusterTests.TabCluster;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Tabs of the cluster whose node is lost, or leaves.</summary>
public sealed class LostTabSpecs : IAsyncLifetime
{
    private readonly TabCluster _cluster = new();

    public Task InitializeAsync() => _cluster.InitializeAsync();

    public Task DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task After_a_lost_node_a_tab_is_where_it_was_and_what_was_under_way_fails_once()
    {
        var tab = await OpenAsync(_cluster.Front, "alice", "mail");
        var busy = await OpenAsync(_cluster.Front, "alice", "busy");
        var (watcher, others) = (await _cluster.WatchAsync(tab), await _cluster.WatchAsync(busy));
        await LoadAsync(tab, watcher, new Navigate(_cluster.Root + "/login"));
        await LoadAsync(tab, watcher, new Navigate(_cluster.Root + "/second"));
        await LoadAsync(tab, watcher, new Back());
        busy.Tell(new Navigate(_cluster.Root + "/held"));
        await _cluster.HeldAsync();
        await UntilAsync(() => Task.FromResult(others.Events.OfType<LoadStarted>().Any()));
        var evaluation = tab.Ask<EvaluationFailed>(new Evaluate("while (true) ;") { Timeout = TimeSpan.FromMinutes(1) });
        var lost = await _cluster.HomeAsync("alice", "mail");
        var other = _cluster.Browsers.Single(node => node != lost);
        await UntilAsync(async () => await KeptAsync(other, "tab/alice/mail") is { } kept && KeptTab.Decode(kept).Memory is { Position: 0, History.Count: 2 });
        await UntilAsync(async () => await KeptAsync(other, "identity/alice") is not null);

        await lost.CrashAsync();
        Akka.Cluster.Cluster.Get(_cluster.Front.System).Down(lost.Address);
        var text = await TextAsync(tab);

        Assert.Contains("/login has who=alice", text, StringComparison.Ordinal);
        var snapshot = await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon();
        Assert.Equal([_cluster.Root + "/login", _cluster.Root + "/second"], snapshot.History);
        Assert.Equal((0, TabState.Loaded, "/login"), (snapshot.Position, snapshot.State, snapshot.Title));
        Assert.Equal(other.Address, (await _cluster.HomeAsync("alice", "mail")).Address);
        Assert.Equal(ScriptFailure.RendererLost, (await evaluation.Soon()).Kind);
        Assert.Single(watcher.Events.OfType<Crashed>());
        Assert.IsType<LoadFinished>(await LoadAsync(tab, watcher, new Forward()));
        Assert.Equal(_cluster.Root + "/second", (await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon()).Url);
        Assert.Equal(TabState.Blank, (await busy.Ask<TabSnapshot>(new GetSnapshot()).Soon()).State);
        Assert.Equal(FetchErrorKind.NodeLost, Assert.IsType<LoadFailed>(Assert.Single(others.Ends)).Kind);
    }

    [Fact]
    public async Task A_node_that_leaves_gives_its_tabs_to_another_and_a_form_is_not_sent_again()
    {
        var tab = await OpenAsync(_cluster.Front, "frank", "form");
        var watcher = await _cluster.WatchAsync(tab);
        await LoadAsync(tab, watcher, new Navigate(_cluster.Root + "/login"));
        await LoadAsync(tab, watcher, new Act(ActKind.Click, "button"));
        Assert.Equal((1, _cluster.Root + "/posted"), (_cluster.Posts, (await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon()).Url));
        var leaving = await _cluster.HomeAsync("frank", "form");

        await leaving.DisposeAsync();

        var snapshot = await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon();
        Assert.Equal((_cluster.Root + "/posted", 1, TabState.Crashed), (snapshot.Url, snapshot.Position, snapshot.State));
        var failed = await tab.Ask<QueryFailed>(new Query(DocumentQuery.Text)).Soon();
        Assert.Contains("form", failed.Message, StringComparison.Ordinal);
        Assert.IsType<LoadFailed>(await LoadAsync(tab, watcher, new Reload { Resubmit = true }));
        Assert.Equal(1, _cluster.Posts);
        Assert.IsType<LoadFinished>(await LoadAsync(tab, watcher, new Navigate(_cluster.Root + "/page")));
        Assert.Contains("has who=alice", await TextAsync(tab), StringComparison.Ordinal);
    }
}
