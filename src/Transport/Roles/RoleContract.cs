namespace ActorBrowser.Transport;

/// <summary>
/// What the two ends of a role's channel may say to each other, and what the role's process is. The parent's bridge and the
/// child's loop both read it; each role has one file in this folder.
/// </summary>
internal sealed class RoleContract
{
    /// <summary>The child's first message: its listener for refused calls may ride along.</summary>
    internal static readonly MessageRule Hello = new(MessageType.Hello, 0, 1);

    /// <summary>A role's contract. Pings, their answers and the shutdown belong to every role and are added here.</summary>
    /// <param name="name">The role's name on a child's command line.</param>
    /// <param name="fromChild">What its child may send.</param>
    /// <param name="toChild">What its child may receive.</param>
    internal RoleContract(string name, ReadOnlySpan<MessageRule> fromChild, ReadOnlySpan<MessageRule> toChild)
    {
        Name = name;
        FromChild = new MessageSet($"A {name} child", [MessageType.Pong, .. fromChild]);
        ToChild = new MessageSet($"The parent of a {name} child", [MessageType.Ping, MessageType.Shutdown, .. toChild]);
    }

    /// <summary>The role's name on a child's command line.</summary>
    internal string Name { get; }

    /// <summary>Whether its process starts processes, which it must end before it ends itself.</summary>
    internal bool OwnsProcesses { get; init; }

    /// <summary>Whether it is given memory for bodies to travel in, if there is any.</summary>
    internal bool WantsSlots { get; init; }

    /// <summary>Whether one process serves everybody: it starts at once, however many children wait for their turn.</summary>
    internal bool StartsAtOnce { get; init; }

    /// <summary>What its child may send once it is ready.</summary>
    internal MessageSet FromChild { get; }

    /// <summary>What its child may be sent once it is ready.</summary>
    internal MessageSet ToChild { get; }

    /// <summary>The parent's answer to Hello: the shared memory rides along.</summary>
    internal MessageRule ChildArgs => new(MessageType.ChildArgs, 0, WantsSlots ? 1 : 0);
}
