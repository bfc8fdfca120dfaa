using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>What <see cref="ClusterBrowserActor"/> knows, kept over its restarts. Only for that actor.</summary>
/// <param name="settings">The settings.</param>
/// <param name="time">Tells the time.</param>
internal sealed class ClusterMemory(ClusterSettings settings, TimeProvider time)
{
    private readonly Dictionary<ulong, IActorRef> _byId = [];
    private readonly Dictionary<IActorRef, ulong> _ids = [];
    private readonly Dictionary<IActorRef, PlacedWork> _placed = [];
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Dictionary<IActorRef, LinkedListNode<Waiter>> _waiters = [];
    private readonly int[] _waitingOf = new int[PlacementRequest.Kinds];

    internal ClusterSettings Settings { get; } = settings;

    internal NodeTable Table { get; } = new(settings.OfferLifetime, time);

    /// <summary>The same offers, for the allocation of shards.</summary>
    internal OfferBoard Offers { get; init; } = new(Akka.Actor.Address.AllSystems);

    /// <summary>Opens tabs. Set before any message comes.</summary>
    internal IActorRef Tabs
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    } = ActorRefs.Nobody;

    /// <summary>The actors of the typed roles, by name.</summary>
    internal ConcurrentDictionary<string, IActorRef> Roles { get; } = new(StringComparer.Ordinal);

    internal CommandHandleTable Commands { get; } = new();

    /// <summary>This node's browser; null on a node without the role.</summary>
    internal IActorRef? Browser { get; set; }

    internal int Waiting => _waiting.Count;

    /// <summary>How many nodes have offered something.</summary>
    internal int Linked { get; set; }

    internal NodeNumbers Numbers { get; } = new();

    internal bool IsLink(IActorRef actor) => Table.Nodes.Any(node => node.Link.Equals(actor));

    internal void Remember(ulong id, IActorRef conversation)
    {
        _byId.Add(id, conversation);
        _ids.Add(conversation, id);
    }

    internal IActorRef? Find(ulong id) => _byId.GetValueOrDefault(id);

    /// <summary>A conversation has stopped.</summary>
    internal void Forget(IActorRef conversation)
    {
        if (_ids.Remove(conversation, out var id))
            _byId.Remove(id);
        Commands.Remove(conversation);
        if (_waiters.TryGetValue(conversation, out var waiter))
            Remove(waiter);
        Leave(conversation, wasDone: true);
    }

    /// <summary>A conversation was placed on a node.</summary>
    internal void OnPlaced(IActorRef conversation, NodeEntry node) => _placed[conversation] = node.Newest!;

    /// <summary>A conversation is no longer on its node.</summary>
    /// <returns>What it was there; null if it was on none.</returns>
    internal PlacedWork? Leave(IActorRef conversation, bool wasDone)
    {
        if (_placed.Remove(conversation, out var work))
            work.Node.OnOver(work, wasDone);
        return work;
    }

    /// <summary>Whether requests of its kind that any node could take wait already: a new one does not overtake them. Those that only few nodes can take hold up nobody.</summary>
    internal bool HasBefore(PlacementRequest request) => _waitingOf[(int)request.Kind] > 0;

    internal void Wait(IActorRef conversation, Conversation.FindNode find)
    {
        // In the order of their deadlines: one that a full node refused has waited longer than those that came after it.
        var waiter = new Waiter(conversation, find.Request, find.Since);
        var before = _waiting.Last;
        while (before is not null && before.Value.Since > find.Since)
            before = before.Previous;
        _waiters[conversation] = before is null ? _waiting.AddFirst(waiter) : _waiting.AddAfter(before, waiter);
        if (IsForAny(find.Request))
            _waitingOf[(int)find.Request.Kind]++;
    }

    /// <summary>Places requests that wait, in the order of their arrival, each kind for itself, until one of a kind finds no room.</summary>
    internal void PlaceWaiting(Func<IActorRef, PlacementRequest, bool> tryPlace)
    {
        var full = 0;
        for (var node = _waiting.First; node is not null && full != (1 << PlacementRequest.Kinds) - 1;)
        {
            var next = node.Next;
            var bit = 1 << (int)node.Value.Request.Kind;
            if ((full & bit) == 0)
            {
                if (tryPlace(node.Value.Conversation, node.Value.Request))
                    Remove(node);
                // A request that only few nodes can take does not hold up the others.
                else if (IsForAny(node.Value.Request))
                    full |= bit;
            }
            node = next;
        }
    }

    internal List<(IActorRef Conversation, PlacementRequest Request)> TakeExpired(TimeSpan most)
    {
        var expired = new List<(IActorRef, PlacementRequest)>();
        while (_waiting.First is { } first && time.GetElapsedTime(first.Value.Since) >= most)
        {
            expired.Add((first.Value.Conversation, first.Value.Request));
            Remove(first);
        }
        return expired;
    }

    /// <summary>How long until the request that has waited longest has waited too long; null if none waits.</summary>
    internal TimeSpan? NextExpiry(TimeSpan most) =>
        _waiting.First is { } first ? most - time.GetElapsedTime(first.Value.Since) is var left && left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1) : null;

    internal ClusterProtocol.Nodes Describe() => new([.. Table.Nodes.Select(Describe)], _waiting.Count);

    private static NodeStatus Describe(NodeEntry node) => new(
        node.Key, node.Address, node.Offer is not null, node.IsReachable, node.Offer is { IsLeaving: true },
        [.. Enum.GetValues<WorkKind>().Where(static kind => kind < WorkKind.Watch).Select(node.FreeFor)], node.Offer?.IdleProcessor ?? 0, node.Offer?.FreeMemory ?? 0)
    {
        Problem = node.Problem,
    };

    private void Remove(LinkedListNode<Waiter> waiter)
    {
        _waiting.Remove(waiter);
        _waiters.Remove(waiter.Value.Conversation);
        if (IsForAny(waiter.Value.Request))
            _waitingOf[(int)waiter.Value.Request.Kind]--;
    }

    private static bool IsForAny(PlacementRequest request) => request is { Role: null, Only: null };

    private sealed record Waiter(IActorRef Conversation, PlacementRequest Request, long Since);
}
