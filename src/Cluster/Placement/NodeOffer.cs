namespace ActorBrowser.Cluster;

/// <summary>How much of one kind of work a node can do.</summary>
/// <param name="All">At most at a time; 0 if it does none of it.</param>
/// <param name="Free">How many more now.</param>
internal readonly record struct Room(int All, int Free);

/// <summary>What a browser node has free, as it tells each node that is linked to it.</summary>
/// <param name="Seen">How many conversations of this link it had seen when it counted: the asker knows which of its own are not in these figures.</param>
/// <param name="Room">For each <see cref="WorkKind"/>, by its number. Kinds that the node does not know are missing.</param>
/// <param name="IdleProcessor">The idle share of its processors, 0 to 1.</param>
/// <param name="FreeMemory">In bytes.</param>
/// <param name="AllMemory">In bytes.</param>
/// <param name="IsLeaving">Whether it takes no new work because it leaves.</param>
/// <param name="Roles">The typed roles that it has.</param>
/// <param name="Apart">Keys of the work that it does and that wants to be apart from other work of the same key.</param>
internal sealed record NodeOffer(
    ulong Seen, IReadOnlyList<Room> Room, double IdleProcessor, long FreeMemory, long AllMemory, bool IsLeaving, IReadOnlyList<string> Roles, IReadOnlyList<ulong> Apart)
{
    // Smaller changes of what all work uses can wait for the next offer.
    private const double Notable = 0.1;

    internal Room RoomFor(WorkKind kind) => (int)kind < Room.Count ? Room[(int)kind] : default;

    /// <summary>Whether an asker that knows another offer should learn of this one.</summary>
    internal bool IsUnlike(NodeOffer? known) => known is null || known.IsLeaving != IsLeaving || !known.Room.SequenceEqual(Room) || !known.Apart.SequenceEqual(Apart)
        || Math.Abs(known.IdleProcessor - IdleProcessor) > Notable || Math.Abs(known.FreeMemory - FreeMemory) > Notable * AllMemory;
}
