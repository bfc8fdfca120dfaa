using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.TestKit;

/// <summary>A scheduler whose clock moves only when the test says so; what is due runs on the test's thread.</summary>
public class TestScheduler : IScheduler, IAdvancedScheduler
{
    private readonly object _gate = new();
    private readonly SortedDictionary<long, List<Item>> _due = [];
    private DateTimeOffset _now = DateTimeOffset.UtcNow;

    public TestScheduler(Config schedulerConfig, ILoggingAdapter log)
    {
    }

    public DateTimeOffset Now => _now;

    public TimeSpan MonotonicClock => Util.MonotonicClock.Elapsed;

    public TimeSpan HighResMonotonicClock => Util.MonotonicClock.ElapsedHighRes;

    public IAdvancedScheduler Advanced => this;

    protected DateTimeOffset TimeNow => _now;

    /// <summary>
    /// Moves the clock and runs what has become due, in order of time. A repeated item runs once however far the clock
    /// moved, and is next due an interval from the new time. What is scheduled meanwhile waits for the next move.
    /// </summary>
    public void Advance(TimeSpan offset)
    {
        List<Item> due;
        lock (_gate)
        {
            _now += offset;
            var times = _due.Keys.TakeWhile(time => time <= _now.UtcTicks).ToList();
            due = times.SelectMany(time => _due[time]).ToList();
            times.ForEach(time => _due.Remove(time));
        }

        foreach (var item in due.Where(static item => !item.IsCancelled))
        {
            item.Run();
            if (item.Interval is { } interval && !item.IsCancelled)
            {
                Add(interval, item);
            }
        }
    }

    /// <exception cref="InvalidOperationException">The time lies in the past.</exception>
    public void AdvanceTo(DateTimeOffset when) =>
        Advance(when < _now ? throw new InvalidOperationException("You can't reverse time...") : when - _now);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellOnce(delay, receiver, message, sender, null);

    public void ScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(delay, new Item(() => receiver.Tell(message, sender), null, cancelable));

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender) =>
        ScheduleTellRepeatedly(initialDelay, interval, receiver, message, sender, null);

    public void ScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable cancelable) =>
        Add(initialDelay, new Item(() => receiver.Tell(message, sender), interval, cancelable));

    public void ScheduleOnce(TimeSpan delay, Action action) => Add(delay, new Item(action, null, null));

    /// <remarks>As in the real TestKit, a single action cannot be cancelled.</remarks>
    public void ScheduleOnce(TimeSpan delay, Action action, ICancelable cancelable) => ScheduleOnce(delay, action);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action) =>
        ScheduleRepeatedly(initialDelay, interval, action, null);

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable cancelable) =>
        Add(initialDelay, new Item(action, interval, cancelable));

    public void ScheduleOnce(TimeSpan delay, IRunnable action) => throw RunnablesAreNotKept();

    public void ScheduleOnce(TimeSpan delay, IRunnable action, ICancelable cancelable) => throw RunnablesAreNotKept();

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action) => throw RunnablesAreNotKept();

    public void ScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable cancelable) =>
        throw RunnablesAreNotKept();

    // What the real one throws: a test that gets here would not pass there either.
    private static NotImplementedException RunnablesAreNotKept() => new();

    private void Add(TimeSpan delay, Item item)
    {
        lock (_gate)
        {
            var time = (_now + delay).UtcTicks;
            if (!_due.TryGetValue(time, out var items))
            {
                _due.Add(time, items = []);
            }

            items.Add(item);
        }
    }

    private sealed record Item(Action Run, TimeSpan? Interval, ICancelable Cancelable)
    {
        public bool IsCancelled => Cancelable is { IsCancellationRequested: true };
    }
}
