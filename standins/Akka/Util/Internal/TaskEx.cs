using System;
using System.Threading.Tasks;

namespace Akka.Util.Internal;

/// <summary>Tasks and promises as Akka wants them: completing one never runs its continuations inline.</summary>
internal static class TaskEx
{
    public static readonly Task<Done> Completed = Task.FromResult(Done.Instance);

    public static TaskCompletionSource<T> NonBlockingTaskCompletionSource<T>() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static void NonBlockingTrySetResult<T>(this TaskCompletionSource<T> taskCompletionSource, T value) =>
        taskCompletionSource.TrySetResult(value);

    public static void NonBlockingTrySetException<T>(this TaskCompletionSource<T> taskCompletionSource, Exception exception) =>
        taskCompletionSource.TrySetException(exception);

    public static Task FromException(Exception ex) => Task.FromException(ex);

    public static Task<T> FromException<T>(Exception ex) => Task.FromException<T>(ex);
}
