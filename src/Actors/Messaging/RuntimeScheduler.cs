using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// Akka's scheduler on the runtime's timers: <c>akka.scheduler.implementation = "ActorBrowser.RuntimeScheduler,
/// ActorBrowser.Actors"</c>. Akka's own scheduler, once used, wakes the process every 10 ms. When stopped, as in every coordinated
/// shutdown, it waits for a tick and formats a stack trace, which takes a native program 20 ms.
/// </summary>
internal sealed class RuntimeScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private readonly ConcurrentDictionary<Entry, Entry> _entries = new();
    private volatile bool _disposed;

    /// <summary>Called by Akka.</summary>
    /// <param name="scheduler">The system's configuration.</param>
    /// <param name="log">Logs actions that fail.</param>
    public RuntimeScheduler(Config scheduler, ILoggingAdapter log) : base(scheduler, log)
    {
    }

    /// <inheritdoc/>
    public override TimeSpan MonotonicClock => TimeSpan.FromMilliseconds(Environment.TickCount64);

    /// <inheritdoc/>
    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    /// <inheritdoc/>
    protected override DateTimeOffset TimeNow => DateTimeOffset.Now;

    /// <summary>Cancels everything not yet due.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var entry in _entries.Keys)
            entry.Dispose();
    }

    /// <inheritdoc/>
    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(delay, null, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, () => receiver.Tell(message, sender), cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) => Schedule(delay, null, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Schedule(delay, null, action.Run, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, action, cancelable);

    /// <inheritdoc/>
    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, action.Run, cancelable);

    private void Schedule(TimeSpan delay, TimeSpan? interval, Action action, ICancelable? cancelable)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var entry = new Entry(this, interval, action);
        _entries.TryAdd(entry, entry);
        entry.Start(delay, cancelable?.Token ?? default);
        // Disposed meanwhile: whichever of the two comes second disposes the timer.
        if (_disposed)
            entry.Dispose();
    }

    private sealed class Entry : IDisposable
    {
        private readonly RuntimeScheduler _scheduler;
        private readonly TimeSpan? _interval;
        private readonly Action _action;
        private readonly LongTimer _timer;
        private CancellationTokenRegistration _cancellation;

        internal Entry(RuntimeScheduler scheduler, TimeSpan? interval, Action action)
        {
            (_scheduler, _interval, _action) = (scheduler, interval, action);
            _timer = new LongTimer(TimeProvider.System, Ring);
        }

        private bool IsOver => !_scheduler._entries.ContainsKey(this);

        internal void Start(TimeSpan delay, CancellationToken cancellation)
        {
            _cancellation = cancellation.UnsafeRegister(static entry => ((Entry)entry!).Dispose(), this);
            if (IsOver)
                _cancellation.Unregister();
            else
                _timer.Start(delay);
        }

        public void Dispose()
        {
            _scheduler._entries.TryRemove(this, out _);
            _timer.Dispose();
            _cancellation.Unregister();
        }

        private void Ring()
        {
            if (IsOver)
                return;
            if (_interval is null)
                Dispose();
            try
            {
                _action();
            }
            catch (Exception e)
            {
                // Like Akka's own scheduler: the next run may succeed.
                _scheduler.Log.Error(e, "A scheduled action failed");
            }
            if (_interval is { } interval)
                _timer.Start(interval);
        }
    }
}
