using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    // Who made us fail: ourselves, or a child whose failure we could not handle. We stay failed until we are resumed,
    // restarted or stopped, so that a second failure meanwhile is not reported twice.
    private IActorRef _perpetrator;

    private bool IsFailed => _perpetrator is not null;

    private void HandleInvokeFailure(Exception cause, IReadOnlyCollection<IActorRef> childrenNotToSuspend = null)
    {
        if (IsFailed)
        {
            return;
        }

        try
        {
            Dispatcher.Suspend(this);
            if (CurrentMessage is Failed)
            {
                _perpetrator = Sender;
                childrenNotToSuspend = [.. childrenNotToSuspend ?? [], Sender];
            }
            else
            {
                _perpetrator = _self;
            }

            SuspendChildren(childrenNotToSuspend);
            Parent.SendSystemMessage(new Failed(_self, cause, _self.Path.Uid));
        }
        catch (Exception exception)
        {
            Publish(new Error(exception, _self.Path.ToString(), ActorType, "Emergency stop: exception in failure handling for " + cause));
            try
            {
                StopChildren();
            }
            finally
            {
                FinishTerminate();
            }
        }
    }

    private void HandleFailed(Failed failed)
    {
        CurrentMessage = failed;
        Sender = failed.Child.IsNobody() ? SystemImpl.DeadLetters : failed.Child;
        if (!TryGetChildStatsByRef(failed.Child, out var stats))
        {
            Publish(new Debug(_self.Path.ToString(), ActorType, $"Dropping Failed({failed.Cause}) from unknown child {failed.Child}"));
        }
        else if (stats.Uid != failed.Uid)
        {
            Publish(new Debug(_self.Path.ToString(), ActorType, $"Dropping Failed({failed.Cause}) from old child {failed.Child} (uid={stats.Uid} != {failed.Uid})"));
        }
        else if (!_actor.SupervisorStrategyInternal.HandleFailure(this, failed.Child, failed.Cause, stats, _children.Stats))
        {
            ExceptionDispatchInfo.Throw(failed.Cause);
        }
    }

    private void FaultSuspend()
    {
        Dispatcher.Suspend(this);
        SuspendChildren();
    }

    private void FaultResume(Exception causedByFailure)
    {
        if (_actor is null)
        {
            Publish(new Error(null, _self.Path.ToString(), GetType(), "Changing Resume into Create after " + causedByFailure));
            FaultCreate();
            return;
        }

        var perpetrator = _perpetrator;
        try
        {
            Dispatcher.Resume(this);
        }
        finally
        {
            if (causedByFailure is not null)
            {
                _perpetrator = null;
            }
        }

        ResumeChildren(causedByFailure, perpetrator);
    }

    private void FaultRecreate(Exception cause)
    {
        if (_actor is null)
        {
            Publish(new Error(null, _self.Path.ToString(), GetType(), "Changing Recreate into Create after " + cause));
            FaultCreate();
            return;
        }

        if (!IsNormal)
        {
            // We are stopping: nothing to make again.
            FaultResume(null);
            return;
        }

        var failedActor = _actor;
        PublishLifecycle(ActorType, $"Restarting");
        var message = CurrentMessage;
        try
        {
            failedActor.AroundPreRestart(cause, message);
            SystemImpl.ActorPipelineResolver.ResolvePipeline(failedActor.GetType()).BeforeActorIncarnated(failedActor, this);
        }
        catch (Exception exception)
        {
            Publish(new Error(new PreRestartException(_self, exception, cause, message), _self.Path.ToString(), failedActor.GetType(), exception.Message));
        }
        finally
        {
            ClearActor(_actor);
        }

        if (!SetChildrenTerminationReason(new SuspendReason.Recreation(cause)))
        {
            FinishRecreate(cause, failedActor);
        }
    }

    private void FaultCreate()
    {
        SetReceiveTimeout(null);
        CancelReceiveTimeout();
        StopChildren();
        if (!SetChildrenTerminationReason(new SuspendReason.Creation()))
        {
            FinishCreate();
        }
    }

    private void FinishCreate()
    {
        ResumeAfterFailure();
        try
        {
            Create(null);
        }
        catch (Exception exception)
        {
            HandleInvokeFailure(exception);
        }
    }

    private void FinishRecreate(Exception cause, ActorBase failedActor)
    {
        // Children that were not stopped live on, and are restarted in their turn.
        var survivors = _children.Children;
        try
        {
            ResumeAfterFailure();
            var fresh = NewActor();
            _actor = fresh;
            if (ReferenceEquals(fresh, failedActor))
            {
                fresh.Unclear();
            }

            UseThreadContext(() => fresh.AroundPostRestart(cause, null));
            PublishLifecycle(fresh.GetType(), $"Restarted ({fresh})");
            if (SystemImpl.Settings.EmitActorTelemetry)
            {
                System.EventStream.Publish(new ActorRestarted(Self, Props.Type, cause));
            }

            foreach (var child in survivors)
            {
                child.Restart(cause);
            }
        }
        catch (Exception exception)
        {
            ClearActor(_actor);
            HandleInvokeFailure(new PostRestartException(_self, exception, cause), survivors);
        }
    }

    private void ResumeAfterFailure()
    {
        try
        {
            Dispatcher.Resume(this);
        }
        finally
        {
            _perpetrator = null;
        }
    }
}
