using System;
using System.Collections.Generic;
using Akka.Dispatch;

namespace Akka.Actor;

/// <summary>Messages put aside, to go back in front of the mailbox.</summary>
public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    /// <summary>Not positive if there is no bound.</summary>
    int Capacity { get; }

    /// <summary>Puts the message being handled aside.</summary>
    void Stash();

    /// <summary>Puts the oldest one back.</summary>
    void Unstash();

    /// <summary>Puts all back, in the order they came.</summary>
    void UnstashAll();

    /// <summary>Puts those back that pass; the others are gone.</summary>
    void UnstashAll(Func<Envelope, bool> predicate);

    IEnumerable<Envelope> ClearStash();

    void Prepend(IEnumerable<Envelope> envelopes);
}

/// <summary>An actor that has a stash.</summary>
public interface IActorStash
{
    IStash Stash { get; set; }
}

/// <summary>A stash on whatever mailbox is configured; it has to have a front.</summary>
public interface IWithUnrestrictedStash : IActorStash
{
}

/// <summary>A stash, and a mailbox with a front.</summary>
public interface IWithStash : IWithUnrestrictedStash, IRequiresMessageQueue<IDequeBasedMessageQueueSemantics>
{
}

/// <summary>A stash without bounds, and an unbounded mailbox with a front.</summary>
public interface IWithUnboundedStash : IWithUnrestrictedStash, IRequiresMessageQueue<IUnboundedDequeBasedMessageQueueSemantics>
{
}

[Obsolete("Use `IWithStash` with a configured BoundedDeque-based mailbox instead.")]
public interface IWithBoundedStash : IWithUnrestrictedStash, IRequiresMessageQueue<IBoundedDequeBasedMessageQueueSemantics>
{
}
