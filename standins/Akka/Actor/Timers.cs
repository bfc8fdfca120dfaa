using System;
using System.Collections.Generic;

namespace Akka.Actor;

public interface ITimerScheduler
{
    void StartPeriodicTimer(object key, object msg, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval);

    void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender);

    void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender);

    void StartSingleTimer(object key, object msg, TimeSpan timeout);

    void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender);

    bool IsTimerActive(object key);

    void Cancel(object key);

    void CancelAll();

    IReadOnlyCollection<object> ActiveTimers { get; }
}

public interface IWithTimers
{
    ITimerScheduler Timers { get; set; }
}

public partial class ActorCell
{
    private CellTimers _timers;

    private void InitializeTimers(ActorBase actor)
    {
        if (actor is IWithTimers timed)
            timed.Timers = _timers = new CellTimers(this);
    }

    private void ReleaseTimers()
    {
        _timers?.CancelAll();
        _timers = null;
    }

    private bool TryUnwrapTimer(object message, out object unwrapped)
    {
        unwrapped = message;
        if (message is not TimerMessage timer)
            return true;
        unwrapped = timer.Content;
        return _timers is not null && _timers.Accepts(timer);
    }

    /// <summary>A timer's message, told apart from those of timers that were replaced or cancelled after it was sent.</summary>
    private sealed record TimerMessage(CellTimers Owner, object Key, long Generation, object Content) : INoSerializationVerificationNeeded
    {
        public bool IsSame(TimerEntry entry) => entry.Generation == Generation;
    }

    private sealed class NotInfluencing(TimerMessage inner) : INotInfluenceReceiveTimeout
    {
        public TimerMessage Inner { get; } = inner;
    }

    private sealed record TimerEntry(long Generation, bool Repeat, ICancelable Task);

    private sealed class CellTimers(ActorCell cell) : ITimerScheduler
    {
        private readonly Dictionary<object, TimerEntry> _active = [];
        private long _generation;

        public IReadOnlyCollection<object> ActiveTimers => _active.Keys;

        public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, cell.Self);

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, cell.Self);

        public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

        public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) => Start(key, msg, initialDelay, interval, sender);

        public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, cell.Self);

        public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

        public bool IsTimerActive(object key) => _active.ContainsKey(key);

        public void Cancel(object key)
        {
            if (_active.Remove(key, out var entry))
                entry.Task.Cancel();
        }

        public void CancelAll()
        {
            foreach (var entry in _active.Values)
                entry.Task.Cancel();
            _active.Clear();
        }

        internal bool Accepts(TimerMessage message)
        {
            if (!ReferenceEquals(message.Owner, this) || !_active.TryGetValue(message.Key, out var entry) || !message.IsSame(entry))
                return false;
            if (!entry.Repeat)
                _active.Remove(message.Key);
            return true;
        }

        private void Start(object key, object content, TimeSpan delay, TimeSpan? interval, IActorRef sender)
        {
            Cancel(key);
            var generation = ++_generation;
            var timer = new TimerMessage(this, key, generation, content);
            object message = content is INotInfluenceReceiveTimeout ? new NotInfluencing(timer) : timer;
            var task = interval is { } period
                ? cell.System.Scheduler.ScheduleTellRepeatedlyCancelable(delay, period, cell.Self, message, sender)
                : cell.System.Scheduler.ScheduleTellOnceCancelable(delay, cell.Self, message, sender);
            _active[key] = new TimerEntry(generation, interval is not null, task);
        }
    }
}
