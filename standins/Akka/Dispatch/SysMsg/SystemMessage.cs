using System;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Event;

namespace Akka.Dispatch.SysMsg;

/// <summary>Put off while the actor waits for its children to stop.</summary>
internal interface IStashWhenWaitingForChildren
{
}

/// <summary>Put off while the actor is suspended.</summary>
internal interface IStashWhenFailed
{
}

/// <summary>What runs an actor's life; goes before all user messages.</summary>
public interface ISystemMessage : INoSerializationVerificationNeeded
{
}

/// <summary>A system message is its own link in a mailbox's list: never send one object twice.</summary>
public abstract class SystemMessage : ISystemMessage
{
    internal SystemMessage Next;

    public bool Unlinked => Next is null;

    public void Unlink() => Next = null;
}

/// <summary>Marks the queue of a mailbox that takes no more.</summary>
public sealed class NoMessage : SystemMessage
{
    public override string ToString() => "NoMessage";
}

/// <summary>Makes the actor.</summary>
public sealed class Create(ActorInitializationException failure = null) : SystemMessage
{
    public ActorInitializationException Failure { get; } = failure;

    public override bool Equals(object obj) => obj is Create other && Equals(Failure, other.Failure);

    public override int GetHashCode() => Failure?.GetHashCode() ?? 0;

    public override string ToString() => "<Create>" + (Failure is null ? "" : " Failure: " + Failure);
}

/// <summary>Restarts the actor.</summary>
public sealed class Recreate(Exception cause) : SystemMessage, IStashWhenWaitingForChildren
{
    public Exception Cause { get; } = cause;

    public override string ToString() => "<Recreate>" + (Cause is null ? "" : " Cause: " + Cause);
}

/// <summary>Stops user messages from being handled.</summary>
public sealed class Suspend : SystemMessage, IStashWhenWaitingForChildren
{
    public override string ToString() => "<Suspend>";
}

/// <summary>Undoes one <see cref="Suspend"/>.</summary>
public sealed class Resume(Exception causedByFailure) : SystemMessage, IStashWhenWaitingForChildren
{
    public Exception CausedByFailure { get; set; } = causedByFailure;

    public override string ToString() => "<Resume>" + (CausedByFailure is null ? "" : " CausedByFailure: " + CausedByFailure);
}

/// <summary>Stops the actor.</summary>
public sealed class Terminate : SystemMessage, IPossiblyHarmful, IDeadLetterSuppression
{
    public override string ToString() => "<Terminate>";
}

/// <summary>Tells a parent of its new child.</summary>
public sealed class Supervise(IActorRef child, bool async) : SystemMessage
{
    public IActorRef Child { get; } = child;

    public bool Async { get; } = async;

    public override string ToString() => $"<Supervise>: {Child}, Async={Async}";
}

/// <summary>Tells a parent that its child failed.</summary>
public sealed class Failed(IActorRef child, Exception cause, long uid) : SystemMessage, IStashWhenFailed
{
    public IActorRef Child { get; } = child;

    public Exception Cause { get; } = cause;

    public long Uid { get; } = uid;

    public override string ToString() => $"<Failed>: {Child} ({Uid}) " + (Cause is null ? "" : ", Cause=" + Cause);
}

/// <summary>Part of the real API; nothing here sends it.</summary>
public sealed class Stop : SystemMessage
{
    public override string ToString() => "<Stop>";
}

/// <summary>Part of the real API; nothing here sends it.</summary>
public sealed class Escalate(Exception reason) : SystemMessage
{
    public Exception Reason { get; } = reason;

    public override string ToString() => "<Escalate>" + (Reason is null ? "" : " Reason: " + Reason);
}

/// <summary>Part of the real API; nothing here sends it.</summary>
public sealed class ActorTask(Task task) : SystemMessage
{
    public Task Task { get; } = task;
}

/// <summary>A step of an asynchronous handler, or the exception that ended one, to be handled in the actor's turn.</summary>
internal sealed class ActorTaskSchedulerMessage : SystemMessage
{
    private readonly ActorTaskScheduler _scheduler;
    private readonly Task _task;

    public ActorTaskSchedulerMessage(ActorTaskScheduler scheduler, Task task, object message)
    {
        _scheduler = scheduler;
        _task = task;
        Message = message;
    }

    public ActorTaskSchedulerMessage(Exception exception, object message)
    {
        Exception = exception;
        Message = message;
    }

    public Exception Exception { get; }

    public object Message { get; }

    public void ExecuteTask() => _scheduler.ExecuteTask(_task);

    public override string ToString() => "<ActorTaskSchedulerMessage>";
}
