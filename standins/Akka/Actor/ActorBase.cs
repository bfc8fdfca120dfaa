using System;
using System.Threading.Tasks;
using Akka.Dispatch;
using Akka.Event;

namespace Akka.Actor;

public delegate bool Receive(object message);

public delegate void UntypedReceive(object message);

public interface IInternalActor
{
    IActorContext ActorContext { get; }
}

/// <summary>What every actor is.</summary>
public abstract class ActorBase : IInternalActor
{
    private readonly ActorCell _context;
    private bool _cleared;

    protected ActorBase()
    {
        _context = ActorCell.Current
            ?? throw new ActorInitializationException("Do not use 'new' to create an actor: use ActorOf of a context or a system.");
        _context.BecomeFirst(Receive);
    }

    IActorContext IInternalActor.ActorContext => _context;

    protected static IActorContext Context =>
        ActorCell.Current ?? throw new NotSupportedException("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");

    protected IActorRef Sender => _context.Sender;

    protected IActorRef Self => _context.Self;

    internal void Clear() => _cleared = true;

    internal bool IsCleared => _cleared;

    protected static void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    protected abstract bool Receive(object message);

    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        var handled = receive(message);
        if (!handled)
            Unhandled(message);
        return handled;
    }

    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
            throw new DeathPactException(terminated.ActorRef);
        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    protected void Become(Receive receive) => _context.Become(receive);

    protected void BecomeStacked(Receive receive) => _context.BecomeStacked(receive);

    protected void UnbecomeStacked() => _context.UnbecomeStacked();

    protected virtual SupervisorStrategy SupervisorStrategy() => null;

    internal SupervisorStrategy OwnStrategy() => SupervisorStrategy();

    protected virtual void PreStart()
    {
    }

    protected virtual void PostStop()
    {
    }

    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in _context.GetChildren())
        {
            _context.Unwatch(child);
            _context.Stop(child);
        }
        PostStop();
    }

    protected virtual void PostRestart(Exception reason) => PreStart();

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPostStop() => PostStop();

    public virtual void AroundPreRestart(Exception cause, object message) => PreRestart(cause, message);

    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);
}

public abstract class UntypedActor : ActorBase
{
    protected static new IUntypedActorContext Context => (IUntypedActorContext)ActorBase.Context;

    protected sealed override bool Receive(object message)
    {
        OnReceive(message);
        return true;
    }

    protected abstract void OnReceive(object message);

    protected void Become(UntypedReceive receive) => Context.Become(receive);

    protected void BecomeStacked(UntypedReceive receive) => Context.BecomeStacked(receive);

    protected void RunTask(Action action) => ActorTaskScheduler.RunTask(action);

    protected void RunTask(Func<Task> action) => ActorTaskScheduler.RunTask(action);
}
