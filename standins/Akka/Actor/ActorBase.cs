using System;
using Akka.Actor.Internal;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The base of all actors.</summary>
public abstract class ActorBase : IInternalActor
{
    private IActorRef _clearedSelf;
    private SupervisorStrategy _supervisorStrategy;

    protected ActorBase()
    {
        if (ActorCell.Current is null)
        {
            throw new ActorInitializationException("Do not create actors using 'new', always create them using an ActorContext/System");
        }

        if (this is IWithTimers withTimers)
        {
            withTimers.Timers = new Scheduler.TimerScheduler(Context);
        }

        Context.Become(Receive);
    }

    IActorContext IInternalActor.ActorContext => Context;

    protected static IActorContext Context
    {
        get
        {
            var cell = InternalCurrentActorCellKeeper.Current
                ?? throw new NotSupportedException("There is no active ActorContext, this is most likely due to use of async operations from within this actor.");
            return cell.ActorHasBeenCleared ? null : cell;
        }
    }

    protected static Receive EmptyReceive => static _ => false;

    protected IActorRef Sender => Context.Sender;

    protected IActorRef Self => _clearedSelf ?? Context.Self;

    internal SupervisorStrategy SupervisorStrategyInternal
    {
        get => _supervisorStrategy ??= SupervisorStrategy();
        set => _supervisorStrategy = value;
    }

    public virtual void AroundPreStart() => PreStart();

    public virtual void AroundPreRestart(Exception cause, object message)
    {
        CancelTimers();
        PreRestart(cause, message);
    }

    public virtual void AroundPostRestart(Exception cause, object message) => PostRestart(cause);

    public virtual void AroundPostStop()
    {
        CancelTimers();
        PostStop();
    }

    internal void Clear(IActorRef self) => _clearedSelf = self;

    internal void Unclear() => _clearedSelf = null;

    /// <summary>Hands a message to the behaviour; a timer's message is taken out of its wrapping, or dropped if stale.</summary>
    protected internal virtual bool AroundReceive(Receive receive, object message)
    {
        if (message is Scheduler.TimerScheduler.ITimerMsg timerMessage)
        {
            if (this is not IWithTimers { Timers: Scheduler.TimerScheduler timers })
            {
                return true;
            }

            var cell = (ActorCell)Context;
            switch (timers.InterceptTimerMsg(cell.System.Log, timerMessage))
            {
                case null:
                    return true;
                case IAutoReceivedMessage autoReceived:
                    cell.AutoReceiveMessage(new Envelope(autoReceived, Self));
                    return true;
                case var unwrapped:
                    if (this is IActorStash)
                    {
                        // What would be stashed.
                        cell.CurrentMessage = unwrapped;
                    }

                    message = unwrapped;
                    break;
            }
        }

        var handled = receive(message);
        if (!handled)
        {
            Unhandled(message);
        }

        return handled;
    }

    protected abstract bool Receive(object message);

    protected virtual void PreStart()
    {
    }

    /// <summary>Stops the children and calls <see cref="PostStop"/>.</summary>
    protected virtual void PreRestart(Exception reason, object message)
    {
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }

        PostStop();
    }

    protected virtual void PostRestart(Exception reason) => PreStart();

    protected virtual void PostStop()
    {
    }

    protected virtual SupervisorStrategy SupervisorStrategy() => Actor.SupervisorStrategy.DefaultStrategy;

    protected virtual void Unhandled(object message)
    {
        if (message is Terminated terminated)
        {
            throw new DeathPactException(terminated.ActorRef);
        }

        Context.System.EventStream.Publish(new UnhandledMessage(message, Sender, Self));
    }

    protected void Become(Receive receive) => Context.Become(receive);

    protected void BecomeStacked(Receive receive) => Context.BecomeStacked(receive);

    protected void UnbecomeStacked() => Context.UnbecomeStacked();

    protected void SetReceiveTimeout(TimeSpan? timeout) => Context.SetReceiveTimeout(timeout);

    private void CancelTimers() => (this as IWithTimers)?.Timers?.CancelAll();
}
