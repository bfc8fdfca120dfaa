using Akka.Actor;

namespace ActorBrowser;

/// <summary>A command in the registry, from its start until it is released or dropped.</summary>
internal sealed class CommandEntry(ulong id, string handle, IActorRef session, RunnerQueue runner, string display, bool isAwaited)
{
    /// <summary>Whether its requester waits for its end and releases it: the registry then never drops it to make room.</summary>
    internal bool IsAwaited { get; } = isAwaited;

    internal ulong Id { get; } = id;

    internal string Handle { get; } = handle;

    internal IActorRef Session { get; } = session;

    internal RunnerQueue Runner { get; } = runner;

    internal string Display { get; } = display;

    /// <summary>Set once it has ended.</summary>
    internal CommandRecord? Record { get; set; }

    /// <summary>Whether it is being killed to make room.</summary>
    internal bool Victim { get; set; }

    /// <summary>Those who wait until it is released.</summary>
    internal List<IActorRef> Releasers { get; } = [];

    internal bool Releasing => Releasers.Count > 0;
}
