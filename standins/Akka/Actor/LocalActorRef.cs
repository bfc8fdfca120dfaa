using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace Akka.Actor;

public abstract class ActorRefWithCell : InternalActorRefBase
{
    public abstract ICell Underlying { get; }

    public abstract IEnumerable<IActorRef> Children { get; }

    public abstract IInternalActorRef GetSingleChild(string name);
}

/// <summary>The handle of an actor in this process.</summary>
public class LocalActorRef : ActorRefWithCell, ILocalRef
{
    private readonly ActorSystemImpl _system;

    public LocalActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, MailboxType mailboxType, IInternalActorRef supervisor, ActorPath path)
    {
        _system = system;
        Path = path.Uid == ActorPath.UndefinedUid && path.Depth > 0 ? path.WithUid(ActorCell.NewUid()) : path;
        Supervisor = supervisor;
        Cell = NewActorCell(system, this, props, dispatcher, supervisor);
        if (supervisor is LocalActorRef { Cell: { } parent } && path.Uid == ActorPath.UndefinedUid && path.Depth > 1)
            parent.InitializeChild(this);
    }

    public override ActorPath Path { get; }

    public ActorCell Cell { get; }

    public override ICell Underlying => Cell;

    protected IInternalActorRef Supervisor { get; }

    public override IInternalActorRef Parent => Cell.Parent;

    public override IActorRefProvider Provider => _system.Provider;

    public override bool IsTerminated => Cell.IsTerminated;

    public override bool IsLocal => true;

    public override IEnumerable<IActorRef> Children => Cell.GetChildren();

    public override void Start() => Cell.Start();

    public override void Stop() => Cell.Stop();

    public override void Suspend() => Cell.Suspend();

    public override void Resume(Exception causedByFailure = null) => Cell.Resume(causedByFailure);

    public override void Restart(Exception cause) => Cell.Restart(cause);

    public override void SendSystemMessage(ISystemMessage message) => Cell.SendSystemMessage(message);

    public override IInternalActorRef GetSingleChild(string name) => Cell.GetSingleChild(name);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        IInternalActorRef current = this;
        for (var i = 0; i < name.Count; i++)
        {
            if (current is not LocalActorRef local)
                return current.GetChild([.. name.Skip(i)]);
            current = name[i] switch
            {
                ".." => local.Parent,
                "" => local,
                var child => local.GetSingleChild(child),
            };
        }
        return current;
    }

    protected virtual ActorCell NewActorCell(ActorSystemImpl system, IInternalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef supervisor) =>
        new(system, self, props, dispatcher, supervisor);

    protected override void TellInternal(object message, IActorRef sender) => Cell.SendMessage(message, sender);
}
