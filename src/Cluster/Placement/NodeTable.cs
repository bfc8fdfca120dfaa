using System.Runtime.InteropServices;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>A browser node as the asking node knows it.</summary>
/// <param name="key">Its address and incarnation.</param>
/// <param name="address">Its address.</param>
/// <param name="link">The actor of the link to it.</param>
internal sealed class NodeEntry(string key, Address address, IActorRef link)
{
    // What was sent and no offer has counted yet, in order; what of it is not over; and what an offer has counted that is over since.
    private readonly Queue<PlacedWork> _unseen = new();
    private readonly int[] _ahead = new int[PlacementRequest.Kinds];
    private readonly int[] _over = new int[PlacementRequest.Kinds];

    internal string Key { get; } = key;

    internal ulong Hash { get; } = PlacementRequest.HashOf(key);

    internal Address Address { get; } = address;

    internal IActorRef Link { get; } = link;

    internal NodeOffer? Offer { get; private set; }

    /// <summary>When the offer came, as a timestamp.</summary>
    internal long OfferedAt { get; private set; }

    /// <summary>Whether the cluster's failure detector reaches it.</summary>
    internal bool IsReachable { get; set; } = true;

    /// <summary>Why there is no link to it, as far as it has said so; null while there is one.</summary>
    internal string? Problem { get; private set; }

    internal void OnNotLinked(string problem) => Problem = Offer is null ? problem : null;

    internal void On(NodeOffer offer, long now)
    {
        Offer = offer;
        Problem = null;
        OfferedAt = now;
        Array.Clear(_over);
        while (_unseen.TryPeek(out var first) && first.Number <= offer.Seen)
        {
            _unseen.Dequeue();
            if (!first.IsOver)
                _ahead[(int)first.Kind]--;
            first.IsSeen = true;
        }
    }

    internal void OnSent(WorkKind kind)
    {
        Newest = new PlacedWork(this, kind, (Newest?.Number ?? 0) + 1);
        _unseen.Enqueue(Newest);
        _ahead[(int)kind]++;
    }

    /// <summary>What was sent last; null if nothing was since the link is open.</summary>
    internal PlacedWork? Newest { get; private set; }

    /// <summary>What was sent here is over, before the node's next offer says so: without this, a node would get no more in the time between two offers than it had free at the first.</summary>
    /// <param name="work">What is over.</param>
    /// <param name="wasDone">Whether the node did it; else it was refused, and has taken no room.</param>
    internal void OnOver(PlacedWork work, bool wasDone)
    {
        if (work.IsOver || work.IsLost)
            return;
        work.IsOver = true;
        if (!work.IsSeen)
            _ahead[(int)work.Kind]--;
        else if (wasDone)
            _over[(int)work.Kind]++;
    }

    /// <summary>The link is closed: what it had is no longer known.</summary>
    internal void OnLost()
    {
        Offer = null;
        Newest = null;
        Losses++;
        _unseen.Clear();
        Array.Clear(_ahead);
        Array.Clear(_over);
    }

    /// <summary>How often the link was closed.</summary>
    internal int Losses { get; private set; }

    /// <summary>How much of a kind is free by its last offer, without what was placed here since, and with what is over since.</summary>
    internal int FreeFor(WorkKind kind) => Offer?.RoomFor(kind) is { } room ? Math.Min(room.All, room.Free + _over[(int)kind]) - _ahead[(int)kind] : 0;
}

/// <summary>Work that was placed on a node.</summary>
/// <param name="node">The node.</param>
/// <param name="kind">Its kind.</param>
/// <param name="number">1 for the first since the link is open.</param>
internal sealed class PlacedWork(NodeEntry node, WorkKind kind, ulong number)
{
    private readonly int _losses = node.Losses;

    internal NodeEntry Node { get; } = node;

    internal WorkKind Kind { get; } = kind;

    internal ulong Number { get; } = number;

    /// <summary>Whether an offer has counted it.</summary>
    internal bool IsSeen { get; set; }

    internal bool IsOver { get; set; }

    /// <summary>Whether the link was closed since.</summary>
    internal bool IsLost => _losses != Node.Losses;
}

/// <summary>What a request wants of its node.</summary>
/// <param name="Kind">The kind of work.</param>
internal readonly record struct PlacementRequest(WorkKind Kind)
{
    internal const int Kinds = 7;

    /// <summary>Requests with the same key go to the same node, as long as it has room; 0 for none.</summary>
    internal ulong Together { get; init; }

    /// <summary>Requests with the same key go to different nodes, as long as there are others; 0 for none.</summary>
    internal ulong Apart { get; init; }

    /// <summary>The typed role that the node must have; null for none.</summary>
    internal string? Role { get; init; }

    /// <summary>The key of the node that has refused or lost it; null for none.</summary>
    internal string? Avoid { get; init; }

    /// <summary>The only node that may take it, by key; null for any.</summary>
    internal string? Only { get; init; }

    /// <summary>A text's key, the same on all nodes; never 0.</summary>
    internal static ulong HashOf(string text)
    {
        // FNV-1a: the same in each process, which string.GetHashCode is not.
        var hash = 14695981039346656037;
        foreach (var one in MemoryMarshal.AsBytes(text.AsSpan()))
            hash = (hash ^ one) * 1099511628211;
        return Mix(hash) is var mixed && mixed == 0 ? 1 : mixed;
    }

    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}

