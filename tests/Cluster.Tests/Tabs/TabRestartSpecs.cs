using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ClusterTests.TabCluster;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>What the restart of each actor of the cluster's tabs keeps, and what others hear of it.</summary>
[Collection(TabCluster.Shared)]
public sealed class TabRestartSpecs(TabCluster cluster)
{
    private const string Region = $"/system/sharding/{TabRegion.TypeName}";

    [Fact]
    public async Task A_tab_s_entity_that_fails_begins_anew_where_it_was() => await BeginsAnewAsync("entity", static name => $"{Region}/*/{name}%2Ftab");

    [Fact]
    public async Task A_keeper_that_fails_costs_its_tab_the_page_alone() => await BeginsAnewAsync("keeper", static name => $"{Region}/*/{name}%2Ftab/*");

    [Fact]
    public async Task An_identity_that_fails_costs_its_tabs_their_pages_and_no_cookie() => await BeginsAnewAsync("identity", static _ => "/user/actorbrowser-identities/*");

    [Fact]
    public async Task A_keeper_of_cookies_that_fails_costs_its_tabs_their_pages_and_no_cookie() => await BeginsAnewAsync("cookies", static _ => "/user/actorbrowser-identities/*/*");

    [Fact]
    public async Task The_owner_of_the_identities_fails_and_no_tab_feels_it()
    {
        var (tab, watcher) = await LoadedAsync("owner");
        var home = await cluster.HomeAsync("owner", "tab");
        home.System.ActorSelection("/user/actorbrowser-identities").Tell(Poison.Instance);
        var second = await OpenAsync(cluster.Front, "owner", "second");
        await LoadAsync(second, await cluster.WatchAsync(second), new Navigate(cluster.Root + "/page"));
        Assert.Contains("has who=alice", await TextAsync(second), StringComparison.Ordinal);
        Assert.Contains("/login has", await TextAsync(tab), StringComparison.Ordinal);
        Assert.Single(watcher.Ends);
    }

    [Fact]
    public async Task A_conversation_that_fails_at_the_tab_s_node_is_made_again_and_the_page_stays()
    {
        var (tab, watcher) = await LoadedAsync("hosted");
        var home = await cluster.HomeAsync("hosted", "tab");
        home.System.ActorSelection($"/user/{NodeHost.Name}/*/*").Tell(Poison.Instance);
        Assert.Contains("/login has", await TextAsync(tab), StringComparison.Ordinal);
        Assert.Single(watcher.Ends);
        Assert.Empty(watcher.Events.OfType<Crashed>());
    }

    [Fact]
    public async Task The_directory_fails_and_no_tab_feels_it_and_no_number_is_used_twice()
    {
        var (tab, _) = await LoadedAsync("directory");
        var before = (await tab.Ask<TabSnapshot>(new GetSnapshot()).Soon()).Number;
        cluster.Front.System.ActorSelection($"/user/{TabDirectory.Name}").Tell(Poison.Instance);
        Assert.Contains("/login has", await TextAsync(tab), StringComparison.Ordinal);
        Assert.True((await cluster.Front.Cluster.Ask<TabOpened>(new ClusterProtocol.OpenClusterTab("directory", "second")).Soon()).Number > before);
    }

    [Fact]
    public async Task A_tab_s_actor_that_fails_tells_its_subscribers_and_askers_and_the_tab_stays()
    {
        var (tab, watcher) = await LoadedAsync("asker");
        var evaluation = tab.Ask<EvaluationFailed>(new Evaluate("new Promise(() => setTimeout(() => {}, 1e6))") { Timeout = TimeSpan.FromMinutes(1) });
        tab.Tell(Poison.Instance);
        Assert.Equal(ScriptFailure.RendererLost, (await evaluation.Soon()).Kind);
        await UntilAsync(() => Task.FromResult(watcher.Events.OfType<TabProtocol.Closed>().Any(static closed => closed.Problem is not null)));
        Assert.Contains("/login has", await TextAsync(await OpenAsync(cluster.Front, "asker", "tab")), StringComparison.Ordinal);
    }

    private async Task BeginsAnewAsync(string name, Func<string, string> path)
    {
        var (tab, watcher) = await LoadedAsync(name);
        var home = await cluster.HomeAsync(name, "tab");
        home.System.ActorSelection(path(name)).Tell(Poison.Instance);
        await UntilAsync(() => Task.FromResult(watcher.Events.OfType<Crashed>().Any()));
        Assert.Contains("/login has who=alice", await TextAsync(tab), StringComparison.Ordinal);
        Assert.Single(watcher.Events.OfType<Crashed>());
        // The query's answer and the load's end come by two ways.
        await UntilAsync(() => Task.FromResult(watcher.Ends.Count >= 2));
        Assert.Equal(2, watcher.Ends.Count);
    }

    // The page is loaded twice: the second time, the server has the cookie.
    private async Task<(IActorRef Tab, TabWatcher Watcher)> LoadedAsync(string name)
    {
        var tab = await OpenAsync(cluster.Front, name, "tab");
        var watcher = await cluster.WatchAsync(tab);
        Assert.IsType<LoadFinished>(await LoadAsync(tab, watcher, new Navigate(cluster.Root + "/login")));
        await UntilAsync(async () => await KeptAsync(cluster.Browsers[0], $"identity/{name}") is not null && await KeptAsync(cluster.Browsers[0], $"tab/{name}/tab") is { } kept && KeptTab.Decode(kept).Memory is not null);
        return (tab, watcher);
    }
}
