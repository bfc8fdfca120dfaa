using System;
using System.Collections.Generic;
using Akka.Event;

namespace Akka.Actor.Scheduler;

/// <summary>An actor's timers. The generation in each message tells whether its timer is still the one that is set.</summary>
internal sealed class TimerScheduler(IActorContext context) : ITimerScheduler
{
    private readonly Dictionary<object, TimerEntry> _timers = [];
    private readonly ILoggingAdapter _debug = context.System.Settings.DebugTimerScheduler ? context.System.Log : NoLogger.Instance;
    private int _generation;

    internal interface ITimerMsg : IWrappedMessage, INoSerializationVerificationNeeded
    {
        object Key { get; }

        int Generation { get; }

        TimerScheduler Owner { get; }
    }

    public IReadOnlyCollection<object> ActiveTimers => _timers.Keys;

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval) => Start(key, msg, interval, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan interval, IActorRef sender) => Start(key, msg, interval, interval, sender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval) => Start(key, msg, initialDelay, interval, ActorRefs.NoSender);

    public void StartPeriodicTimer(object key, object msg, TimeSpan initialDelay, TimeSpan interval, IActorRef sender) => Start(key, msg, initialDelay, interval, sender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout) => Start(key, msg, timeout, null, ActorRefs.NoSender);

    public void StartSingleTimer(object key, object msg, TimeSpan timeout, IActorRef sender) => Start(key, msg, timeout, null, sender);

    public bool IsTimerActive(object key) => _timers.ContainsKey(key);

    public void Cancel(object key)
    {
        if (_timers.Remove(key, out var timer))
        {
            _debug.Debug("Cancel timer [{0}] with generation [{1}]", key, timer.Generation);
            timer.Task.Cancel();
        }
    }

    public void CancelAll()
    {
        _debug.Debug("Cancel all timers");
        foreach (var timer in _timers.Values)
        {
            timer.Task.Cancel();
        }

        _timers.Clear();
    }

    /// <summary>The message of a timer that is still set; null if it is to be dropped.</summary>
    public object InterceptTimerMsg(ILoggingAdapter log, ITimerMsg timerMsg)
    {
        if (!_timers.TryGetValue(timerMsg.Key, out var timer))
        {
            _debug.Debug("Received timer [{0}] that has been removed, discarding", timerMsg.Key);
            return null;
        }

        if (!ReferenceEquals(timerMsg.Owner, this))
        {
            _debug.Debug("Received timer [{0}] from old restarted instance, discarding", timerMsg.Key);
            return null;
        }

        if (timerMsg.Generation != timer.Generation)
        {
            _debug.Debug("Received timer [{0}] from old generation [{1}], expected generation [{2}], discarding", timerMsg.Key, timerMsg.Generation, timer.Generation);
            return null;
        }

        if (!timer.Repeat)
        {
            _timers.Remove(timerMsg.Key);
        }

        return timer.Message;
    }

    private void Start(object key, object message, TimeSpan delay, TimeSpan? interval, IActorRef sender)
    {
        Cancel(key);
        var generation = ++_generation;
        var timerMessage = message is INotInfluenceReceiveTimeout
            ? new QuietTimerMsg(key, generation, this, message)
            : new TimerMsg(key, generation, this, message);
        var scheduler = context.System.Scheduler;
        var task = interval is { } period
            ? scheduler.ScheduleTellRepeatedlyCancelable(delay, period, context.Self, timerMessage, sender)
            : scheduler.ScheduleTellOnceCancelable(delay, context.Self, timerMessage, sender);
        _debug.Debug("Start timer [{0}] with generation [{1}]", key, generation);
        _timers[key] = new TimerEntry(message, interval is not null, generation, task);
    }

    private readonly record struct TimerEntry(object Message, bool Repeat, int Generation, ICancelable Task);

    private class TimerMsg(object key, int generation, TimerScheduler owner, object message) : ITimerMsg
    {
        public object Key { get; } = key;

        public int Generation { get; } = generation;

        public TimerScheduler Owner { get; } = owner;

        public object Message { get; } = message;

        public override string ToString() => $"TimerMsg(key={Key}, generation={Generation}, owner={Owner}, message={Message})";
    }

    private sealed class QuietTimerMsg(object key, int generation, TimerScheduler owner, object message)
        : TimerMsg(key, generation, owner, message), INotInfluenceReceiveTimeout;
}
