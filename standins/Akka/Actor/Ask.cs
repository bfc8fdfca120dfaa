using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public static class Futures
{
    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<object>(message, timeout, CancellationToken.None);

    public static Task<object> Ask(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<object>(message, null, cancellationToken);

    public static Task<object> Ask(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) => self.Ask<object>(message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout = null) => self.Ask<T>(message, timeout, CancellationToken.None);

    public static Task<T> Ask<T>(this ICanTell self, object message, CancellationToken cancellationToken) => self.Ask<T>(message, null, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, object message, TimeSpan? timeout, CancellationToken cancellationToken) =>
        self.Ask<T>(_ => message, timeout, cancellationToken);

    public static Task<T> Ask<T>(this ICanTell self, Func<IActorRef, object> messageFactory, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var system = ResolveSystem(self) ?? throw new ArgumentException("Unable to resolve the target Provider", nameof(self));
        var promise = new FutureActorRef<T>(system, timeout ?? system.Settings.AskTimeout, cancellationToken);
        self.Tell(messageFactory(promise), promise);
        return promise.Result;
    }

    private static ActorSystemImplAccess ResolveSystem(ICanTell self) => self switch
    {
        IInternalActorRef actor => new ActorSystemImplAccess(((LocalActorRefProvider)actor.Provider).SystemImpl),
        ActorSelection selection => new ActorSystemImplAccess(((LocalActorRefProvider)((IInternalActorRef)selection.Anchor).Provider).SystemImpl),
        _ => null,
    };

    internal sealed record ActorSystemImplAccess(Internal.ActorSystemImpl System)
    {
        internal Settings Settings => System.Settings;
    }
}

/// <summary>The sender of an Ask: its first message is the answer.</summary>
public sealed class FutureActorRef<T> : MinimalActorRef
{
    private static long s_number;

    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Internal.ActorSystemImpl _system;
    private readonly Timer _timeout;
    private readonly CancellationTokenRegistration _cancellation;
    private ActorPath _path;
    private HashSet<IActorRef> _watchers;

    internal FutureActorRef(Futures.ActorSystemImplAccess access, TimeSpan timeout, CancellationToken cancellation)
    {
        _system = access.System;
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            // The runtime's timers of one duration share one queue: an Ask that is answered costs an insertion and a removal.
            _timeout = new Timer(static state => ((FutureActorRef<T>)state).OnTimeout(), this, timeout, Timeout.InfiniteTimeSpan);
            TimeoutValue = timeout;
        }
        if (cancellation.CanBeCanceled)
            _cancellation = cancellation.UnsafeRegister(static state => ((FutureActorRef<T>)state).Fail(new TaskCanceledException()), this);
    }

    private TimeSpan TimeoutValue { get; }

    public Task<T> Result => _completion.Task;

    public override ActorPath Path => _path ??= _system.TempPath / ("$" + Akka.Util.Internal.Base64Encoding.Base64Encode(Interlocked.Increment(ref s_number)));

    public override IActorRefProvider Provider => _system.Provider;

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Watch watch:
                lock (_completion)
                {
                    if (!_completion.Task.IsCompleted)
                    {
                        (_watchers ??= []).Add(watch.Watcher);
                        return;
                    }
                }
                NotifyWatcher(watch.Watcher);
                break;
            case Unwatch unwatch:
                lock (_completion)
                    _watchers?.Remove(unwatch.Watcher);
                break;
            default:
                break;
        }
    }

    private void NotifyWatcher(IActorRef watcher) =>
        ((IInternalActorRef)watcher).SendSystemMessage(new DeathWatchNotification(this, existenceConfirmed: true, addressTerminated: false));

    protected override void TellInternal(object message, IActorRef sender)
    {
        var taken = message switch
        {
            Status.Failure failure when typeof(T) != typeof(Status) && typeof(T) != typeof(Status.Failure) && typeof(T) != typeof(object) =>
                _completion.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            Status.Failure failure when typeof(T) == typeof(object) =>
                _completion.TrySetException(failure.Cause ?? new TaskCanceledException("Task cancelled by actor via Failure message.")),
            Status.Success success when success.Status is T inner && typeof(T) != typeof(object) && typeof(T) != typeof(Status) => _completion.TrySetResult(inner),
            T answer => _completion.TrySetResult(answer),
            _ => _completion.TrySetException(new ArgumentException($"Received message of type [{message.GetType()}] - Ask expected message of type [{typeof(T)}]")),
        };
        if (taken)
            Release();
        else
            _system.DeadLetters.Tell(new Event.DeadLetter(message, sender, this), sender);
    }

    private void OnTimeout() => Fail(new AskTimeoutException($"Timeout after {TimeoutValue} seconds"));

    private void Fail(Exception cause)
    {
        if (cause is TaskCanceledException ? _completion.TrySetCanceled() : _completion.TrySetException(cause))
            Release();
    }

    private void Release()
    {
        HashSet<IActorRef> watchers;
        lock (_completion)
        {
            watchers = _watchers;
            _watchers = null;
        }
        foreach (var watcher in watchers ?? [])
            NotifyWatcher(watcher);
        _timeout?.Dispose();
        _cancellation.Unregister();
    }
}

