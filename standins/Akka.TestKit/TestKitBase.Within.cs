using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    // Timers may fire a little early; the block's own end decides, this only stops waiting for one that never ends.
    private static readonly TimeSpan TimerSlack = TimeSpan.FromMilliseconds(200);

    public void Within(
        TimeSpan max, Action action, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, action, null, epsilonValue, cancellationToken);

    public void Within(
        TimeSpan min,
        TimeSpan max,
        Action action,
        string hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        Within(
            min,
            max,
            () =>
            {
                action();
                return NotUsed.Instance;
            },
            hint,
            epsilonValue,
            cancellationToken);

    public T Within<T>(
        TimeSpan max, Func<T> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        Within(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    public T Within<T>(
        TimeSpan min,
        TimeSpan max,
        Func<T> function,
        string hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        Blocking.Run(WithinAsync(min, max, AsTask(function), hint, epsilonValue, cancellationToken));

    public Task WithinAsync(
        TimeSpan max, Func<Task> actionAsync, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, actionAsync, null, epsilonValue, cancellationToken);

    public Task WithinAsync(
        TimeSpan min,
        TimeSpan max,
        Func<Task> actionAsync,
        string hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default) =>
        WithinAsync(
            min,
            max,
            async () =>
            {
                await actionAsync();
                return NotUsed.Instance;
            },
            hint,
            epsilonValue,
            cancellationToken);

    public Task<T> WithinAsync<T>(
        TimeSpan max, Func<Task<T>> function, TimeSpan? epsilonValue = null, CancellationToken cancellationToken = default) =>
        WithinAsync(TimeSpan.Zero, max, function, null, epsilonValue, cancellationToken);

    /// <summary>
    /// Runs the block, which must take between <paramref name="min"/> and <paramref name="max"/> (dilated). Meanwhile
    /// expectations without a time of their own wait for what remains.
    /// </summary>
    public async Task<T> WithinAsync<T>(
        TimeSpan min,
        TimeSpan max,
        Func<Task<T>> function,
        string hint = null,
        TimeSpan? epsilonValue = null,
        CancellationToken cancellationToken = default)
    {
        min.EnsureIsPositiveFinite(nameof(min));
        max.EnsureIsPositiveFinite(nameof(max));
        max = Dilated(max);
        var start = Now;
        var left = _state.End - start ?? Timeout.InfiniteTimeSpan;
        _assertions.AssertTrue(
            left.IsInfiniteTimeout() || left >= min,
            "Required min time {0} not possible, only {1} left. {2}",
            min,
            left,
            hint ?? "");

        var limit = max.Min(left);
        var outerEnd = _state.End;
        _state.LastWasNoMsg = false;
        _state.End = start + limit;
        T result;
        try
        {
            result = await RunAtMostAsync(function, max + TimerSlack, cancellationToken);
        }
        finally
        {
            _state.End = outerEnd;
        }

        var elapsed = Now - start;
        if (elapsed < min)
        {
            FailBlock("Failed: Block took {0}, should have at least been {1}. {2}", elapsed, min, hint);
        }

        if (!_state.LastWasNoMsg && elapsed > limit + (epsilonValue ?? TimeSpan.Zero))
        {
            FailBlock("Failed: Block took {0}, exceeding {1}. {2}", elapsed, limit, hint);
        }

        return result;
    }

    /// <returns>The block's result; the default when it is not done in time.</returns>
    /// <exception cref="AggregateException">The block's task failed. What it threw before its first await is thrown bare.</exception>
    private static async Task<T> RunAtMostAsync<T>(Func<Task<T>> function, TimeSpan max, CancellationToken cancellationToken)
    {
        var block = function();
        if (await Extensions.TaskExtensions.EndsWithin(block, max, cancellationToken))
        {
            Task.WaitAll([block], CancellationToken.None);
            return await block;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return default;
    }

    private void FailBlock(string format, TimeSpan elapsed, TimeSpan limit, string hint)
    {
        ConditionalLog(format, elapsed, limit, hint ?? "");
        _assertions.Fail(format, elapsed, limit, hint ?? "");
    }
}
