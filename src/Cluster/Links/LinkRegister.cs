using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>
/// The links of a browser node by the asking node's address. Those that have not shown that they know the secret are few: of one node, and
/// of all, a new one ends the oldest, so that nobody who only introduces itself keeps others out. Only for <see cref="NodeHost"/>.
/// </summary>
internal sealed class LinkRegister
{
    /// <summary>The most links that have shown it.</summary>
    internal const int MostProven = 4096;

    /// <summary>The most of them that one node has: it needs one, and a new one before the old one's end is noticed.</summary>
    internal const int MostProvenOfNode = 16;

    internal const int MostUnproven = 1024;

    internal const int MostUnprovenOfNode = 4;

    private readonly Dictionary<IActorRef, Link> _links = [];
    private readonly Dictionary<Address, Node> _nodes = [];
    private readonly LinkedList<IActorRef> _unproven = new();
    private int _proven;

    /// <summary>Null, or why a node gets no further link.</summary>
    internal string? Problem(Address address) =>
        _proven >= MostProven ? $"This node has {MostProven} links already."
        : _nodes.GetValueOrDefault(address) is { Proven: >= MostProvenOfNode } ? $"This node has {MostProvenOfNode} links of the other one already."
        : null;

    /// <summary>A node has introduced itself.</summary>
    /// <returns>The link that it ends; null for none.</returns>
    internal IActorRef? Add(IActorRef link, Address address)
    {
        if (!_nodes.TryGetValue(address, out var node))
            _nodes.Add(address, node = new Node());
        var oldest = node.Unproven.Count >= MostUnprovenOfNode ? node.Unproven.First!.Value : _unproven.Count >= MostUnproven ? _unproven.First!.Value : null;
        _links.Add(link, new Link(address, _unproven.AddLast(link), node.Unproven.AddLast(link)));
        if (oldest is not null)
            Remove(oldest);
        return oldest;
    }

    internal Address? AddressOf(IActorRef link) => _links.GetValueOrDefault(link)?.Address;

    /// <summary>A link has shown that it knows the secret.</summary>
    internal void OnProven(IActorRef link)
    {
        if (!_links.TryGetValue(link, out var known) || known.IsProven)
            return;
        known.IsProven = true;
        _proven++;
        _unproven.Remove(known.Place);
        var node = _nodes[known.Address];
        node.Unproven.Remove(known.PlaceOfNode);
        node.Proven++;
    }

    /// <summary>A link has stopped.</summary>
    internal void Remove(IActorRef link)
    {
        if (!_links.Remove(link, out var known))
            return;
        var node = _nodes[known.Address];
        if (known.IsProven)
        {
            _proven--;
            node.Proven--;
        }
        else
        {
            _unproven.Remove(known.Place);
            node.Unproven.Remove(known.PlaceOfNode);
        }
        if (node is { Proven: 0, Unproven.Count: 0 })
            _nodes.Remove(known.Address);
    }

    private sealed class Link(Address address, LinkedListNode<IActorRef> place, LinkedListNode<IActorRef> placeOfNode)
    {
        internal Address Address => address;

        internal LinkedListNode<IActorRef> Place => place;

        internal LinkedListNode<IActorRef> PlaceOfNode => placeOfNode;

        internal bool IsProven { get; set; }
    }

    private sealed class Node
    {
        internal LinkedList<IActorRef> Unproven { get; } = new();

        internal int Proven { get; set; }
    }
}
