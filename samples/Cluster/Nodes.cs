using Akka.Actor;
using Microsoft.Extensions.Hosting;

namespace ActorBrowser.Samples.Nodes;

/// <summary>Starts the browser nodes after the front's own actor system, and ends them before it.</summary>
internal sealed class Nodes(ActorSystem system, string secret, string token) : IHostedService
{
    private const int Count = 3;

    internal IReadOnlyList<NodeProcess> All { get; private set; } = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // The front is the cluster's first node, and the others join it.
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress, cancellationToken);
        All = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => NodeProcess.StartAsync(cluster.SelfAddress.ToString(), secret, token, cancellationToken)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(All.Select(node => node.StopAsync(cancellationToken)));
        foreach (var node in All)
            node.Dispose();
    }
}
