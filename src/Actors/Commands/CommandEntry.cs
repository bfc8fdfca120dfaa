using Akka.Actor;

namespace ActorBrowser;

/// <summary>A command in the registry, from its start until it is released or dropped.</summary>
internal sealed class CommandEntry(ulong id, string handle, IActorRef session, RunnerQueue runner, string display, bool isAwaited)
{
    /// <summary>Whether the requester waits for the command's end and releases it: the registry then never drops it to make room.</summary>
    internal bool IsAwaited { get; } = isAwaited;

    internal ulong Id { get; } = id;

    internal string Handle { get; } = handle;

    internal IActorRef Session { get; } = session;

    internal RunnerQueue Runner { get; } = runner;

    internal string Display { get; } = display;

    /// <summary>The command's final state; null until it has ended.</summary>
    internal CommandRecord? Record { get; set; }

    /// <summary>Whether the registry is killing the command to make room.</summary>
    internal bool Victim { get; set; }

    /// <summary>The actors that wait until the command is released.</summary>
    internal List<IActorRef> Releasers { get; } = [];

    internal bool Releasing => Releasers.Count > 0;
}
