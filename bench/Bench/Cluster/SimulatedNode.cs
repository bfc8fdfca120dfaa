using ActorBrowser.Cluster;

namespace ActorBrowser.Bench.Cluster;

/// <summary>A browser node of the simulation: what it does, and when it makes an offer, as <see cref="NodeHost"/> and <see cref="HostLink"/> do.</summary>
/// <param name="sizes">The capacity.</param>
internal sealed class SimulatedNode(SimulatedSizes sizes)
{
    private const long Memory = 16L << 30;

    private readonly ulong[] _seen = new ulong[sizes.Fronts];
    private NodeOffer? _last;
    private int _unchanged;
    private double _idle = 1;

    internal int Running { get; set; }

    internal bool IsFull => Running >= sizes.Capacity;

    /// <summary>An asker's request arrives.</summary>
    /// <returns>Whether there is room.</returns>
    internal bool TryTake(int front)
    {
        _seen[front]++;
        if (IsFull)
            return false;
        Running++;
        return true;
    }

    internal NodeOffer Offer(int front)
    {
        var room = new Room[PlacementRequest.Kinds];
        Array.Fill(room, new Room(sizes.Capacity, sizes.Capacity - Running));
        return new NodeOffer(_seen[front], room, _idle, Memory / 2, Memory, false, [], []);
    }

    /// <summary>The offer interval is over.</summary>
    /// <returns>Whether it makes an offer.</returns>
    internal bool OnTick(double interval, double lifetime)
    {
        // Its processors are as busy as it is.
        _idle = 1 - ((double)Running / sizes.Capacity);
        return ++_unchanged * 2 * interval >= lifetime || Offer(0).IsUnlike(_last);
    }

    internal void OnAnnounced() => (_last, _unchanged) = (Offer(0), 0);
}
