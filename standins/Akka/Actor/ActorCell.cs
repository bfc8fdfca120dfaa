using System;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Where an actor lives: its mailbox, its children, its behaviour, whom it watches, and how it fails.</summary>
[System.Diagnostics.DebuggerDisplay("{Self,nq}")]
public partial class ActorCell : IUntypedActorContext, ICell
{
    public const int UndefinedUid = 0;

    private readonly IInternalActorRef _self;
    private volatile Mailbox _mailbox;
    private ActorBase _actor;
    private ActorTaskScheduler _taskScheduler;

    public ActorCell(ActorSystemImpl system, IInternalActorRef self, Props props, MessageDispatcher dispatcher, IInternalActorRef parent)
    {
        SystemImpl = system;
        _self = self;
        Props = props;
        Dispatcher = dispatcher;
        Parent = parent;
    }

    public object CurrentMessage { get; internal set; }

    public Mailbox Mailbox => _mailbox;

    public MessageDispatcher Dispatcher { get; private set; }

    public bool IsLocal => true;

    public bool IsTerminated => Mailbox.IsClosed();

    public ActorSystem System => SystemImpl;

    public ActorSystemImpl SystemImpl { get; }

    public Props Props { get; private set; }

    public IActorRef Self => _self;

    IActorRef IActorContext.Parent => Parent;

    public IInternalActorRef Parent { get; private set; }

    public IActorRef Sender { get; private set; }

    public bool HasMessages => Mailbox.HasMessages;

    public int NumberOfMessages => Mailbox.NumberOfMessages;

    public virtual ActorTaskScheduler TaskScheduler
    {
        get
        {
            if (Volatile.Read(ref _taskScheduler) is { } scheduler)
            {
                return scheduler;
            }

            scheduler = new ActorTaskScheduler(this);
            return Interlocked.CompareExchange(ref _taskScheduler, scheduler, null) ?? scheduler;
        }
    }

    internal static ActorCell Current => InternalCurrentActorCellKeeper.Current;

    internal static Props TerminatedProps { get; } = new TerminatedProps();

    internal ActorBase Actor => _actor;

    internal bool ActorHasBeenCleared { get; private set; }

    private Type ActorType => _actor?.GetType() ?? GetType();

    public static IActorRef GetCurrentSelfOrNoSender() => Current?.Self;

    public static IActorRef GetCurrentSenderOrNoSender() => Current?.Sender;

    /// <summary>Gives the cell its mailbox, with the message that makes the actor already in it.</summary>
    public void Init(bool sendSupervise, MailboxType mailboxType)
    {
        var mailbox = MessageDispatcher.CreateMailbox(this, mailboxType);
        ActorInitializationException failure = null;
        if (System.Mailboxes.GetRequiredType(Props.Type) is { } required
            && System.Mailboxes.ProducesMessageQueue(mailboxType.GetType())
            && !required.IsInstanceOfType(mailbox.MessageQueue))
        {
            var got = mailbox.MessageQueue?.GetType().FullName ?? "null";
            failure = new ActorInitializationException(Self, $"Actor [{Self}] requires mailbox type [{required}] got [{got}]");
        }

        SwapMailbox(mailbox);
        mailbox.SetActor(this);
        mailbox.SystemEnqueue(Self, new Create(failure));
        if (sendSupervise)
        {
            Parent.SendSystemMessage(new Supervise(Self, async: false));
        }
    }

    public virtual void Start() => Dispatcher.Attach(this);

    public void Resume(Exception causedByFailure) => SendSystemMessage(new Resume(causedByFailure));

    public void Restart(Exception cause) => SendSystemMessage(new Recreate(cause));

    public void Suspend() => SendSystemMessage(new Suspend());

    public void Stop() => SendSystemMessage(new Terminate());

    public virtual void SendSystemMessage(ISystemMessage systemMessage)
    {
        try
        {
            Dispatcher.SystemDispatch(this, (SystemMessage)systemMessage);
        }
        catch (Exception exception)
        {
            PublishSendFailure(exception);
        }
    }

    public virtual void SendMessage(IActorRef sender, object message) => SendMessage(new Envelope(message, sender, SystemImpl));

    public virtual void SendMessage(Envelope message)
    {
        if (_mailbox is null)
        {
            return;
        }

        try
        {
            Dispatcher.Dispatch(this, message);
        }
        catch (Exception exception)
        {
            PublishSendFailure(exception);
        }
    }

    public ActorSelection ActorSelection(string path) => ActorRefFactoryShared.ActorSelection(path, SystemImpl, Self);

    public ActorSelection ActorSelection(ActorPath path) => ActorRefFactoryShared.ActorSelection(path, SystemImpl);

    /// <summary>Runs something as if in this actor's turn.</summary>
    public void UseThreadContext(Action action)
    {
        var outer = InternalCurrentActorCellKeeper.Current;
        InternalCurrentActorCellKeeper.Current = this;
        try
        {
            action();
        }
        finally
        {
            InternalCurrentActorCellKeeper.Current = outer;
        }
    }

    internal static (string Name, int Uid) GetNameAndUid(string name)
    {
        var hash = name.IndexOf('#');
        return hash < 0 ? (name, UndefinedUid) : (name[..hash], int.Parse(name.AsSpan(hash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    internal Mailbox SwapMailbox(Mailbox mailbox) => Interlocked.Exchange(ref _mailbox, mailbox);

    private static long NewUid() => ThreadLocalRandom.Current.Next(1, int.MaxValue);

    private void Publish(LogEvent logEvent) => System.EventStream.Publish(logEvent);

    private void PublishSendFailure(Exception exception) =>
        Publish(new Error(exception, Parent.ToString(), ActorType, "Swallowing exception during message send"));

    private void PublishLifecycle(Type type, [InterpolatedStringHandlerArgument("")] ref LifecycleText what)
    {
        if (SystemImpl.Settings.DebugLifecycle)
        {
            Publish(new Debug(_self.Path.ToString(), type, what.ToStringAndClear()));
        }
    }

    /// <summary>Made only when somebody wants it: the texts cost more than what they tell of.</summary>
    [InterpolatedStringHandler]
    private ref struct LifecycleText
    {
        private DefaultInterpolatedStringHandler _text;

        public LifecycleText(int literalLength, int formattedCount, ActorCell cell, out bool wanted)
        {
            wanted = cell.SystemImpl.Settings.DebugLifecycle;
            _text = wanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public string ToStringAndClear() => _text.ToStringAndClear();
    }
}
