using System;
using Akka.Actor.Internal;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    protected virtual ActorBase CreateNewActorInstance()
    {
        var actor = Props.NewActor();
        SystemImpl.ActorPipelineResolver.ResolvePipeline(actor.GetType()).AfterActorIncarnated(actor, this);
        (actor as IInitializableActor)?.Init();
        return actor;
    }

    protected void ClearActor(ActorBase actor)
    {
        if (actor is not null)
        {
            try
            {
                (actor as IDisposable)?.Dispose();
            }
            catch (Exception exception)
            {
                SystemImpl.Log?.Error(exception, "An error occurred while disposing {0} actor. Reason: {1}", actor.GetType(), exception.Message);
            }

            Props.Release(actor);
            actor.Clear(SystemImpl.DeadLetters);
        }

        ActorHasBeenCleared = true;
        CurrentMessage = null;
        ClearBehaviors();
    }

    protected void ClearActorCell()
    {
        _putOff = SystemMessageList.LNil;
        Props = TerminatedProps;
    }

    private ActorBase NewActor()
    {
        ClearBehaviors();
        ActorHasBeenCleared = false;
        ActorBase actor = null;
        UseThreadContext(() =>
        {
            actor = CreateNewActorInstance();
            actor.SupervisorStrategyInternal = Props.SupervisorStrategy;
        });
        return actor;
    }

    private void Create(Exception failure)
    {
        if (failure is not null)
        {
            throw failure;
        }

        try
        {
            _actor = NewActor();
            UseThreadContext(_actor.AroundPreStart);
            CheckReceiveTimeout();
            PublishLifecycle(ActorType, $"Started ({_actor})");
            if (SystemImpl.Settings.EmitActorTelemetry)
            {
                System.EventStream.Publish(new ActorStarted(Self, Props.Type));
            }
        }
        catch (Exception exception)
        {
            if (_actor is not null)
            {
                ClearActor(_actor);
                _actor = null;
            }

            throw new ActorInitializationException(_self, "Exception during creation", exception);
        }
    }
}
