using System;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

public partial class ActorCell
{
    private const int DefaultState = 0;
    private const int SuspendedState = 1;
    private const int WaitingForChildrenState = 2;

    // System messages that have to wait for a better state.
    private LatestFirstSystemMessageList _putOff = SystemMessageList.LNil;

    internal void SystemInvoke(ISystemMessage envelope)
    {
        var messages = new EarliestFirstSystemMessageList((SystemMessage)envelope);
        var state = CalculateState();
        while (messages.NonEmpty)
        {
            var message = messages.Head;
            messages = messages.Tail;
            message.Unlink();
            try
            {
                if (HasToWait(message, state))
                {
                    _putOff += message;
                }
                else
                {
                    Handle(message);
                }
            }
            catch (Exception cause)
            {
                HandleInvokeFailure(cause);
            }

            var next = CalculateState();
            if (next < state)
            {
                var putOff = _putOff;
                _putOff = SystemMessageList.LNil;
                messages += putOff;
            }

            state = next;
            if (IsTerminated)
            {
                SendAllToDeadLetters(messages);
                return;
            }
        }
    }

    private static bool HasToWait(SystemMessage message, int state) => state switch
    {
        WaitingForChildrenState => message is IStashWhenWaitingForChildren,
        SuspendedState => message is IStashWhenFailed,
        _ => false,
    };

    private int CalculateState() =>
        IsWaitingForChildren ? WaitingForChildrenState
        : Mailbox.IsSuspended() ? SuspendedState
        : DefaultState;

    private void Handle(SystemMessage message)
    {
        switch (message)
        {
            case ActorTaskSchedulerMessage step:
                HandleTaskStep(step);
                break;
            case Failed failed:
                HandleFailed(failed);
                break;
            case DeathWatchNotification died:
                WatchedActorTerminated(died.Actor, died.ExistenceConfirmed, died.AddressTerminated);
                break;
            case Create create:
                Create(create.Failure);
                break;
            case Watch watch:
                AddWatcher(watch.Watchee, watch.Watcher);
                break;
            case Unwatch unwatch:
                RemWatcher(unwatch.Watchee, unwatch.Watcher);
                break;
            case Recreate recreate:
                FaultRecreate(recreate.Cause);
                break;
            case Suspend _:
                FaultSuspend();
                break;
            case Resume resume:
                FaultResume(resume.CausedByFailure);
                break;
            case Terminate _:
                Terminate();
                break;
            case Supervise supervise:
                Supervise(supervise.Child, supervise.Async);
                break;
            default:
                throw new NotSupportedException($"Unknown message {message.GetType().Name}");
        }
    }

    private void HandleTaskStep(ActorTaskSchedulerMessage step)
    {
        CurrentMessage = step.Message;
        if (step.Exception is null)
        {
            step.ExecuteTask();
            CurrentMessage = null;
        }
        else
        {
            // The failed handler had suspended the mailbox; the failure suspends it once more, for the supervisor.
            Resume(step.Exception);
            HandleInvokeFailure(step.Exception);
        }
    }

    private void Supervise(IActorRef child, bool async)
    {
        if (IsTerminating)
        {
            return;
        }

        if (InitChild((IInternalActorRef)child) is null)
        {
            Publish(new Debug(_self.Path.ToString(), ActorType, $"received Supervise from unregistered child {child.Path}, this will not end well"));
            return;
        }

        if (async && child is RepointableActorRef repointable)
        {
            repointable.Point();
        }

        PublishLifecycle(ActorType, $"now supervising {child.Path}");
    }

    private void SendAllToDeadLetters(EarliestFirstSystemMessageList messages)
    {
        while (messages.NonEmpty)
        {
            var message = messages.Head;
            messages = messages.Tail;
            message.Unlink();
            SystemImpl.Provider.DeadLetters.Tell(message, Self);
        }
    }
}
