using System;
using System.Collections.Generic;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Actor;

/// <summary>An actor's life: its behaviour, its children, whom it watches. Touched by one thread at a time.</summary>
public partial class ActorCell : IUntypedActorContext, ICell
{
    private readonly Stack<Receive> _behaviors = new();
    private readonly Props _props;
    private Envelope _current;
    private bool _failed;
    private bool _terminating;
    private bool _terminated;

    public ActorCell(ActorSystemImpl system, IInternalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        SystemImpl = system;
        Self = self;
        _props = props;
        Dispatcher = dispatcher;
        Parent = parent;
        Mailbox = new Mailbox { Dispatcher = dispatcher };
        Mailbox.SetActor(this);
    }

    internal static ActorCell Current => InternalCurrentActorCellKeeper.Current;

    public ActorSystemImpl SystemImpl { get; }

    public ActorSystem System => SystemImpl;

    public IActorRef Self { get; }

    public Props Props => _props;

    public IInternalActorRef Parent { get; }

    IActorRef IActorContext.Parent => Parent;

    public MessageDispatcher Dispatcher { get; }

    public Mailbox Mailbox { get; }

    public bool IsLocal => true;

    public bool IsTerminated => _terminated;

    public bool HasMessages => Mailbox.HasMessages;

    public int NumberOfMessages => Mailbox.NumberOfMessages;

    public object CurrentMessage => _current.Message;

    public IActorRef Sender => _current.Sender ?? SystemImpl.DeadLetters;

    public virtual ActorTaskScheduler TaskScheduler => _taskScheduler ??= new ActorTaskScheduler(this);

    protected ActorBase Actor { get; private set; }

    internal ActorBase CurrentActor => Actor;

    private ActorTaskScheduler _taskScheduler;

    public static IActorRef GetCurrentSelfOrNoSender() => Current is { } cell ? cell.Self : ActorRefs.NoSender;

    public static IActorRef GetCurrentSenderOrNoSender() => Current is { } cell ? cell.Sender : ActorRefs.NoSender;

    public virtual void Start() => SendSystemMessage(new Create());

    public void SendMessage(object message, IActorRef sender) => Dispatcher.Dispatch(this, new Envelope(message, sender));

    public void SendSystemMessage(ISystemMessage message) => Dispatcher.SystemDispatch(this, message);

    public void Suspend() => SendSystemMessage(new Suspend());

    public void Resume(Exception causedByFailure) => SendSystemMessage(new Resume(causedByFailure));

    public void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public void Stop() => SendSystemMessage(new Terminate());

    public void Become(Receive receive)
    {
        if (_behaviors.Count > 0)
            _behaviors.Pop();
        _behaviors.Push(receive);
    }

    public void BecomeStacked(Receive receive) => _behaviors.Push(receive);

    public void UnbecomeStacked()
    {
        if (_behaviors.Count > 1)
            _behaviors.Pop();
    }

    void IUntypedActorContext.Become(UntypedReceive receive) => Become(Wrap(receive));

    void IUntypedActorContext.BecomeStacked(UntypedReceive receive) => BecomeStacked(Wrap(receive));

    internal void BecomeFirst(Receive receive, bool replaceBottom = false)
    {
        if (!replaceBottom)
        {
            _behaviors.Clear();
            _behaviors.Push(receive);
            return;
        }
        // What the constructor itself became stays on top of what it declared.
        var above = _behaviors.ToArray();
        _behaviors.Clear();
        _behaviors.Push(receive);
        for (var i = above.Length - 2; i >= 0; i--)
            _behaviors.Push(above[i]);
    }

    public void UseThreadContext(Action action)
    {
        var before = InternalCurrentActorCellKeeper.Current;
        InternalCurrentActorCellKeeper.Current = this;
        try
        {
            action();
        }
        finally
        {
            InternalCurrentActorCellKeeper.Current = before;
        }
    }

