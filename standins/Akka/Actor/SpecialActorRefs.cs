using System;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor;

/// <summary>No actor; takes every message and forgets it.</summary>
public sealed class Nobody : MinimalActorRef
{
#pragma warning disable CA2211 // Public and not readonly in the real API.
    public static Nobody Instance = new();
#pragma warning restore CA2211

    private Nobody()
    {
    }

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems, "/Nobody");

    public override IActorRefProvider Provider => throw new NotSupportedException("Nobody does not provide");

    public override ISurrogate ToSurrogate(ActorSystem system) => new NobodySurrogate();

    public class NobodySurrogate : ISurrogate
    {
        public ISurrogated FromSurrogate(ActorSystem system) => Instance;
    }
}

/// <summary>Takes answers that nobody wants.</summary>
internal sealed class IgnoreActorRef(IActorRefProvider provider) : MinimalActorRef
{
    public static ActorPath StaticPath { get; } = new RootActorPath(new Address("akka", "local")) / "ignore";

    public override ActorPath Path => StaticPath;

    public override IActorRefProvider Provider { get; } = provider;

    public static bool IsIgnoreRefPath(string otherPath) => StaticPath.ToString() == otherPath;

    // Asked of every path that is printed, so what differs most goes first. Null while StaticPath itself is made.
    public static bool IsIgnoreRefPath(ActorPath otherPath) => otherPath.Name == "ignore" && otherPath.Equals(StaticPath);

    public override ISurrogate ToSurrogate(ActorSystem system) => new IgnoreActorRefSurrogate();

    public sealed class IgnoreActorRefSurrogate : ISurrogate
    {
        public ISurrogated FromSurrogate(ActorSystem system) => new IgnoreActorRef(((ExtendedActorSystem)system).Provider);
    }
}

/// <summary>An actor that is not there: messages to it are dead letters.</summary>
public class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    public override ActorPath Path { get; } = path;

    public override IActorRefProvider Provider { get; } = provider;

    public override bool IsTerminated => true;

    public override void SendSystemMessage(ISystemMessage message) => SpecialHandle(message, Provider.DeadLetters);

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is null)
        {
            throw new InvalidMessageException("Message is null");
        }

        if (message is DeadLetter letter)
        {
            SpecialHandle(letter.Message, letter.Sender);
        }
        else if (!SpecialHandle(message, sender))
        {
            eventStream.Publish(new DeadLetter(message, SomeSender(sender), this));
        }
    }

    /// <summary>What even an actor that is not there answers.</summary>
    protected virtual bool SpecialHandle(object message, IActorRef sender)
    {
        switch (message)
        {
            case Watch watch:
                if (watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
                {
                    watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
                }

                return true;
            case Unwatch:
                return true;
            case Identify identify:
                sender.Tell(new ActorIdentity(identify.MessageId, null));
                return true;
            case ActorSelectionMessage { Message: Identify identify } selection:
                if (!selection.WildCardFanOut)
                {
                    sender.Tell(new ActorIdentity(identify.MessageId, null));
                }

                return true;
            case ActorSelectionMessage { Message: IDeadLetterSuppression suppressed }:
                eventStream.Publish(new SuppressedDeadLetter(suppressed, SomeSender(sender), this));
                return true;
            case ActorSelectionMessage selection:
                eventStream.Publish(new DeadLetter(selection.Message, SomeSender(sender), this));
                return true;
            case IDeadLetterSuppression suppressed:
                eventStream.Publish(new SuppressedDeadLetter(suppressed, SomeSender(sender), this));
                return true;
            default:
                return false;
        }
    }

    private protected IActorRef SomeSender(IActorRef sender) => sender.IsNobody() ? Provider.DeadLetters : sender;
}

/// <summary>Publishes whatever it gets as a dead letter.</summary>
public class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    private readonly EventStream _eventStream = eventStream;

    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case null:
                throw new InvalidMessageException("Message is null");
            case Identify identify:
                sender.Tell(new ActorIdentity(identify.MessageId, ActorRefs.Nobody));
                break;
            case DeadLetter letter:
                if (!SpecialHandle(letter.Message, letter.Sender))
                {
                    _eventStream.Publish(letter);
                }

                break;
            default:
                if (!SpecialHandle(message, sender))
                {
                    _eventStream.Publish(new DeadLetter(message, SomeSender(sender), this));
                }

                break;
        }
    }

    protected override bool SpecialHandle(object message, IActorRef sender)
    {
        if (message is not Watch watch)
        {
            return base.SpecialHandle(message, sender);
        }

        if (!watch.Watchee.Equals(this) && !watch.Watcher.Equals(this))
        {
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed: false, addressTerminated: false));
        }

        return true;
    }
}
