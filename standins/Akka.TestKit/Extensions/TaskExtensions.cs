using System;
using System.Threading;
using System.Threading.Tasks;

namespace Akka.TestKit.Extensions;

/// <summary>Time limits and expectations on tasks.</summary>
public static class TaskExtensions
{
    /// <returns>True when the task ended in time. Its own failure is thrown.</returns>
    public static async Task<bool> AwaitWithTimeout(
        this Task parentTask, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (!await EndsWithin(parentTask, timeout, cancellationToken))
        {
            return false;
        }

        if (parentTask.IsFaulted)
        {
            await parentTask;
        }

        return true;
    }

    /// <exception cref="TaskCanceledException">The task did not end in time.</exception>
    public static async Task<T> WithTimeout<T>(
        this Task<T> parentTask, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        await EndsWithin(parentTask, timeout, cancellationToken)
            ? await parentTask
            : throw new TaskCanceledException($"Task timed out after {timeout.TotalSeconds} seconds");

    public static async Task ShouldCompleteWithin<T>(
        this Task<T> task, T expected, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        var actual = await ShouldCompleteWithin(task, timeout, because, becauseArgs);
        if (!Equals(expected, actual))
        {
            throw Failure($"Expected the task to result in {expected}, but found {actual}", because, becauseArgs);
        }
    }

    public static async Task<T> ShouldCompleteWithin<T>(
        this Task<T> task, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        await ShouldCompleteWithin((Task)task, timeout, because, becauseArgs);
        return await task;
    }

    public static async Task ShouldCompleteWithin(
        this Task task, TimeSpan timeout, string because = "", params object[] becauseArgs)
    {
        if (!await EndsWithin(task, timeout, CancellationToken.None))
        {
            throw Failure($"Expected the task to complete within {timeout}", because, becauseArgs);
        }

        await task;
    }

    public static async Task ShouldThrowWithin<T>(
        this Task task, T expected, TimeSpan timeout, string because = "", params object[] becauseArgs)
        where T : Exception
    {
        var actual = await ShouldThrowWithin<T>(task, timeout, because, becauseArgs);
        if (!Equals(expected, actual))
        {
            throw Failure($"Expected the task to throw {expected}, but found {actual}", because, becauseArgs);
        }
    }

    public static async Task<T> ShouldThrowWithin<T>(
        this Task task, TimeSpan timeout, string because = "", params object[] becauseArgs)
        where T : Exception
    {
        try
        {
            await ShouldCompleteWithin(task, timeout, because, becauseArgs);
        }
        catch (T expected)
        {
            return expected;
        }

        throw Failure($"Expected the task to throw {typeof(T)}, but it did not", because, becauseArgs);
    }

    internal static async Task<bool> EndsWithin(Task task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var first = await Task.WhenAny(task, Task.Delay(timeout, timer.Token));
        // Not CancelAsync: a task that has ended is not to wait for a thread of the pool.
        timer.Cancel();
        return first == task || task.IsCompleted;
    }

    private static TaskExpectationException Failure(string what, string because, object[] becauseArgs) =>
        new(because.Length == 0 ? what + "." : $"{what} {string.Format(because, becauseArgs)}.");
}

/// <summary>A task did not do what the test said it should.</summary>
internal sealed class TaskExpectationException(string message) : Exception(message);
