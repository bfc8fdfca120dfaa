namespace ActorBrowser.Cluster;

/// <summary>Tabs of the cluster for code without actors.</summary>
public static class ClusterTabClients
{
    /// <summary>Reaches a tab of the cluster by its name, and opens it if there is none.</summary>
    /// <param name="client">A client of the cluster's actor.</param>
    /// <param name="tab">The tab; not one that must exist: ask the cluster's actor for that.</param>
    /// <param name="cancellation">Ends the wait; a tab that opens afterwards is closed.</param>
    /// <returns>The tab. Disposing it closes the tab for good; <see cref="LeaveClusterTab"/> does not.</returns>
    /// <exception cref="ArgumentException">The tab must exist.</exception>
    /// <exception cref="InvalidMessageException">A name is not valid.</exception>
    /// <exception cref="NodesFullException">No browser node has the tab, or room for it, in time.</exception>
    /// <exception cref="BrowserStoppedException">This node's actor system is stopping or has stopped.</exception>
    public static async Task<TabClient> OpenClusterTabAsync(this BrowserClient client, ClusterProtocol.OpenClusterTab tab, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(tab);
        if (tab.MustExist)
            throw new ArgumentException("A tab that must exist may be answered by NoTab: ask the cluster's actor.", nameof(tab));
        return await TabClient.OpenAsync(await client.LifeAsync(cancellation).ConfigureAwait(false), tab, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends this node's part in a tab of the cluster, and leaves the tab as it is. The client is of no use afterwards.</summary>
    /// <param name="tab">The tab.</param>
    public static void LeaveClusterTab(this TabClient tab)
    {
        ArgumentNullException.ThrowIfNull(tab);
        tab.Tab.Tell(new ClusterProtocol.LeaveTab(), Akka.Actor.ActorRefs.NoSender);
    }
}
