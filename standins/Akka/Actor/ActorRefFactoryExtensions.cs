using Akka.Actor.Internal;

namespace Akka.Actor;

/// <summary>Short forms of what an actor's context and a system do.</summary>
public static class ActorRefFactoryExtensions
{
    public static IActorRef ActorOf<TActor>(this IActorRefFactory factory, string name = null)
        where TActor : ActorBase, new() => factory.ActorOf(Props.Create<TActor>(), name);

    /// <summary>A selection whose relative path starts at the given actor.</summary>
    public static ActorSelection ActorSelection(this IActorRefFactory factory, IActorRef anchorRef, string actorPath) =>
        ActorRefFactoryShared.ActorSelection(
            actorPath,
            factory as ActorSystemImpl ?? (ActorSystemImpl)((IActorContext)factory).System,
            anchorRef);
}
