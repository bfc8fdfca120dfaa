using System.Diagnostics.Metrics;

namespace ActorBrowser.Cluster;

/// <summary>Measurements of a node's part of the cluster.</summary>
internal sealed class ClusterMetrics
{
    private static readonly Level Nodes = BrowserMeter.Show("actorbrowser.cluster.nodes", "{node}", "Browser nodes that are linked to this one.");
    private static readonly Level Waiting = BrowserMeter.Show("actorbrowser.cluster.waiting", "{request}", "Requests of this node that wait for a browser node.");
    private static readonly Counter<long> Placed = BrowserMeter.Source.CreateCounter<long>("actorbrowser.cluster.placed", "{request}", "Requests of this node that a browser node was found for, by kind.");
    private static readonly Counter<long> Failed = BrowserMeter.Source.CreateCounter<long>(
        "actorbrowser.cluster.failed", "{request}", "Requests of this node that have no answer, by reason (NodeLost, NodesFull, Denied, Failed).");
    private static readonly Counter<long> Lost = BrowserMeter.Source.CreateCounter<long>("actorbrowser.cluster.links.lost", "{link}", "Links to browser nodes that were lost.");

    private long _nodes;
    private long _waiting;

    internal void Show(int nodes, int waiting)
    {
        Nodes.Set(ref _nodes, nodes);
        Waiting.Set(ref _waiting, waiting);
    }

    internal static void OnPlaced(WorkKind kind)
    {
        if (Placed.Enabled)
            Placed.Add(1, new KeyValuePair<string, object?>("kind", kind.ToString()));
    }

    internal static void OnFailed(ConversationFailure failure)
    {
        if (Failed.Enabled)
            Failed.Add(1, new KeyValuePair<string, object?>("reason", failure.ToString()));
    }

    internal static void OnLinkLost() => Lost.Add(1);
}
