using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// An actor's timers by key, on the runtime's timers and not on Akka's scheduler: that one, once used, wakes the process every
/// 10 ms for good. For the actor's own thread only. The actor asks <see cref="Admits"/> in its AroundReceive and calls
/// <see cref="CancelAll"/> in its PostStop.
/// </summary>
/// <param name="context">The actor's.</param>
internal sealed class ActorTimers(IActorContext context)
{
    private readonly IActorRef _self = context.Self;
    private readonly Dictionary<object, Entry> _entries = [];

    /// <summary>The actor system's.</summary>
    internal TimeProvider Time { get; } = Clock.Of(context.System);

    /// <summary>Sends the actor a message after a delay; a timer of the same key is replaced.</summary>
    internal void StartSingleTimer(object key, object message, TimeSpan delay) => Start(key, message, delay, repeats: false);

    /// <summary>Sends the actor a message again and again, each time a delay after it has received the last; a timer of the same key is replaced.</summary>
    internal void StartPeriodicTimer(object key, object message, TimeSpan delay) => Start(key, message, delay, repeats: true);

    internal bool IsTimerActive(object key) => _entries.ContainsKey(key);

    /// <summary>The timer's message is not received any more, even if it waits in the mailbox already.</summary>
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

    /// <summary>Puts a timer's own message in the place of what the timer sent; false for a timer that was cancelled.</summary>
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

    // A timer may ring while its actor stops.
    private sealed record Due(Entry Entry) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
