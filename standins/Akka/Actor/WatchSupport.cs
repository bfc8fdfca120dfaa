using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

/// <summary>Stops actors and waits for them.</summary>
public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    /// <summary>True when the actor has stopped within the time.</summary>
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var watched = WatchAsyncSupport.Watchable(target);
        var promise = PromiseActorRef.Apply(watched.Provider, timeout, target, stopMessage.GetType().Name);
        var stopped = WatchAsyncSupport.Stopped(watched, promise);
        target.Tell(stopMessage, ActorRefs.NoSender);
        return stopped;
    }
}

/// <summary>Watches actors from outside.</summary>
public static class WatchAsyncSupport
{
    /// <summary>True when the actor has stopped, false when the token was cancelled before.</summary>
    public static Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        var watched = Watchable(target);
        return Stopped(watched, PromiseActorRef.Apply(watched.Provider, nameof(Watch), token));
    }

    internal static IInternalActorRef Watchable(IActorRef target) => target as IInternalActorRef
        ?? throw new InvalidOperationException($"{target} is not an {typeof(IInternalActorRef)} and cannot be death-watched");

    internal static async Task<bool> Stopped(IInternalActorRef watched, PromiseActorRef promise)
    {
        watched.SendSystemMessage(new Watch(watched, promise));
        try
        {
            var result = await promise.Result.ConfigureAwait(false);
            return result is Terminated terminated && terminated.ActorRef.Path.Equals(watched.Path);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            watched.SendSystemMessage(new Unwatch(watched, promise));
        }
    }
}
