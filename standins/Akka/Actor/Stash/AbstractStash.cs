using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Dispatch;
using Akka.Util;

namespace Akka.Actor.Internal;

/// <summary>A stash on a mailbox that has a front.</summary>
public abstract class AbstractStash : IStash
{
    private readonly ActorCell _cell;
    private readonly IDequeBasedMessageQueueSemantics _mailbox;
    private LinkedList<Envelope> _stashed = new();
    private int _lastStashedId;

    protected AbstractStash(IActorContext context)
    {
        _cell = (ActorCell)context;
        _mailbox = _cell.Mailbox.MessageQueue as IDequeBasedMessageQueueSemantics
            ?? throw new ActorInitializationException(
                _cell.Self,
                $"DequeBasedMailbox required, got: {_cell.Mailbox.GetType().Name}\n"
                + "An (unbounded) deque-based mailbox can be configured as follows:\n"
                + "my-custom-mailbox {\n"
                + "    mailbox-type = \"Akka.Dispatch.UnboundedDequeBasedMailbox\"\n"
                + "}\n");
        Capacity = context.Props.Deploy.StashCapacity == Deploy.NoStashSize
            ? context.System.Mailboxes.StashCapacity(context.Props.Dispatcher, context.Props.Mailbox)
            : context.Props.Deploy.StashCapacity;
    }

    public int Count => _stashed.Count;

    public bool IsEmpty => Count == 0;

    public bool NonEmpty => !IsEmpty;

    public bool IsFull => Capacity >= 0 && Count >= Capacity;

    public virtual int Capacity { get; }

    public void Stash()
    {
        var message = _cell.CurrentMessage;
        if (_cell.CurrentEnvelopeId == _lastStashedId)
        {
            throw new IllegalActorStateException($"Can't stash the same message {message} more than once");
        }

        _lastStashedId = _cell.CurrentEnvelopeId;
        if (Capacity > 0 && Count >= Capacity)
        {
            throw new StashOverflowException($"Couldn't enqueue message {message} from ${_cell.Sender} to stash of {_cell.Self}");
        }

        _stashed.AddLast(new Envelope(message, _cell.Sender));
    }

    public void Unstash()
    {
        if (_stashed.First is { } oldest)
        {
            _stashed.RemoveFirst();
            PutBack(oldest.Value);
        }
    }

    public void UnstashAll() => UnstashAll(static _ => true);

    public void UnstashAll(Func<Envelope, bool> predicate)
    {
        foreach (var envelope in ((LinkedList<Envelope>)ClearStash()).Reverse().Where(predicate))
        {
            PutBack(envelope);
        }
    }

    public IEnumerable<Envelope> ClearStash()
    {
        var stashed = _stashed;
        _stashed = new();
        return stashed;
    }

    public void Prepend(IEnumerable<Envelope> envelopes)
    {
        foreach (var envelope in envelopes.Distinct().Reverse())
        {
            _stashed.AddFirst(envelope);
        }
    }

    private void PutBack(Envelope envelope)
    {
        _mailbox.EnqueueFirst(envelope);
        if (envelope.Message is Terminated terminated)
        {
            _cell.TerminatedQueuedFor(terminated.ActorRef, Option<object>.None);
        }
    }
}

/// <summary>A stash with the configured bound.</summary>
public class BoundedStashImpl(IActorContext context) : AbstractStash(context);

/// <summary>A stash without bounds.</summary>
public class UnboundedStashImpl(IActorContext context) : AbstractStash(context)
{
    public override int Capacity => Deploy.NoStashSize;
}

/// <summary>A stash with the configured bound, if there is one.</summary>
internal class UnrestrictedStashImpl(IActorContext context) : AbstractStash(context);
