namespace ActorBrowser.Transport;

/// <summary>
/// The messages that the two ends of a role's channel may exchange, and the properties of the role's process. The parent's
/// bridge and the child's loop both read it; each role has one file in this folder.
/// </summary>
internal sealed class RoleContract
{
    /// <summary>The child's first message: its listener for refused calls may come with it.</summary>
    internal static readonly MessageRule Hello = new(MessageType.Hello, 0, 1);

    /// <summary>Creates a role's contract. Pings, their answers, traces and the shutdown are added here, because every role has them.</summary>
    /// <param name="name">The role's name on a child's command line.</param>
    /// <param name="fromChild">The messages that its child may send.</param>
    /// <param name="toChild">The messages that its child may receive.</param>
    internal RoleContract(string name, ReadOnlySpan<MessageRule> fromChild, ReadOnlySpan<MessageRule> toChild)
    {
        Name = name;
        FromChild = new MessageSet($"A {name} child", [MessageType.Pong, MessageType.Spans, .. fromChild]);
        ToChild = new MessageSet($"The parent of a {name} child", [MessageType.Ping, MessageType.Shutdown, MessageType.Trace, .. toChild]);
    }

    /// <summary>The role's name on a child's command line.</summary>
    internal string Name { get; }

    /// <summary>Whether its process starts other processes, which it must end before it exits.</summary>
    internal bool OwnsProcesses { get; init; }

    /// <summary>Whether it gets shared memory for bodies, if there is any.</summary>
    internal bool WantsSlots { get; init; }

    /// <summary>Whether one process serves all users: it starts at once, ahead of children that wait for their turn.</summary>
    internal bool StartsAtOnce { get; init; }

    /// <summary>The messages that its child may send once it is ready.</summary>
    internal MessageSet FromChild { get; }

    /// <summary>The messages that its child may receive once it is ready.</summary>
    internal MessageSet ToChild { get; }

    /// <summary>The parent's answer to Hello: the shared memory comes with it.</summary>
    internal MessageRule ChildArgs => new(MessageType.ChildArgs, 0, WantsSlots ? 1 : 0);
}
