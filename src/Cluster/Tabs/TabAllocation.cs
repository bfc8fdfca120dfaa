using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorBrowser.Cluster;

/// <summary>What each browser node has free, by its address, as this node knows it. Thread-safe.</summary>
/// <param name="own">This node.</param>
internal sealed class OfferBoard(Address own)
{
    internal Address Own { get; } = own;

    private readonly ConcurrentDictionary<Address, NodeOffer> _offers = new();

    internal NodeOffer? Of(Address node) => _offers.GetValueOrDefault(node);

    /// <summary>A node has told what it has free; null if it is not linked any more.</summary>
    internal void Set(Address node, NodeOffer? offer)
    {
        if (offer is null)
            _offers.TryRemove(node, out _);
        else
            _offers[node] = offer;
    }
}

/// <summary>
/// Places shards of tabs where there is room for tabs: the node whose shards are fewest for what it has free. Without offers, the node
/// with the fewest shards. Shards move only from a node that has far more than its share, since a move costs each tab its page.
/// </summary>
/// <param name="offers">The offers.</param>
internal sealed class TabAllocation(OfferBoard offers) : IShardAllocationStrategy
{
    private const int MostMoves = 2;

    /// <inheritdoc/>
    public Task<IActorRef> AllocateShard(IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
        Task.FromResult(currentShardAllocations.OrderBy(pair => (pair.Value.Count + 1) / Free(pair.Key)).ThenBy(static pair => pair.Key).First().Key);

    /// <inheritdoc/>
    public Task<IImmutableSet<string>> Rebalance(IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress)
    {
        IImmutableSet<string> moving = ImmutableHashSet<string>.Empty;
        if (rebalanceInProgress.Count > 0 || currentShardAllocations.Count < 2)
            return Task.FromResult(moving);
        var all = currentShardAllocations.Values.Sum(static shards => shards.Count);
        var capacity = currentShardAllocations.Keys.Sum(All);
        double Share(IActorRef region) => all * All(region) / capacity;
        var (most, shards) = currentShardAllocations.MaxBy(pair => pair.Value.Count - Share(pair.Key));
        // Another node must be clearly below its share, or the shards would come back.
        if (shards.Count > (Share(most) * 1.5) + 1 && currentShardAllocations.Any(pair => pair.Value.Count + 1 < Share(pair.Key)))
            moving = shards.Take(MostMoves).ToImmutableHashSet();
        return Task.FromResult(moving);
    }

    // Never 0: if no node has room, one must have the shard all the same.
    private double Free(IActorRef region) => offers.Of(AddressOf(region)) switch
    {
        null => 1,
        { IsLeaving: true } => 1e-6,
        var offer => offer.RoomFor(WorkKind.Tab) is { All: > 0 } room
            ? Math.Max(1e-3, (double)room.Free / room.All * (0.5 + (0.3 * Math.Clamp(offer.IdleProcessor, 0, 1)) + (0.2 * Math.Clamp((double)offer.FreeMemory / Math.Max(1, offer.AllMemory), 0, 1)))) : 1e-4,
    };

    private double All(IActorRef region) => offers.Of(AddressOf(region)) is { } offer ? Math.Max(1, offer.RoomFor(WorkKind.Tab).All) : 64;

    // The coordinator knows the region of its own node without an address.
    private Address AddressOf(IActorRef region) => region.Path.Address is { HasLocalScope: false } far ? far : offers.Own;
}
