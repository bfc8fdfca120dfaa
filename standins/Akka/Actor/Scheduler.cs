using System;
using System.Collections.Generic;
using System.Threading;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

public interface ITimeProvider
{
    DateTimeOffset Now { get; }

    TimeSpan MonotonicClock { get; }

    TimeSpan HighResMonotonicClock { get; }
}

public interface ITellScheduler : ITimeProvider
{
    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender);

    void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);

    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender);

    void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable);
}

public interface IRunnableScheduler : ITimeProvider
{
    void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable);

    void ScheduleOnce(TimeSpan delay, IRunnable action);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action);
}

public interface IActionScheduler : ITimeProvider
{
    void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable);

    void ScheduleOnce(TimeSpan delay, Action action);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable);

    void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action);
}

public interface IAdvancedScheduler : IActionScheduler, IRunnableScheduler
{
}

public interface IScheduler : ITellScheduler
{
    IAdvancedScheduler Advanced { get; }
}

public static class SchedulerExtensions
{
    public static ICancelable ScheduleTellOnceCancelable(this ITellScheduler scheduler, TimeSpan delay, ICanTell receiver, object message, IActorRef sender)
    {
        var cancelable = new Cancelable((scheduler as IScheduler)?.Advanced);
        scheduler.ScheduleTellOnce(delay, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleTellRepeatedlyCancelable(this ITellScheduler scheduler, TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender)
    {
        var cancelable = new Cancelable((scheduler as IScheduler)?.Advanced);
        scheduler.ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, cancelable);
        return cancelable;
    }

    public static ICancelable ScheduleOnceCancelable(this IActionScheduler scheduler, TimeSpan delay, Action action)
    {
        var cancelable = new Cancelable(scheduler);
        scheduler.ScheduleOnce(delay, action, cancelable);
        return cancelable;
    }
}

public interface ICancelable
{
    bool IsCancellationRequested { get; }

    CancellationToken Token { get; }

    void Cancel();

    void CancelAfter(TimeSpan delay);

    void CancelAfter(int millisecondsDelay);

    void Cancel(bool throwOnFirstException);
}

public class Cancelable : ICancelable, IDisposable
{
    private readonly IActionScheduler _scheduler;
    private CancellationTokenSource _source;
    private int _cancelled;

    public Cancelable(IActionScheduler scheduler) => _scheduler = scheduler;

    public Cancelable(IActionScheduler scheduler, TimeSpan delay) : this(scheduler) => CancelAfter(delay);

    public bool IsCancellationRequested => Volatile.Read(ref _cancelled) != 0;

    public CancellationToken Token
    {
        get
        {
            var source = _source ?? Interlocked.CompareExchange(ref _source, new CancellationTokenSource(), null) ?? _source;
            if (IsCancellationRequested)
                source.Cancel();
            return source.Token;
        }
    }

    public static ICancelable CreateCanceled()
    {
        var cancelled = new Cancelable(null);
        cancelled.Cancel();
        return cancelled;
    }

    public void Cancel()
    {
        Volatile.Write(ref _cancelled, 1);
        Volatile.Read(ref _source)?.Cancel();
    }

    public void Cancel(bool throwOnFirstException) => Cancel();

    public bool CancelIfNotNull()
    {
        Cancel();
        return true;
    }

    public void CancelAfter(TimeSpan delay) => _scheduler.ScheduleOnce(delay, Cancel);

    public void CancelAfter(int millisecondsDelay) => CancelAfter(TimeSpan.FromMilliseconds(millisecondsDelay));

    public void Dispose() => _source?.Dispose();
}

/// <summary>
/// One thread and a heap of due times; the thread sleeps until the earliest. Under the real one's name, which
/// configurations give.
/// </summary>
public class HashedWheelTimerScheduler : IScheduler, IAdvancedScheduler, IDisposable
{
    private readonly PriorityQueue<Entry, long> _due = new();
    private readonly Lock _lock = new();
    private readonly Timer _timer;
    private bool _stopped;
    private long _armedFor = long.MaxValue;

    public HashedWheelTimerScheduler(Config schedulerConfig, ILoggingAdapter log) =>
        _timer = new Timer(static state => ((HashedWheelTimerScheduler)state).OnTimer(), this, Timeout.Infinite, Timeout.Infinite);

    public DateTimeOffset Now => DateTimeOffset.UtcNow;

    public TimeSpan MonotonicClock => Util.MonotonicClock.Elapsed;

    public TimeSpan HighResMonotonicClock => Util.MonotonicClock.ElapsedHighRes;

    public IAdvancedScheduler Advanced => this;

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) => ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, null, () => receiver.Tell(message, sender), cancelable);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, CheckInterval(interval), () => receiver.Tell(message, sender), cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => Add(delay, null, action, cancelable);

    public void ScheduleOnce(TimeSpan delay, Action action) => Add(delay, null, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, CheckInterval(interval), action, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => Add(delay, null, action.Run, cancelable);

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => Add(delay, null, action.Run, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Add(initialDelay, CheckInterval(interval), action.Run, cancelable);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) => ScheduleRepeatedly(initialDelay, interval, action, null);

    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            _due.Clear();
        }
        _timer.Dispose();
    }

    private static TimeSpan CheckInterval(TimeSpan interval) =>
        interval > TimeSpan.Zero ? interval : throw new ArgumentOutOfRangeException(nameof(interval), $"Interval must be >0. It was {interval}");

    private void Add(TimeSpan delay, TimeSpan? interval, Action action, ICancelable cancelable)
    {
        if (delay < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(delay), $"Delay must be >=0. It was {delay}");
        lock (_lock)
        {
            if (_stopped)
                throw new SchedulerException("cannot enqueue after timer shutdown");
            Enqueue(new Entry(action, interval, cancelable), Environment.TickCount64 + (long)Math.Ceiling(delay.TotalMilliseconds));
        }
    }

    private void Enqueue(Entry entry, long due)
    {
        _due.Enqueue(entry, due);
        if (due < _armedFor)
            Arm(due);
    }

    private void Arm(long due)
    {
        _armedFor = due;
        _timer.Change(Math.Clamp(due - Environment.TickCount64, 0, uint.MaxValue - 2), Timeout.Infinite);
    }

    private void OnTimer()
    {
        List<Entry> ready = null;
        lock (_lock)
        {
            if (_stopped)
                return;
            var now = Environment.TickCount64;
            _armedFor = long.MaxValue;
            while (_due.TryPeek(out var entry, out var due) && due <= now)
            {
                _due.Dequeue();
                if (entry.Cancelable is { IsCancellationRequested: true })
                    continue;
                (ready ??= []).Add(entry);
                if (entry.Interval is { } interval)
                    _due.Enqueue(entry, Math.Max(now, due + (long)interval.TotalMilliseconds));
            }
            if (_due.TryPeek(out _, out var next))
                Arm(next);
        }
        foreach (var entry in ready ?? [])
        {
            if (entry.Cancelable is not { IsCancellationRequested: true })
                entry.Action();
        }
    }

    private sealed record Entry(Action Action, TimeSpan? Interval, ICancelable Cancelable);
}
