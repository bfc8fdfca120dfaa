using ActorBrowser.Cluster;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.ClusterTests.TabCluster;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Tabs whose state is in the application's journal, on the one node of a cluster, which asks itself.</summary>
public sealed class JournalTabSpecs
{
    [Fact]
    public async Task A_tab_is_where_it_was_by_the_journal()
    {
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.Headers.SetCookie = "who=alice";
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync($"<p>{context.Request.Path} has {context.Request.Headers.Cookie}.</p>");
        });
        await using var node = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.tabs { store = journal, shards = 4 }");
        await node.LinkedAsync(1);
        var tab = await OpenAsync(node, "alice", "mail");
        var watcher = new TabWatcher();
        tab.Tell(new Subscribe(node.System.ActorOf(Props.Create(() => new TabWatcher.Recorder(watcher)))));
        await LoadAsync(tab, watcher, new Navigate(site.Root + "/page"));

        node.System.ActorSelection($"/system/sharding/{TabRegion.TypeName}/*/alice%2Fmail").Tell(Poison.Instance);
        await UntilAsync(() => Task.FromResult(watcher.Events.OfType<Crashed>().Any()));
        // No tab uses the identity any more until the next command, so its cookies come from the journal, too.
        Assert.Contains("/page has who=alice", await TextAsync(tab), StringComparison.Ordinal);

        tab.Tell(new Close());
        await UntilAsync(() => Task.FromResult(watcher.Events.OfType<TabProtocol.Closed>().Any()));
        Assert.IsType<ClusterProtocol.NoTab>(await node.Cluster.Ask<object>(new ClusterProtocol.OpenClusterTab("alice", "mail") { MustExist = true }).Soon());
    }
}
