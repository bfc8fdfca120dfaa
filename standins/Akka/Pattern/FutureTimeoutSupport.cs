using System;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Util.Internal;

namespace Akka.Pattern;

/// <summary>Values that come after a while.</summary>
public static class FutureTimeoutSupport
{
    /// <summary>Asks for the value once the duration has passed on the scheduler's clock.</summary>
    public static Task<T> After<T>(TimeSpan duration, IScheduler scheduler, Func<Task<T>> value)
    {
        if (duration.Ticks < 1)
        {
            return Start(value);
        }

        var due = TaskEx.NonBlockingTaskCompletionSource<Done>();
        scheduler.Advanced.ScheduleOnce(duration, () => due.TrySetResult(Done.Instance));
        return Wait();

        async Task<T> Wait()
        {
            await due.Task.ConfigureAwait(false);
            return await value().ConfigureAwait(false);
        }
    }

    private static async Task<T> Start<T>(Func<Task<T>> value) => await value().ConfigureAwait(false);
}
