using System;
using Akka.Actor;

namespace Akka.Event;

/// <summary>A message that is expected to come too late at times; not logged as a dead letter.</summary>
public interface IDeadLetterSuppression
{
}

/// <summary>A message that did not reach, or was not handled by, its recipient.</summary>
public abstract class AllDeadLetters : IWrappedMessage
{
    protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient)
    {
        Message = message;
        Sender = sender;
        Recipient = recipient;
    }

    public object Message { get; }

    public IActorRef Recipient { get; }

    public IActorRef Sender { get; }

    public override string ToString() => $"DeadLetter from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>A message whose recipient had stopped or never was.</summary>
public sealed class DeadLetter : AllDeadLetters
{
    public DeadLetter(object message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
        if (sender is null)
        {
            throw new ArgumentNullException(nameof(sender), "DeadLetter sender may not be null");
        }

        if (recipient is null)
        {
            throw new ArgumentNullException(nameof(recipient), "DeadLetter recipient may not be null");
        }
    }
}

/// <summary>The same for a message that asked not to be logged.</summary>
public sealed class SuppressedDeadLetter : AllDeadLetters
{
    public SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
        if (sender is null)
        {
            throw new ArgumentNullException(nameof(sender), "SuppressedDeadLetter sender may not be null");
        }

        if (recipient is null)
        {
            throw new ArgumentNullException(nameof(recipient), "SuppressedDeadLetter recipient may not be null");
        }
    }
}

/// <summary>A message that was given up for a reason.</summary>
public sealed class Dropped : AllDeadLetters
{
    public Dropped(object message, string reason, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient) => Reason = reason;

    public Dropped(object message, string reason, IActorRef recipient)
        : this(message, reason, ActorRefs.NoSender, recipient)
    {
    }

    public string Reason { get; }
}

/// <summary>A message that its recipient did not handle.</summary>
public sealed class UnhandledMessage : AllDeadLetters
{
    public UnhandledMessage(object message, IActorRef sender, IActorRef recipient)
        : base(message, sender, recipient)
    {
    }
}
