using System;
using System.Collections.Generic;
using Akka.Actor;
using Akka.Util;

namespace Akka.Dispatch.MessageQueues;

/// <summary>Messages by priority, lowest first; what was put back in front goes before all.</summary>
public class UnboundedPriorityMessageQueue(Func<object, int> priorityGenerator, int initialCapacity)
    : BlockingMessageQueue, IUnboundedDequeBasedMessageQueueSemantics
{
    private readonly ListPriorityQueue _queue = new(initialCapacity, priorityGenerator);
    private readonly Stack<Envelope> _front = new();

    protected override int LockedCount => _queue.Count() + _front.Count;

    public void EnqueueFirst(Envelope envelope) => _front.Push(envelope);

    protected override void LockedEnqueue(Envelope envelope) => _queue.Enqueue(envelope);

    protected override bool LockedTryDequeue(out Envelope envelope)
    {
        if (_front.TryPop(out envelope))
        {
            return true;
        }

        envelope = _queue.Count() > 0 ? _queue.Dequeue() : default;
        return envelope.Message is not null;
    }
}

/// <summary>The same, first come first served among equals.</summary>
public class UnboundedStablePriorityMessageQueue(Func<object, int> priorityGenerator, int initialCapacity)
    : BlockingMessageQueue, IUnboundedDequeBasedMessageQueueSemantics
{
    private readonly StableListPriorityQueue _queue = new(initialCapacity, priorityGenerator);
    private readonly Stack<Envelope> _front = new();

    protected override int LockedCount => _queue.Count() + _front.Count;

    public void EnqueueFirst(Envelope envelope) => _front.Push(envelope);

    protected override void LockedEnqueue(Envelope envelope) => _queue.Enqueue(envelope);

    protected override bool LockedTryDequeue(out Envelope envelope)
    {
        if (_front.TryPop(out envelope))
        {
            return true;
        }

        envelope = _queue.Count() > 0 ? _queue.Dequeue() : default;
        return envelope.Message is not null;
    }
}
