using System;
using System.Collections.Generic;
using System.Linq;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Pattern;

namespace Akka.Actor;

/// <summary>The reference of an actor whose cell is made in its supervisor's turn; messages wait until then.</summary>
public class RepointableActorRef : ActorRefWithCell, IRepointableRef
{
    protected readonly ActorSystemImpl System;
    protected readonly Props Props;
    protected readonly MessageDispatcher Dispatcher;
    protected readonly IInternalActorRef Supervisor;
#pragma warning disable IDE1006 // The name is the real package's.
    protected readonly ActorPath _path;
#pragma warning restore IDE1006
    internal readonly MailboxType MailboxType;

    private volatile ICell _underlying;
    private volatile ICell _lookup;

    public RepointableActorRef(ActorSystemImpl system, Props props, MessageDispatcher dispatcher, MailboxType mailboxType, IInternalActorRef supervisor, ActorPath path)
    {
        System = system;
        Props = props;
        Dispatcher = dispatcher;
        MailboxType = mailboxType;
        Supervisor = supervisor;
        _path = path;
    }

    /// <summary>Where messages go.</summary>
    public override ICell Underlying => _underlying;

    /// <summary>Where children are looked for.</summary>
    public ICell Lookup => _lookup;

    public override bool IsTerminated => Underlying.IsTerminated;

    public override ActorPath Path => _path;

    public override IInternalActorRef Parent => Underlying.Parent;

    public override IActorRefProvider Provider => System.Provider;

    public override bool IsLocal => Underlying.IsLocal;

    public bool IsStarted => Underlying is null
        ? throw new IllegalStateException("IsStarted called before initialized")
        : Underlying is not UnstartedCell;

#pragma warning disable CS0618 // Obsolete for users only.
    public override IEnumerable<IActorRef> Children => Lookup.GetChildren();
#pragma warning restore CS0618

    public RepointableActorRef Initialize(bool async)
    {
        if (_underlying is not null)
        {
            throw new IllegalStateException("initialize called more than once!");
        }

        _lookup = _underlying = new UnstartedCell(System, this, Props, Supervisor);
        Supervisor.SendSystemMessage(new Supervise(this, async));
        if (!async)
        {
            Point();
        }

        return this;
    }

    /// <summary>Makes the cell and moves what has come in the meantime to it.</summary>
    public void Point()
    {
        switch (_underlying)
        {
            case null:
                throw new IllegalStateException("Underlying cell is null");
            case UnstartedCell unstarted:
                var cell = NewCell();
                _lookup = cell;
                cell.Start();
                unstarted.ReplaceWith(cell);
                break;
        }
    }

    public void SwapUnderlying(ICell cell) => _underlying = cell;

    public override void Start()
    {
    }

    public override void Suspend() => Underlying.Suspend();

    public override void Resume(Exception causedByFailure = null) => Underlying.Resume(causedByFailure);

    public override void Stop() => Underlying.Stop();

    public override void Restart(Exception cause) => Underlying.Restart(cause);

    public override void SendSystemMessage(ISystemMessage message) => Underlying.SendSystemMessage(message);

    public override IInternalActorRef GetSingleChild(string name) => Lookup.GetSingleChild(name);

    public override IActorRef GetChild(IReadOnlyList<string> name)
    {
        if (name.Count == 0)
        {
            return this;
        }

        IInternalActorRef next = name[0] switch
        {
            ".." => Parent,
            "" => ActorRefs.Nobody,
            var child => Lookup.GetSingleChild(child),
        };
        return name.Count == 1 || next is Nobody ? next : next.GetChild([.. name.Skip(1)]);
    }

    protected virtual ActorCell NewCell()
    {
        var cell = new ActorCell(System, this, Props, Dispatcher, Supervisor);
        cell.Init(false, MailboxType);
        return cell;
    }

    protected override void TellInternal(object message, IActorRef sender) => _underlying.SendMessage(sender, message);
}
