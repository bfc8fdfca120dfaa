using System;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    private Exception _recreating;
    private bool _restarting;

    protected virtual ActorBase CreateNewActorInstance()
    {
        var actor = _props.NewActor();
        if (actor is null)
            throw new ActorInitializationException((IActorRef)Self, "Actor instance passed to ActorOf can't be null");
        InitializeStash(actor);
        InitializeTimers(actor);
        return actor;
    }

    private ActorBase NewActor()
    {
        _behaviors.Clear();
        var actor = CreateNewActorInstance();
        if (actor is IInitializableActor initializable)
            initializable.Init();
        return actor;
    }

    private void OnCreate(Create create)
    {
        if (create.Failure is not null)
            throw create.Failure;
        try
        {
            Actor = NewActor();
            Actor.AroundPreStart();
            RestartReceiveTimeoutAfter(null);
            if (System.Settings.DebugLifecycle)
                Publish(new Debug(Self.Path.ToString(), Actor.GetType(), $"Started ({Actor.GetType()})"));
        }
        catch (Exception e)
        {
            if (Actor is not null)
            {
                ClearActorFields();
            }
            throw new ActorInitializationException(Self, "Exception during creation", e);
        }
    }

    private void SuspendSelf()
    {
        Mailbox.Suspend();
        foreach (var child in ChildRefs())
            child.Suspend();
    }

    private void ResumeSelf(Exception causedByFailure)
    {
        Mailbox.Resume();
        foreach (var child in ChildRefs())
            child.Resume(ReferenceEquals(child, _failurePerpetrator) ? causedByFailure : null);
    }

    private IActorRef _failurePerpetrator;

    private void OnResume(Exception causedByFailure)
    {
        if (Actor is null)
        {
            // Resuming what could not be created makes it anew, as a restart does.
            OnRecreate(causedByFailure);
            return;
        }
        _failed = causedByFailure is null && _failed;
        if (causedByFailure is not null)
            _failed = false;
        ResumeSelf(causedByFailure);
    }

    internal void HandleInvokeFailure(Exception cause)
    {
        if (_failed || _terminated)
            return;
        _failed = true;
        try
        {
            SuspendSelf();
            Parent.SendSystemMessage(new Failed(Self, cause, Self.Path.Uid));
        }
        catch (Exception e)
        {
            Publish(new Error(e, Self.Path.ToString(), GetType(), $"Emergency stop: exception in failure handling for {cause.GetType()}"));
            ((IInternalActorRef)Self).Stop();
        }
    }

    private void OnRecreate(Exception cause)
    {
        if (_terminating)
            return;
        if (_recreating is not null || _restarting)
            return;
        if (!_failed)
        {
            // Restarted by an ancestor rather than for its own failure: it has been suspended for that already.
            _failed = true;
        }
        if (Actor is { } failed)
        {
            var message = _current.Message;
            try
            {
                if (!failed.IsCleared)
                    failed.AroundPreRestart(cause, message);
            }
            catch (Exception e)
            {
                Publish(new Error(new PreRestartException(Self, e, cause, message), Self.Path.ToString(), failed.GetType(), e.Message));
            }
            finally
            {
                ClearActorFields();
            }
        }
        _current = default;
        _restarting = true;
        _recreating = cause;
        if (!HasTerminatingChildren())
            FinishRecreate();
    }

    private void FinishRecreate()
    {
        var cause = _recreating;
        _recreating = null;
        _restarting = false;
        var survivors = ChildRefs();
        try
        {
            Mailbox.Resume();
            _failed = false;
            var fresh = NewActor();
            Actor = fresh;
            fresh.AroundPostRestart(cause, null);
            if (System.Settings.DebugLifecycle)
                Publish(new Debug(Self.Path.ToString(), fresh.GetType(), "Restarted (" + fresh + ")"));
            foreach (var survivor in survivors)
                survivor.Restart(cause);
        }
        catch (Exception e)
        {
            ClearActorFields();
            HandleInvokeFailure(new PostRestartException(Self, e, cause));
        }
    }

    private void OnTerminate()
    {
        if (_terminating || _terminated)
            return;
        _terminating = true;
        SetReceiveTimeout(null);
        CancelReceiveTimeout();
        UnwatchWatchedActors();
        foreach (var child in ChildRefs())
            Stop(child);
        if (HasChildren())
        {
            // User messages wait until the children are gone, and are dead letters then.
            Mailbox.Suspend();
            return;
        }
        FinishTerminate();
    }

    private void FinishTerminate()
    {
        var actor = Actor;
        try
        {
            if (actor is not null && !actor.IsCleared)
                actor.AroundPostStop();
        }
        catch (Exception e)
        {
            Publish(new Error(e, Self.Path.ToString(), actor.GetType(), e.Message));
        }
        _terminated = true;
        ClearActorFields();
        Mailbox.Close();
        Parent.SendSystemMessage(new DeathWatchNotification(Self, existenceConfirmed: true, addressTerminated: false));
        TellWatchersWeDied();
        UnwatchWatchedActors();
        if (System.Settings.DebugLifecycle)
            Publish(new Debug(Self.Path.ToString(), actor?.GetType() ?? GetType(), "stopped"));
    }

    private void ClearActorFields()
    {
        if (Actor is null)
            return;
        ReleaseStash(Actor);
        ReleaseTimers();
        Actor.Clear();
        Actor = null;
    }

    private void OnFailed(Failed failed)
    {
        if (!TryGetStats(failed.Child, out var stats) || stats.Uid != failed.Uid)
            return;
        _failurePerpetrator = failed.Child;
        try
        {
            var strategy = Actor?.OwnStrategy() ?? _props.SupervisorStrategy ?? DefaultStrategy();
            if (!strategy.HandleFailure(this, failed.Child, failed.Cause, stats, AllStats()))
                throw failed.Cause;
        }
        finally
        {
            if (!_failed)
                _failurePerpetrator = null;
        }
    }

    /// <summary>The guardians' cells have strategies of their own.</summary>
    internal SupervisorStrategy GuardianStrategy { get; set; }

    private SupervisorStrategy DefaultStrategy() => GuardianStrategy ?? SupervisorStrategy.DefaultStrategy;

    private void HandleChildTerminated(IActorRef child)
    {
        if (!RemoveChild(child))
            return;
        if (Actor is { } actor)
        {
            try
            {
                (actor.OwnStrategy() ?? DefaultStrategy()).HandleChildTerminated(this, child, ChildRefs());
            }
            catch (Exception e)
            {
                Publish(new Error(e, Self.Path.ToString(), GetType(), "HandleChildTerminated failed"));
                HandleInvokeFailure(e);
            }
        }
        if (_terminating)
        {
            if (!HasChildren())
                FinishTerminate();
        }
        else if (_restarting && !HasTerminatingChildren())
        {
            FinishRecreate();
        }
    }
}
