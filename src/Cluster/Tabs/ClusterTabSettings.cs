namespace ActorBrowser.Cluster;

/// <summary>Where the state of tabs is kept.</summary>
internal enum TabStoreKind
{
    /// <summary>In memory, on each browser node.</summary>
    Memory,

    /// <summary>In a journal of Akka.Persistence.</summary>
    Journal,
}

/// <summary><c>actorbrowser.cluster.tabs</c>: see the reference configuration, cluster.conf. The same on all nodes.</summary>
internal sealed record ClusterTabSettings(
    int Shards, TabStoreKind Store, string Journal, TimeSpan StoreTimeout, TimeSpan IdleAfter, TimeSpan OrphanAfter, TimeSpan FindTimeout, int Max, int MaxIdentities)
{
    internal static ClusterTabSettings Read(SettingsReader reader) => new(
        reader.Number("cluster.tabs.shards", 1, 10_000),
        reader.Choice<TabStoreKind>("cluster.tabs.store"),
        reader.Text("cluster.tabs.journal"),
        reader.Time("cluster.tabs.store-timeout", positive: true),
        reader.Time("cluster.tabs.idle-after", positive: true),
        reader.Time("cluster.tabs.orphan-after", positive: true),
        reader.Time("cluster.tabs.find-timeout", positive: true),
        reader.Number("cluster.tabs.max", 1, 10_000_000),
        reader.Number("cluster.tabs.max-identities", 1, 10_000_000));
}
