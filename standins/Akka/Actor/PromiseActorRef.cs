using System;
using System.Threading;
using System.Threading.Tasks;
using Akka.Dispatch.SysMsg;
using Akka.Util.Internal;

namespace Akka.Actor;

/// <summary>A temporary actor that waits for one message: an answer, or the end of an actor it watches.</summary>
internal sealed class PromiseActorRef : MinimalActorRef
{
    private readonly TaskCompletionSource<object> _promise = TaskEx.NonBlockingTaskCompletionSource<object>();
    private readonly Lazy<ActorPath> _path;

    private PromiseActorRef(IActorRefProvider provider)
    {
        Provider = provider;
        _path = new(() =>
        {
            var path = provider.TempPath();
            provider.RegisterTempActor(this, path);
            return path;
        });
    }

    public Task<object> Result => _promise.Task;

    public override ActorPath Path => _path.Value;

    public override IActorRefProvider Provider { get; }

    public override IInternalActorRef Parent => Provider.TempContainer;

    public static PromiseActorRef Apply(IActorRefProvider provider, string messageClassName, CancellationToken cancellationToken = default)
    {
        var promise = new PromiseActorRef(provider);
        promise.RemoveWhenDone(null, cancellationToken);
        return promise;
    }

    public static PromiseActorRef Apply(IActorRefProvider provider, TimeSpan timeout, object targetName, string messageClassName, IActorRef sender = null)
    {
        var promise = new PromiseActorRef(provider);
        var source = timeout == TimeSpan.Zero ? null : new CancellationTokenSource(timeout);
        promise.RemoveWhenDone(source, source?.Token ?? default);
        return promise;
    }

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Terminate:
                Stop();
                break;
            case DeathWatchNotification died:
                Tell(new Terminated(died.Actor, died.ExistenceConfirmed, died.AddressTerminated), this);
                break;
        }
    }

    public override void Stop() => _promise.TrySetResult(new Status.Failure(new ActorKilledException("Stopped")));

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (!_promise.TrySetResult(message ?? throw new InvalidMessageException("Message is null")))
        {
            Provider.DeadLetters.Tell(message, ActorRefs.NoSender);
        }
    }

    private void RemoveWhenDone(CancellationTokenSource owned, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((PromiseActorRef)state)._promise.TrySetCanceled(), this);
        _promise.Task.ContinueWith(
            _ =>
            {
                registration.Dispose();
                owned?.Dispose();
                if (_path.IsValueCreated)
                {
                    Provider.UnregisterTempActor(Path);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
