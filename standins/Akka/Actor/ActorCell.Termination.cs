using System;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    private void Terminate()
    {
        SetReceiveTimeout(null);
        CancelReceiveTimeout();
        UnwatchWatchedActors(_actor);
        StopChildren();
        var wasTerminating = IsTerminating;
        if (!SetChildrenTerminationReason(SuspendReason.Termination.Instance))
        {
            SetTerminated();
            FinishTerminate();
        }
        else if (!wasTerminating)
        {
            Dispatcher.Suspend(this);
            _perpetrator = _self;
            PublishLifecycle(ActorType, $"Stopping");
        }
    }

    private void HandleChildTerminated(IActorRef child)
    {
        var reason = RemoveChildAndGetStateChange(child);
        if (_actor is not null)
        {
            try
            {
                _actor.SupervisorStrategyInternal.HandleChildTerminated(this, child, GetChildren());
            }
            catch (Exception exception)
            {
                Publish(new Error(exception, _self.Path.ToString(), ActorType, "HandleChildTerminated failed"));
                HandleInvokeFailure(exception);
            }
        }

        switch (reason)
        {
            case SuspendReason.Recreation recreation:
                FinishRecreate(recreation.Cause, _actor);
                break;
            case SuspendReason.Creation:
                FinishCreate();
                break;
            case SuspendReason.Termination:
                FinishTerminate();
                break;
        }
    }

    private void FinishTerminate()
    {
        var actor = _actor;
        try
        {
            if (actor is not null)
            {
                actor.AroundPostStop();
                SystemImpl.ActorPipelineResolver.ResolvePipeline(actor.GetType()).BeforeActorIncarnated(actor, this);
            }

            if (SystemImpl.Settings.EmitActorTelemetry)
            {
                System.EventStream.Publish(new ActorStopped(Self, Props.Type));
            }
        }
        catch (Exception exception)
        {
            Publish(new Error(exception, _self.Path.ToString(), ActorType, exception.Message));
        }

        // Each of these has to happen whatever becomes of the others: the parent would wait for ever.
        try
        {
            Dispatcher.Detach(this);
        }
        finally
        {
            try
            {
                Parent.SendSystemMessage(new DeathWatchNotification(_self, existenceConfirmed: true, addressTerminated: false));
            }
            finally
            {
                try
                {
                    TellWatchersWeDied();
                    UnwatchWatchedActors(actor);
                }
                finally
                {
                    PublishLifecycle(ActorType, $"Stopped");
                    ClearActor(actor);
                    ClearActorCell();
                    _actor = null;
                }
            }
        }
    }
}
