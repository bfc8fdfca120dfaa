using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// An actor's timers by key, on the runtime's timers instead of Akka's scheduler, which once used wakes the process every 10 ms for
/// good. For the actor's own thread only. The actor calls <see cref="Admits"/> in its AroundReceive and <see cref="CancelAll"/> in
/// its PostStop.
/// </summary>
/// <param name="context">The actor's context.</param>
internal sealed class ActorTimers(IActorContext context)
{
    private readonly IActorRef _self = context.Self;
    private readonly Dictionary<object, Entry> _entries = [];

    /// <summary>The actor system's time.</summary>
    internal TimeProvider Time { get; } = Clock.Of(context.System);

    /// <summary>Sends the actor a message after a delay; replaces a timer with the same key.</summary>
    internal void StartSingleTimer(object key, object message, TimeSpan delay) => Start(key, message, delay, repeats: false);

    /// <summary>Sends the actor a message repeatedly, each time a delay after it received the last one; replaces a timer with the same key.</summary>
    internal void StartPeriodicTimer(object key, object message, TimeSpan delay) => Start(key, message, delay, repeats: true);

    internal bool IsTimerActive(object key) => _entries.ContainsKey(key);

    /// <summary>Cancels a timer; a message of it that already waits in the mailbox is dropped.</summary>
    internal void Cancel(object key)
    {
        if (_entries.Remove(key, out var entry))
            entry.Dispose();
    }

    internal void CancelAll()
    {
        foreach (var entry in _entries.Values)
            entry.Dispose();
        _entries.Clear();
    }

    /// <summary>Replaces a timer's envelope with the message to handle; false if the timer was cancelled.</summary>
    internal bool Admits(ref object message)
    {
        if (message is not Due { Entry: var entry })
            return true;
        if (!_entries.TryGetValue(entry.Key, out var current) || !ReferenceEquals(current, entry))
            return false;
        message = entry.Message;
        if (entry.Repeats)
            entry.Restart();
        else
            Cancel(entry.Key);
        return true;
    }

    private void Start(object key, object message, TimeSpan delay, bool repeats)
    {
        Cancel(key);
        _entries.Add(key, new Entry(_self, Time, key, message, delay, repeats));
    }

    private sealed class Entry : IDisposable
    {
        private readonly TimeSpan _delay;
        private readonly LongTimer _timer;

        internal Entry(IActorRef self, TimeProvider time, object key, object message, TimeSpan delay, bool repeats)
        {
            (Key, Message, _delay, Repeats) = (key, message, delay, repeats);
            var due = new Due(this);
            _timer = new LongTimer(time, () => self.Tell(due, ActorRefs.NoSender));
            Restart();
        }

        internal object Key { get; }

        internal object Message { get; }

        internal bool Repeats { get; }

        internal void Restart() => _timer.Start(_delay);

        public void Dispose() => _timer.Dispose();
    }

    // A timer may fire while its actor stops.
    private sealed record Due(Entry Entry) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
