using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Repeats the assertion until it passes; its last failure is thrown when the time is over.</summary>
    public void AwaitAssert(
        Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitAssertAsync(assertion, duration, interval, cancellationToken));

    public Task AwaitAssertAsync(
        Action assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitAssertAsync(AsTask(assertion), duration, interval, cancellationToken);

    public async Task AwaitAssertAsync(
        Func<Task> assertion, TimeSpan? duration = null, TimeSpan? interval = null, CancellationToken cancellationToken = default)
    {
        var between = interval ?? DefaultInterval;
        if (between == Timeout.InfiniteTimeSpan)
        {
            between = TimeSpan.MaxValue;
        }

        between.EnsureIsPositiveFinite(nameof(interval));
        var max = RemainingOrDilated(duration);
        var start = Now;
        var stop = start + max;
        var pause = max.Min(between);
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await assertion();
                return;
            }
            catch (Exception) when (Now + pause < stop)
            {
                // Not yet true, and there is time for another look.
            }
            catch (Exception)
            {
                Sys.Log.Warning(
                    "AwaitAssert failed, timeout [{0}] is over after [{1}] attempts and [{2}] elapsed time",
                    max,
                    attempt,
                    Now - start);
                throw;
            }

            await Task.Delay(pause, cancellationToken);
            pause = (stop - Now).Min(between);
        }
    }

    public void AwaitCondition(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitConditionAsync(conditionIsFulfilled, cancellationToken));

    public void AwaitCondition(Func<bool> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitConditionAsync(AsTask(conditionIsFulfilled), max, cancellationToken));

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitConditionAsync(conditionIsFulfilled, max, message, cancellationToken));

    public void AwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string message = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitConditionAsync(conditionIsFulfilled, max, interval, message, cancellationToken));

    public Task AwaitConditionAsync(Func<bool> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(AsTask(conditionIsFulfilled), cancellationToken);

    public Task AwaitConditionAsync(Func<Task<bool>> conditionIsFulfilled, CancellationToken cancellationToken = default) =>
        AwaitOrFailAsync(conditionIsFulfilled, RemainingOrDefault, RemainingOrDefault / 10, "", cancellationToken);

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(conditionIsFulfilled, max, "", cancellationToken);

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(AsTask(conditionIsFulfilled), max, message, cancellationToken);

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan? max, string message, CancellationToken cancellationToken = default)
    {
        var patience = RemainingOrDilated(max);
        return AwaitOrFailAsync(conditionIsFulfilled, patience, patience / 10, message, cancellationToken);
    }

    public Task AwaitConditionAsync(
        Func<bool> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string message = null,
        CancellationToken cancellationToken = default) =>
        AwaitConditionAsync(AsTask(conditionIsFulfilled), max, interval, message, cancellationToken);

    public Task AwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan? max,
        TimeSpan? interval,
        string message = null,
        CancellationToken cancellationToken = default) =>
        AwaitOrFailAsync(conditionIsFulfilled, RemainingOrDilated(max), interval, message, cancellationToken);

    public bool AwaitConditionNoThrow(
        Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        Blocking.Run(AwaitConditionNoThrowAsync(conditionIsFulfilled, max, interval, cancellationToken));

    public Task<bool> AwaitConditionNoThrowAsync(
        Func<bool> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        AwaitConditionNoThrowAsync(AsTask(conditionIsFulfilled), max, interval, cancellationToken);

    public Task<bool> AwaitConditionNoThrowAsync(
        Func<Task<bool>> conditionIsFulfilled, TimeSpan max, TimeSpan? interval = null, CancellationToken cancellationToken = default) =>
        InternalAwaitConditionAsync(conditionIsFulfilled, max, interval ?? DefaultInterval, static (_, _) => { }, cancellationToken);

    protected static bool InternalAwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval,
        Action<string, object[]> fail,
        CancellationToken cancellationToken = default) =>
        InternalAwaitCondition(conditionIsFulfilled, max, interval, fail, null, cancellationToken);

    protected static bool InternalAwaitCondition(
        Func<bool> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval,
        Action<string, object[]> fail,
        ILoggingAdapter logger,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(InternalAwaitConditionAsync(AsTask(conditionIsFulfilled), max, interval, fail, logger, cancellationToken));

    protected static Task<bool> InternalAwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval,
        Action<string, object[]> fail,
        CancellationToken cancellationToken = default) =>
        InternalAwaitConditionAsync(conditionIsFulfilled, max, interval, fail, null, cancellationToken);

    protected static async Task<bool> InternalAwaitConditionAsync(
        Func<Task<bool>> conditionIsFulfilled,
        TimeSpan max,
        TimeSpan? interval,
        Action<string, object[]> fail,
        ILoggingAdapter logger,
        CancellationToken cancellationToken = default)
    {
        max.EnsureIsPositiveFinite(nameof(max));
        var start = Now;
        var stop = start + max;
        logger?.Debug("Awaiting condition for {0}.{1}", max, interval is null ? "" : $" Will sleep {interval} between checks");
        while (!await conditionIsFulfilled())
        {
            var now = Now;
            var problem = cancellationToken.IsCancellationRequested ? "Task is canceled"
                : now > stop ? "Timeout {0} expired while waiting for condition."
                : null;
            if (problem is not null)
            {
                logger?.Debug(problem, max);
                fail(problem, [max]);
                return false;
            }

            await Task.Delay((stop - now).Min(interval), cancellationToken);
        }

        logger?.Debug("Condition fulfilled after {0}", Now - start);
        return true;
    }

    private static Func<Task> AsTask(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static Func<Task<T>> AsTask<T>(Func<T> function) => () => Task.FromResult(function());

    private Task<bool> AwaitOrFailAsync(
        Func<Task<bool>> condition, TimeSpan max, TimeSpan? interval, string message, CancellationToken cancellationToken) =>
        InternalAwaitConditionAsync(
            condition,
            max,
            interval,
            (format, args) => _assertions.Fail(format + message, args),
            TestKitSettings.LogTestKitCalls ? Log : null,
            cancellationToken);
}
