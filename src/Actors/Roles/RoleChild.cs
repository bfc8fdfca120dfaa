using Akka.Actor;

namespace ActorBrowser;

/// <summary>A child of a typed role.</summary>
/// <param name="actor">Its actor.</param>
/// <param name="generation">Which reload it was started for.</param>
internal sealed class RoleChild(IActorRef actor, int generation)
{
    internal int Generation => generation;

    internal IActorRef Actor { get; } = actor;

    /// <summary>Null until the child is ready.</summary>
    internal ChildRouter? Router { get; private set; }

    internal bool IsReady => Router is not null;

    /// <summary>Whether it was told to end: it gets no more requests.</summary>
    internal bool IsEnding { get; set; }

    /// <summary>Whether it was told to end once it has no request: it gets no more.</summary>
    internal bool IsDraining { get; set; }

    /// <summary>Whether it broke the protocol: what it sends is ignored.</summary>
    internal bool IsHostile { get; set; }

    /// <summary>Whether frames wait to be flushed.</summary>
    internal bool IsDirty { get; set; }

    internal Dictionary<ulong, RoleCall> Calls { get; } = [];

    /// <summary>Since when it has no request, as a timestamp.</summary>
    internal long IdleSince { get; set; }

    /// <summary>How many bytes of events it may send ahead.</summary>
    internal long EventCredit { get; set; }

    internal void OnReady(ChildRouter router, IActorRef user, long now, int window)
    {
        router.User = user;
        (Router, IdleSince, EventCredit) = (router, now, window);
    }
}
