using Akka.Actor;

namespace ActorBrowser;

/// <summary>The time of an actor system's scheduler, such as that of Akka.TestKit's <c>TestScheduler</c>, which a test advances.</summary>
/// <param name="scheduler">The scheduler.</param>
internal sealed class SchedulerTime(IScheduler scheduler) : TimeProvider
{
    // Akka.TestKit is a package of tests, which we do not reference.
    private const string TestScheduler = "Akka.TestKit.TestScheduler";

    /// <summary>The time of Akka.TestKit's scheduler; null for any other, with which the machine's time counts.</summary>
    internal static TimeProvider? Of(ActorSystem system) => system.Scheduler is { } scheduler && scheduler.GetType().FullName == TestScheduler ? new SchedulerTime(scheduler) : null;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now.UtcTicks;

    public override DateTimeOffset GetUtcNow() => scheduler.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(scheduler.Advanced, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(IAdvancedScheduler scheduler, Action due) : ITimer
    {
        private readonly Lock _lock = new();
        private Cancelable? _scheduled;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_lock)
            {
                _scheduled?.Cancel();
                _scheduled = null;
                if (_isDisposed)
                    return false;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                _scheduled = new Cancelable(scheduler);
                if (period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero)
                    scheduler.ScheduleOnce(dueTime, due, _scheduled);
                else
                    scheduler.ScheduleRepeatedly(dueTime, period, due, _scheduled);
                return true;
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _isDisposed = true;
                _scheduled?.Cancel();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
