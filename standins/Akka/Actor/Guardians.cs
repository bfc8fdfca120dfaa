using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>The parent of all actors that are made from outside.</summary>
public class GuardianActor : ActorBase, IRequiresMessageQueue<IUnboundedMessageQueueSemantics>
{
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated:
                Context.Stop(Self);
                break;
            case StopChild stop:
                Context.Stop(stop.Child);
                break;
            default:
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                break;
        }

        return true;
    }
}

/// <summary>The parent of the system's own actors. It stops after the user guardian, and after those who asked to be told.</summary>
public class SystemGuardianActor(IActorRef userGuardian) : ActorBase, IRequiresMessageQueue<IUnboundedMessageQueueSemantics>
{
    private readonly HashSet<IActorRef> _hooks = [];
    private bool _terminating;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Terminated terminated when !_terminating && userGuardian.Equals(terminated.ActorRef):
                _terminating = true;
                foreach (var hook in _hooks)
                {
                    hook.Tell(TerminationHook.Instance);
                }

                StopWhenHooksAreDone();
                break;
            case Terminated terminated:
                _hooks.Remove(terminated.ActorRef);
                StopWhenHooksAreDone();
                break;
            case TerminationHookDone when _terminating:
                _hooks.Remove(Sender);
                StopWhenHooksAreDone();
                break;
            case StopChild stop when !_terminating:
                Context.Stop(stop.Child);
                break;
            case RegisterTerminationHook when !_terminating && !ReferenceEquals(Sender, Context.System.DeadLetters):
                _hooks.Add(Sender);
                Context.Watch(Sender);
                break;
            default:
                Context.System.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
                break;
        }

        return true;
    }

    // Guardians keep their children.
    protected override void PreRestart(Exception reason, object message)
    {
    }

    private void StopWhenHooksAreDone()
    {
        if (_terminating && _hooks.Count == 0)
        {
            Context.System.EventStream.StopDefaultLoggers(Context.System);
            Context.Stop(Self);
        }
    }
}

/// <summary>The root of the tree.</summary>
public class RootGuardianActorRef(
    ActorSystemImpl system,
    Props props,
    MessageDispatcher dispatcher,
    MailboxType mailboxType,
    IInternalActorRef supervisor,
    ActorPath path,
    IInternalActorRef deadLetters,
    IReadOnlyDictionary<string, IInternalActorRef> extraNames)
    : LocalActorRef(system, props, dispatcher, mailboxType, supervisor, path)
{
    private IInternalActorRef _tempContainer;

    public override IInternalActorRef Parent => this;

    public void SetTempContainer(IInternalActorRef tempContainer) => _tempContainer = tempContainer;

    public override IInternalActorRef GetSingleChild(string name) => name switch
    {
        "temp" => _tempContainer,
        "deadLetters" => deadLetters,
        _ => extraNames.TryGetValue(name, out var extra) ? extra : base.GetSingleChild(name),
    };
}

/// <summary>The parent of the root: when the root has stopped, the system has.</summary>
public class RootGuardianSupervisor(RootActorPath root, IActorRefProvider provider, TaskCompletionSource<Status> terminationPromise, ILoggingAdapter log)
    : MinimalActorRef
{
    public override ActorPath Path { get; } = root / "_Root-guardian-supervisor";

    public override IActorRefProvider Provider { get; } = provider;

    public Exception CauseOfTermination { get; private set; }

    public override void Stop() => terminationPromise.TrySetResult(
        CauseOfTermination is null ? new Status.Success(null) : new Status.Failure(CauseOfTermination));

    public override void SendSystemMessage(ISystemMessage message)
    {
        switch (message)
        {
            case Failed failed:
                log.Error(failed.Cause, "guardian {0} failed, shutting down!", failed.Child);
                CauseOfTermination = failed.Cause;
                ((IInternalActorRef)failed.Child).Stop();
                break;
            case Supervise:
                break;
            case DeathWatchNotification:
                Stop();
                break;
            default:
                log.Error("{0} received unexpected system message [{1}]", Path, message);
                break;
        }
    }

    protected override void TellInternal(object message, IActorRef sender)
    {
        if (!terminationPromise.Task.IsCompleted)
        {
            log.Error("{0} received unexpected message [{1}]", Path, message ?? throw new InvalidMessageException("Message is null"));
        }
    }
}
