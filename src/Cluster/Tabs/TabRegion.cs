using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Configuration;

namespace ActorBrowser.Cluster;

/// <summary>Starts what a node has of the cluster's tabs.</summary>
internal static class TabRegion
{
    internal const string TypeName = "actorbrowser-tab";

    /// <summary>
    /// Which tabs there are is kept in memory on the browser nodes, or in the journal, and not in LMDB on their disks: Akka's part for that does
    /// not work with the LightningDB that can be had. Sharding reads this key from the actor system's configuration alone.
    /// </summary>
    internal static Config NotDurable { get; } = ConfigurationFactory.ParseString("akka.cluster.sharding.distributed-data.durable.keys = []");

    /// <summary>Starts the region of a browser node.</summary>
    internal static IActorRef Start(ActorSystem system, ClusterSettings settings, IActorRef browser, OfferBoard offers, UnopenedTabs unopened)
    {
        var tabs = settings.Tabs;
        ITabStore store = tabs.Store == TabStoreKind.Journal ? new JournalStore(tabs.Journal) : new ReplicatedStore(ReplicatedStore.ReplicatorOf(system), tabs.StoreTimeout);
        var identities = system.ActorOf(TabIdentities.Props(store, tabs.MaxIdentities), "actorbrowser-identities");
        var node = new TabNode(browser, identities, store, NodeName.Of(Akka.Cluster.Cluster.Get(system).SelfUniqueAddress), tabs, settings.Policy) { Unopened = unopened };
        return ClusterSharding.Get(system).Start(
            TypeName, entityId => TabEntity.Props(entityId, node), SettingsOf(system, settings), new TabExtractor(tabs.Shards), new TabAllocation(offers), MoveAway.Instance);
    }

    /// <summary>Starts the way to the regions, on a node without the role.</summary>
    internal static IActorRef StartProxy(ActorSystem system, ClusterSettings settings) =>
        ClusterSharding.Get(system).StartProxy(TypeName, settings.Role, new TabExtractor(settings.Tabs.Shards));

    private static ClusterShardingSettings SettingsOf(ActorSystem system, ClusterSettings settings)
    {
        var tabs = settings.Tabs;
        // A shard that is being moved while a node is lost has no home until this time is over, so it is as short as a tab needs to be kept.
        // The first call of the extension brings its reference configuration.
        ClusterSharding.Get(system);
        var ours = ConfigurationFactory.ParseString($$"""
            remember-entities = on
            state-store-mode = ddata
            remember-entities-store = {{(tabs.Store == TabStoreKind.Journal ? "eventsourced" : "ddata")}}
            {{(tabs.Journal.Length > 0 ? $"journal-plugin-id = \"{tabs.Journal}\"" : "")}}
            retry-interval = 500ms
            coordinator-failure-backoff = 1s
            shard-failure-backoff = 1s
            entity-restart-backoff = 500ms
            waiting-for-state-timeout = 2s
            updating-state-timeout = 2s
            handoff-timeout = 4s
            """).WithFallback(system.Settings.Config.GetConfig("akka.cluster.sharding"));
        var singleton = system.Settings.Config.GetConfig(ours.GetString("coordinator-singleton"));
        return ClusterShardingSettings.Create(ours, singleton).WithRole(settings.Role);
    }
}

/// <summary>Which entity and which shard a message is for. The shard follows the identity, so that the tabs of one are together.</summary>
/// <param name="shards">The number of shards; the same on all nodes.</param>
internal sealed class TabExtractor(int shards) : IMessageExtractor
{
    /// <inheritdoc/>
    public string EntityId(object message) => message is FindTab find ? find.EntityId : null!;

    /// <inheritdoc/>
    public object EntityMessage(object message) => message;

    /// <inheritdoc/>
    public string ShardId(object message) => message is FindTab find ? ShardId(find.EntityId, message) : null!;

    /// <inheritdoc/>
    public string ShardId(string entityId, object? messageHint = null)
    {
        var slash = entityId.IndexOf('/', StringComparison.Ordinal);
        return (PlacementRequest.HashOf(slash < 0 ? entityId : entityId[..slash]) % (ulong)shards).ToString(CultureInfo.InvariantCulture);
    }
}