public static class PipeToSupport
{
    public static Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null) =>
        PipeTo(taskToPipe, recipient, useConfigureAwait: false, sender, success, failure);

    public static async Task PipeTo<T>(this Task<T> taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<T, object> success = null, Func<Exception, object> failure = null)
    {
        sender ??= ActorRefs.NoSender;
        try
        {
            var result = await taskToPipe.ConfigureAwait(useConfigureAwait);
            recipient.Tell(success is null ? result : success(result), sender);
        }
        catch (Exception e)
        {
            recipient.Tell(failure is null ? new Status.Failure(e) : failure(e), sender);
        }
    }

    public static Task PipeTo(this Task taskToPipe, ICanTell recipient, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null) =>
        PipeTo(taskToPipe, recipient, useConfigureAwait: false, sender, success, failure);

    public static async Task PipeTo(this Task taskToPipe, ICanTell recipient, bool useConfigureAwait, IActorRef sender = null, Func<object> success = null, Func<Exception, object> failure = null)
    {
        sender ??= ActorRefs.NoSender;
        try
        {
            await taskToPipe.ConfigureAwait(useConfigureAwait);
            if (success is not null)
                recipient.Tell(success(), sender);
        }
        catch (Exception e)
        {
            recipient.Tell(failure is null ? new Status.Failure(e) : failure(e), sender);
        }
    }
}

public static class GracefulStopSupport
{
    public static Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout) => GracefulStop(target, timeout, PoisonPill.Instance);

    public static async Task<bool> GracefulStop(this IActorRef target, TimeSpan timeout, object stopMessage)
    {
        var stopped = target.WatchAsync();
        target.Tell(stopMessage, ActorRefs.NoSender);
        if (await Task.WhenAny(stopped, Task.Delay(timeout)).ConfigureAwait(false) == stopped)
            return await stopped.ConfigureAwait(false);
        throw new TaskCanceledException();
    }

    public static Task<bool> WatchAsync(this IActorRef target, CancellationToken token = default)
    {
        if (target is not IInternalActorRef { Provider: LocalActorRefProvider provider } actor || target is DeadLetterActorRef)
            return Task.FromResult(false);
        var watcher = new TerminationWatcher(provider, actor);
        actor.SendSystemMessage(new Watch(actor, watcher));
        return token.CanBeCanceled ? watcher.Terminated.WaitAsync(token) : watcher.Terminated;
    }

    private sealed class TerminationWatcher(LocalActorRefProvider provider, IActorRef target) : MinimalActorRef
    {
        private readonly TaskCompletionSource<bool> _terminated = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ActorPath _path = provider.SystemImpl.TempPath / ("$w" + ActorCell.NewUid());

        internal Task<bool> Terminated => _terminated.Task;

        public override ActorPath Path => _path;

        public override IActorRefProvider Provider => provider;

        public override void SendSystemMessage(ISystemMessage message)
        {
            if (message is DeathWatchNotification notification && notification.Actor.Equals(target))
                _terminated.TrySetResult(true);
        }
    }
}