    internal void Invoke(in Envelope envelope)
    {
        _current = envelope;
        var before = InternalCurrentActorCellKeeper.Current;
        InternalCurrentActorCellKeeper.Current = this;
        try
        {
            CancelReceiveTimeoutFor(envelope.Message);
            if (envelope.Message is TimerMessage or NotInfluencing)
            {
                if (!TryUnwrapTimer(envelope.Message is NotInfluencing wrapped ? wrapped.Inner : envelope.Message, out var content))
                    return;
                _current = new Envelope(content, envelope.Sender);
            }
            if (_current.Message is IAutoReceivedMessage)
                AutoReceiveMessage(_current);
            else
                ReceiveMessage(_current.Message);
            _current = default;
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }
        finally
        {
            InternalCurrentActorCellKeeper.Current = before;
            RestartReceiveTimeoutAfter(envelope.Message);
        }
    }

    public void ReceiveMessageForTest(Envelope envelope)
    {
        _current = envelope;
        try
        {
            ReceiveMessage(envelope.Message);
        }
        finally
        {
            _current = default;
        }
    }

    protected internal virtual void AutoReceiveMessage(Envelope envelope)
    {
        if (System.Settings.DebugAutoReceive)
            Publish(new Debug(Self.Path.ToString(), Actor.GetType(), "received AutoReceiveMessage " + envelope));
        switch (envelope.Message)
        {
            case Terminated terminated:
                ReceivedTerminated(terminated);
                break;
            case Kill:
                throw new ActorKilledException("Kill");
            case PoisonPill:
                ((IInternalActorRef)Self).Stop();
                break;
            case Identify identify:
                Sender.Tell(new ActorIdentity(identify.MessageId, Self), Self);
                break;
            case ActorSelectionMessage selection:
                selection.Deliver(this, Sender);
                break;
            default:
                ReceiveMessage(envelope.Message);
                break;
        }
    }

    protected void ReceiveMessage(object message)
    {
        if (Actor is null)
        {
            SystemImpl.DeadLetters.Tell(new DeadLetter(message, Sender, Self), Sender);
            return;
        }
        if (System.Settings.DebugUnhandledMessage && message is null)
            throw new InvalidMessageException();
        Actor.AroundReceive(_behaviors.Peek(), message);
    }

    internal void SystemInvoke(ISystemMessage message)
    {
        var before = InternalCurrentActorCellKeeper.Current;
        InternalCurrentActorCellKeeper.Current = this;
        try
        {
            switch (message)
            {
                case ActorTaskSchedulerMessage task:
                    ExecuteTask(task);
                    break;
                case Create create:
                    OnCreate(create);
                    break;
                case Dispatch.SysMsg.Suspend:
                    SuspendSelf();
                    break;
                case Resume resume:
                    OnResume(resume.CausedByFailure);
                    break;
                case Recreate recreate:
                    OnRecreate(recreate.Cause);
                    break;
                case Terminate:
                    OnTerminate();
                    break;
                case Dispatch.SysMsg.Watch watch:
                    AddWatcher(watch.Watchee, watch.Watcher);
                    break;
                case Dispatch.SysMsg.Unwatch unwatch:
                    RemoveWatcher(unwatch.Watchee, unwatch.Watcher);
                    break;
                case Failed failed:
                    OnFailed(failed);
                    break;
                case DeathWatchNotification notification:
                    WatchedActorTerminated(notification);
                    break;
                case Supervise:
                    break;
                default:
                    throw new NotSupportedException($"Unknown message {message.GetType().Name}");
            }
        }
        catch (Exception e)
        {
            HandleInvokeFailure(e);
        }
        finally
        {
            InternalCurrentActorCellKeeper.Current = before;
        }
    }

    internal void ResumeAfterTask(Exception failure, object message, IActorRef sender)
    {
        _current = default;
        Mailbox.EndAwait();
        if (failure is not null && !_terminated)
        {
            _current = new Envelope(message, sender);
            HandleInvokeFailure(failure);
        }
        RestartReceiveTimeoutAfter(message);
    }

    private void ExecuteTask(ActorTaskSchedulerMessage task)
    {
        var before = _current;
        _current = new Envelope(task.Message, task.Sender);
        task.ExecuteTask();
        _current = before;
    }

    private static Receive Wrap(UntypedReceive receive) => message =>
    {
        receive(message);
        return true;
    };

    private void Publish(LogEvent logged) => SystemImpl.EventStream.Publish(logged);
}
