using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Dispatch;

namespace Akka.Actor;

public interface IStash
{
    int Count { get; }

    bool IsEmpty { get; }

    bool NonEmpty { get; }

    bool IsFull { get; }

    int Capacity { get; }

    void Stash();

    void Unstash();

    void UnstashAll();

    void UnstashAll(Func<Envelope, bool> predicate);

    IEnumerable<Envelope> ClearStash();

    void Prepend(IEnumerable<Envelope> envelopes);
}

public interface IActorStash
{
    IStash Stash { get; set; }
}

public interface IWithStash : IActorStash, IRequiresMessageQueue<IUnboundedDequeBasedMessageQueueSemantics>
{
}

public interface IWithUnboundedStash : IActorStash, IRequiresMessageQueue<IUnboundedDequeBasedMessageQueueSemantics>
{
}

public interface IWithUnrestrictedStash : IActorStash
{
}

public interface IWithBoundedStash : IActorStash
{
}

public partial class ActorCell
{
    private CellStash _stash;

    internal bool TakeUnstashed(out Envelope envelope)
    {
        envelope = default;
        return _stash is not null && _stash.TryTake(out envelope);
    }

    internal bool HasUnstashed => _stash is { HasReady: true };

    private void InitializeStash(ActorBase actor)
    {
        if (actor is not IActorStash stashing)
            return;
        _stash ??= new CellStash(this, actor is IWithUnboundedStash ? -1 : _props.Deploy.StashCapacity);
        stashing.Stash = _stash;
    }

    private void ReleaseStash(ActorBase actor)
    {
        if (actor is not IActorStash || _stash is null)
            return;
        // A restarted actor gets its stashed messages again; those of a stopped one are dead letters.
        _stash.UnstashAll();
        if (_terminated)
            _stash.ToDeadLetters();
    }

    /// <summary>Messages laid aside, and messages that come before the mailbox's own because they were unstashed.</summary>
    private sealed class CellStash(ActorCell cell, int capacity) : IStash
    {
        private readonly LinkedList<Envelope> _stashed = new();
        private readonly LinkedList<Envelope> _ready = new();

        public int Count => _stashed.Count;

        public bool IsEmpty => _stashed.Count == 0;

        public bool NonEmpty => _stashed.Count > 0;

        public bool IsFull => capacity >= 0 && _stashed.Count >= capacity;

        public int Capacity => capacity;

        internal bool HasReady => _ready.Count > 0;

        public void Stash()
        {
            var current = cell._current;
            if (_stashed.Count > 0 && ReferenceEquals(_stashed.Last.Value.Message, current.Message) && ReferenceEquals(_stashed.Last.Value.Sender, current.Sender))
                throw new IllegalActorStateException($"Can't stash the same message {current} more than once");
            if (IsFull)
                throw new StashOverflowException($"Couldn't enqueue message {current} to stash of {cell.Self}");
            _stashed.AddLast(current);
        }

        public void Unstash()
        {
            if (_stashed.Count == 0)
                return;
            _ready.AddFirst(_stashed.First.Value);
            _stashed.RemoveFirst();
        }

        public void UnstashAll() => UnstashAll(static _ => true);

        public void UnstashAll(Func<Envelope, bool> predicate)
        {
            for (var node = _stashed.Last; node is not null; node = node.Previous)
            {
                if (predicate(node.Value))
                    _ready.AddFirst(node.Value);
            }
            _stashed.Clear();
        }

        public IEnumerable<Envelope> ClearStash()
        {
            var all = _stashed.ToArray();
            _stashed.Clear();
            return all;
        }

        public void Prepend(IEnumerable<Envelope> envelopes)
        {
            foreach (var envelope in envelopes.Reverse())
                _stashed.AddFirst(envelope);
        }

        internal bool TryTake(out Envelope envelope)
        {
            envelope = default;
            if (_ready.Count == 0)
                return false;
            envelope = _ready.First.Value;
            _ready.RemoveFirst();
            return true;
        }

        internal void ToDeadLetters()
        {
            while (TryTake(out var envelope))
                cell.SystemImpl.DeadLetters.Tell(new Event.DeadLetter(envelope.Message, envelope.Sender ?? cell.SystemImpl.DeadLetters, cell.Self), envelope.Sender);
        }
    }
}