/// <summary>
/// The browser nodes that are known, and the choice among them. A node is chosen at random, each as likely as it is free: many askers
/// with the same figures then do not all choose the same node. With a key (<see cref="PlacementRequest.Together"/>), it is the node
/// that rendezvous hashing gives, the same on each asker, unless that one has no room.
/// </summary>
/// <param name="lifetime">How long an offer counts.</param>
/// <param name="time">Tells the time.</param>
/// <param name="random">Null for a random one.</param>
internal sealed class NodeTable(TimeSpan lifetime, TimeProvider time, Random? random = null)
{
    private readonly List<NodeEntry> _nodes = [];
    private readonly Random _random = random ?? Random.Shared;
    private double[] _weights = [];

    internal IReadOnlyList<NodeEntry> Nodes => _nodes;

    internal void Add(NodeEntry node) => _nodes.Add(node);

    internal NodeEntry? Find(string key) => _nodes.Find(node => node.Key == key);

    internal bool Remove(string key) => _nodes.RemoveAll(node => node.Key == key) > 0;

    /// <summary>Chooses a node, and counts the request as placed there.</summary>
    /// <returns>Null if none has room.</returns>
    internal NodeEntry? Place(in PlacementRequest request)
    {
        var chosen = Choose(request, apart: request.Apart != 0) ?? (request.Apart != 0 ? Choose(request, apart: false) : null);
        chosen?.OnSent(request.Kind);
        return chosen;
    }

    /// <summary>Null, or why one node cannot do a kind of work, however long it is waited for.</summary>
    internal Conversation.NotPlaced? ProblemOf(string key, WorkKind kind) =>
        Find(key) is not { } node ? new Conversation.NotPlaced(ConversationFailure.NodeLost, $"The node {key} is not in the cluster.")
        : node.Offer is { } offer && offer.RoomFor(kind).All == 0 ? new Conversation.NotPlaced(ConversationFailure.Denied, $"The node does no {kind} for other nodes, by its policy or capacity.")
        : null;

    /// <summary>Whether any node could do such work if it had room.</summary>
    internal bool IsPossible(in PlacementRequest request)
    {
        foreach (var node in _nodes)
        {
            if (node.Offer is { } offer && (request.Kind == WorkKind.Question || offer.RoomFor(request.Kind).All > 0) && Has(offer, request.Role) && (request.Only ?? node.Key) == node.Key)
                return true;
        }
        return false;
    }

    /// <summary>Whether there are linked nodes, and each of them does no such work, however long it is waited for.</summary>
    internal bool IsDoneByNone(WorkKind kind)
    {
        var isLinked = false;
        foreach (var node in _nodes)
        {
            if (node.Offer is not { } offer)
                continue;
            isLinked = true;
            if (kind == WorkKind.Question || offer.RoomFor(kind).All > 0)
                return false;
        }
        return isLinked;
    }

    /// <summary>Why a node is not linked, as a sentence behind another one; "" if no node has said so.</summary>
    internal string WhyNotLinked() => _nodes.Find(static node => node.Problem is not null) is { } node ? $" {node.Key}: {node.Problem}" : "";

    private NodeEntry? Choose(in PlacementRequest request, bool apart)
    {
        if (_weights.Length < _nodes.Count)
            _weights = new double[_nodes.Count + 16];
        var now = time.GetTimestamp();
        var sum = 0.0;
        NodeEntry? nearest = null;
        var best = 0ul;
        for (var i = 0; i < _nodes.Count; i++)
        {
            var node = _nodes[i];
            var weight = WeightOf(node, request, apart, now);
            _weights[i] = weight;
            sum += weight;
            if (weight > 0 && request.Together != 0 && PlacementRequest.Mix(request.Together ^ node.Hash) is var rank && (nearest is null || rank > best))
                (nearest, best) = (node, rank);
        }
        return nearest ?? (sum > 0 ? Draw(_random.NextDouble() * sum) : null);
    }

    private NodeEntry Draw(double at)
    {
        var last = -1;
        for (var i = 0; i < _nodes.Count; i++)
        {
            if (_weights[i] <= 0)
                continue;
            last = i;
            if ((at -= _weights[i]) < 0)
                break;
        }
        return _nodes[last];
    }

    // Half by the room for this kind of work, the rest by what all work uses. Never 0 for a node with room.
    private double WeightOf(NodeEntry node, in PlacementRequest request, bool apart, long now)
    {
        if (request.Kind == WorkKind.Question)
            return node.Offer is not null && node.Key == request.Only && node.Key != request.Avoid ? 1 : 0;
        if (node.Offer is not { IsLeaving: false } offer || !node.IsReachable || time.GetElapsedTime(node.OfferedAt, now) > lifetime
            || node.Key == request.Avoid || (request.Only is { } only && only != node.Key) || !Has(offer, request.Role))
            return 0;
        var room = offer.RoomFor(request.Kind);
        var free = node.FreeFor(request.Kind);
        if (free <= 0 || room.All <= 0 || (apart && offer.Apart.Contains(request.Apart)))
            return 0;
        var share = (double)free / room.All;
        return share * (0.5 + 0.3 * Math.Clamp(offer.IdleProcessor, 0, 1) + 0.2 * Math.Clamp((double)offer.FreeMemory / Math.Max(1, offer.AllMemory), 0, 1));
    }

    private static bool Has(NodeOffer offer, string? role) => role is null || offer.Roles.Contains(role);
}
