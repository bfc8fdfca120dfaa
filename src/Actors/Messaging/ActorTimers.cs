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
    // The runtime's timers take no more than this in milliseconds; a longer wait is made of several.
    private const long Longest = uint.MaxValue - 1;

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

    /// <summary>Puts a timer's own message in the place of what the timer sent; false for a timer that was cancelled or is early.</summary>
    internal bool Admits(ref object message)
    {
        if (message is not Due { Entry: var entry })
            return true;
        if (!_entries.TryGetValue(entry.Key, out var current) || !ReferenceEquals(current, entry) || !entry.IsOver)
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
        private readonly IActorRef _self;
        private readonly TimeProvider _time;
        private readonly TimeSpan _delay;
        private readonly Due _due;
        private readonly ITimer _timer;
        private long _at;

        internal Entry(IActorRef self, TimeProvider time, object key, object message, TimeSpan delay, bool repeats)
        {
            (_self, _time, Key, Message, _delay, Repeats) = (self, time, key, message, delay, repeats);
            _due = new Due(this);
            _timer = time.CreateTimer(static state => ((Entry)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Restart();
        }

        internal object Key { get; }

        internal object Message { get; }

        internal bool Repeats { get; }

        /// <summary>Whether the whole delay has passed; if not, it rings again at the end of the rest.</summary>
        internal bool IsOver
        {
            get
            {
                var left = _at - _time.Milliseconds();
                if (left > 0)
                    Wait(left);
                return left <= 0;
            }
        }

        internal void Restart()
        {
            var wait = Math.Max(0, (long)Math.Ceiling(_delay.TotalMilliseconds));
            _at = _time.Milliseconds() + wait;
            Wait(wait);
        }

        public void Dispose() => _timer.Dispose();

        private void Wait(long milliseconds) => _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, Longest)), Timeout.InfiniteTimeSpan);

        private void Ring() => _self.Tell(_due, ActorRefs.NoSender);
    }

    // A timer may ring while its actor stops.
    private sealed record Due(Entry Entry) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
