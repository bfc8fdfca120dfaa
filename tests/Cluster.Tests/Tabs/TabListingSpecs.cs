using ActorBrowser.Cluster;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>The list of the cluster's tabs.</summary>
public sealed class TabListingSpecs() : TestKit("akka.loglevel = ERROR\nakka.actor.provider = cluster\nakka.cluster.roles = [browser]\nakka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }")
{
    [Fact]
    public async Task A_node_that_does_not_answer_is_named_as_silent()
    {
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        await cluster.JoinAsync(cluster.SelfAddress).Soon();
        Sys.ActorOf(TabLister.Props("browser", TestActor));
        var list = await ExpectMsgAsync<ClusterProtocol.ClusterTabs>(Deadline.Long);
        Assert.Equal([cluster.SelfAddress], list.Silent);
        Assert.Empty(list.All);
    }

    [Fact]
    public async Task Without_browser_nodes_the_list_is_empty()
    {
        Sys.ActorOf(TabLister.Props("browser", TestActor));
        var list = await ExpectMsgAsync<ClusterProtocol.ClusterTabs>(Deadline.Long);
        Assert.Empty(list.Silent);
    }
}
