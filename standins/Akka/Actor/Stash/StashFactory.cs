using System;
using Akka.Actor.Internal;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Makes the stash that an actor's type asks for.</summary>
public static class StashFactory
{
    public static IStash CreateStash<T>(this IActorContext context)
        where T : ActorBase => CreateStash(context, typeof(T));

    public static IStash CreateStash(this IActorContext context, IActorStash actorInstance) => CreateStash(context, actorInstance.GetType());

    public static IStash CreateStash(this IActorContext context, Type actorType) =>
#pragma warning disable CS0618 // Obsolete for users only.
        actorType.Implements<IWithBoundedStash>() ? new BoundedStashImpl(context)
#pragma warning restore CS0618
        : actorType.Implements<IWithUnboundedStash>() ? new UnboundedStashImpl(context)
        : actorType.Implements<IWithUnrestrictedStash>() ? new UnrestrictedStashImpl(context)
        : throw new ArgumentException($"Actor {actorType} implements an unrecognized subclass of {typeof(IActorStash)} - cannot instantiate", nameof(actorType));
}

/// <summary>Gives actors their stash, and puts what is left in it back when they are restarted or stopped.</summary>
public class ActorStashPlugin : ActorProducerPluginBase
{
    public override bool CanBeAppliedTo(Type actorType) => actorType.Implements<IActorStash>();

    public override void AfterIncarnated(ActorBase actor, IActorContext context)
    {
        if (actor is IActorStash { Stash: null } stashing)
        {
            stashing.Stash = context.CreateStash(actor.GetType());
        }
    }

    public override void BeforeIncarnated(ActorBase actor, IActorContext context) => (actor as IActorStash)?.Stash.UnstashAll();
}
