using System;
using Akka.Actor;
using Akka.Event;

namespace Akka.Dispatch.SysMsg;

/// <summary>What actors tell each other about their lives; never delivered to user code.</summary>
public interface ISystemMessage : INoSerializationVerificationNeeded
{
}

public sealed class Create : ISystemMessage
{
    public Create(ActorInitializationException failure = null) => Failure = failure;

    public ActorInitializationException Failure { get; }
}

public sealed class Recreate : ISystemMessage
{
    public Recreate(Exception cause) => Cause = cause;

    public Exception Cause { get; }
}

public sealed class Suspend : ISystemMessage
{
}

public sealed class Resume : ISystemMessage
{
    public Resume(Exception causedByFailure) => CausedByFailure = causedByFailure;

    public Exception CausedByFailure { get; }
}

public sealed class Terminate : ISystemMessage, IPossiblyHarmful, IDeadLetterSuppression
{
}

public sealed class Supervise : ISystemMessage
{
    public Supervise(IActorRef child, bool async)
    {
        Child = child;
        Async = async;
    }

    public IActorRef Child { get; }

    public bool Async { get; }
}

public sealed class Watch : ISystemMessage
{
    public Watch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        Watchee = watchee;
        Watcher = watcher;
    }

    public IInternalActorRef Watchee { get; }

    public IInternalActorRef Watcher { get; }
}

public sealed class Unwatch : ISystemMessage, IDeadLetterSuppression
{
    public Unwatch(IInternalActorRef watchee, IInternalActorRef watcher)
    {
        Watchee = watchee;
        Watcher = watcher;
    }

    public IInternalActorRef Watchee { get; }

    public IInternalActorRef Watcher { get; }
}

public sealed class Failed : ISystemMessage, IDeadLetterSuppression
{
    public Failed(IActorRef child, Exception cause, long uid)
    {
        Child = child;
        Cause = cause;
        Uid = uid;
    }

    public IActorRef Child { get; }

    public Exception Cause { get; }

    public long Uid { get; }
}

public sealed class DeathWatchNotification : ISystemMessage, IDeadLetterSuppression
{
    public DeathWatchNotification(IActorRef actor, bool existenceConfirmed, bool addressTerminated)
    {
        Actor = actor;
        ExistenceConfirmed = existenceConfirmed;
        AddressTerminated = addressTerminated;
    }

    public IActorRef Actor { get; }

    public bool ExistenceConfirmed { get; }

    public bool AddressTerminated { get; }
}

/// <summary>A continuation of an asynchronous handler, run on the actor's turn.</summary>
public sealed class ActorTaskSchedulerMessage : ISystemMessage
{
    private readonly Action _run;

    internal ActorTaskSchedulerMessage(Action run, object message, IActorRef sender)
    {
        _run = run;
        Message = message;
        Sender = sender;
    }

    internal IActorRef Sender { get; }

    public object Message { get; }

    public void ExecuteTask() => _run();
}
