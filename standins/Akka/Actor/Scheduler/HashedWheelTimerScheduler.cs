using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>
/// The default scheduler: a queue by due time and one timer that is set for the earliest, so an idle system does not
/// wake up. (The name is the real package's; there is no wheel.)
/// </summary>
public sealed class HashedWheelTimerScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private const int SweepFrom = 1024;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Registration, (long Due, long Order)> _queue = new();
    private readonly Timer _timer;
    private long _order;
    private long _armedFor = long.MaxValue;
    private int _sweepAt = SweepFrom;
    private bool _stopped;

    public HashedWheelTimerScheduler(Config scheduler, ILoggingAdapter log)
        : base(scheduler, log)
    {
        if (scheduler.IsNullOrEmpty())
        {
            throw ConfigurationException.NullOrEmptyConfig<HashedWheelTimerScheduler>();
        }

        var ticksPerWheel = scheduler.GetInt("akka.scheduler.ticks-per-wheel", 0);
        if (ticksPerWheel is <= 0 or > 1 << 30)
        {
            throw new ArgumentOutOfRangeException("akka.scheduler.ticks-per-wheel", ticksPerWheel, "Must be greater than 0 and at most 2^30.");
        }

        var tick = scheduler.GetTimeSpan("akka.scheduler.tick-duration", TimeSpan.Zero);
        if (tick.TotalMilliseconds < 10)
        {
            throw new ArgumentOutOfRangeException("akka.scheduler.tick-duration", tick.TotalMilliseconds, "minimum supported akka.scheduler.tick-duration on Windows is 10ms");
        }

        _timer = QuietTimer.Create(static state => ((HashedWheelTimerScheduler)state).RunDue(), this);
    }

    public override TimeSpan MonotonicClock => Util.MonotonicClock.Elapsed;

    public override TimeSpan HighResMonotonicClock => Util.MonotonicClock.ElapsedHighRes;

    protected override DateTimeOffset TimeNow => DateTimeOffset.UtcNow;

    /// <summary>Stops, and runs now what was still to come.</summary>
    public void Dispose()
    {
        List<Registration> left;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
            left = [.. _queue.UnorderedItems.OrderBy(static item => item.Priority).Select(static item => item.Element)];
            _queue.Clear();
        }

        _timer.Dispose();
        foreach (var registration in left)
        {
            registration.Run(Log);
        }
    }

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(delay, TimeSpan.Zero, new ScheduledTell(receiver, message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Schedule(initialDelay, interval, new ScheduledTell(receiver, message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) =>
        Schedule(delay, TimeSpan.Zero, new ActionRunnable(action), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) =>
        Schedule(delay, TimeSpan.Zero, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Schedule(initialDelay, interval, new ActionRunnable(action), cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        Schedule(initialDelay, interval, action, cancelable);

    private void Schedule(TimeSpan delay, TimeSpan interval, IRunnable work, ICancelable cancelable)
    {
        var now = Util.MonotonicClock.GetTicksHighRes();
        var due = delay.Ticks > long.MaxValue - now ? long.MaxValue - 1 : now + delay.Ticks;
        lock (_gate)
        {
            if (_stopped)
            {
                throw new SchedulerException("cannot enqueue after timer shutdown");
            }

            Enqueue(new Registration(work, interval.Ticks, cancelable), due);
            SweepCancelled();
            Arm(now);
        }
    }

    private void Enqueue(Registration registration, long due)
    {
        registration.Due = due;
        _queue.Enqueue(registration, (due, _order++));
    }

    // A receive timeout is cancelled and set anew with each message: those must not pile up until they would be due.
    private void SweepCancelled()
    {
        if (_queue.Count < _sweepAt)
        {
            return;
        }

        var live = _queue.UnorderedItems.Where(static item => !item.Element.IsCancelled).ToArray();
        _queue.Clear();
        _queue.EnqueueRange(live);
        _sweepAt = Math.Max(SweepFrom, 2 * live.Length);
    }

    private void Arm(long now)
    {
        if (_queue.TryPeek(out var first, out _) && first.Due < _armedFor)
        {
            _armedFor = first.Due;

            // Rounded up: the timer counts in milliseconds, and early would mean once more for nothing.
            var milliseconds = (Math.Max(0, first.Due - now) + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;
            _timer.Change(Math.Min(milliseconds, int.MaxValue), Timeout.Infinite);
        }
    }

    private void RunDue()
    {
        while (TakeDue() is { } registration)
        {
            if (!registration.Run(Log) || registration.Interval == 0 || registration.IsCancelled)
            {
                continue;
            }

            lock (_gate)
            {
                if (!_stopped)
                {
                    // At a fixed rate, but never more than one late run at once.
                    Enqueue(registration, Math.Max(registration.Due + registration.Interval, Util.MonotonicClock.GetTicksHighRes() - registration.Interval));
                }
            }
        }
    }

    private Registration TakeDue()
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return null;
            }

            var now = Util.MonotonicClock.GetTicksHighRes();
            if (_queue.TryPeek(out var first, out _) && first.Due <= now)
            {
                return _queue.Dequeue();
            }

            _armedFor = long.MaxValue;
            Arm(now);
            return null;
        }
    }

    private sealed class Registration(IRunnable work, long interval, ICancelable cancelable)
    {
        public long Interval { get; } = interval;

        public long Due { get; set; }

        public bool IsCancelled => cancelable is { IsCancellationRequested: true };

        /// <summary>False when the work failed; it is not repeated then.</summary>
        public bool Run(ILoggingAdapter log)
        {
            if (IsCancelled)
            {
                return true;
            }

            try
            {
                work.Run();
                return true;
            }
            catch (Exception exception)
            {
                log.Error(exception, "Error while executing scheduled task {0}", work);
                return false;
            }
        }
    }
}

/// <summary>A message to be sent later; wrapped on the way, so that the receiver knows.</summary>
internal sealed class ScheduledTell(ICanTell receiver, object message, IActorRef sender) : IRunnable
{
    private readonly object _message =
        receiver is not ActorRefWithCell ? message
        : message is INotInfluenceReceiveTimeout ? new Scheduler.ScheduledTellMsgNoInfluenceReceiveTimeout(message)
        : new Scheduler.ScheduledTellMsg(message);

    public void Execute() => Run();

    public void Run() => receiver.Tell(_message, sender);

    public override string ToString() => $"[{receiver}.Tell({_message}, {sender})]";
}
