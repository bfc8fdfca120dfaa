using System;
using Akka.Actor;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Dispatch;

/// <summary>Gives actors their turns.</summary>
public abstract partial class MessageDispatcher(MessageDispatcherConfigurator configurator)
{
    public const int DefaultThroughput = 100;

    public MessageDispatcherConfigurator Configurator { get; } = configurator;

    public EventStream EventStream => Configurator.Prerequisites.EventStream;

    public Mailboxes Mailboxes => Configurator.Prerequisites.Mailboxes;

    public string Id { get; protected set; }

    /// <summary>The longest a turn may take, in ticks; no limit if absent.</summary>
    public long? ThroughputDeadlineTime { get; protected set; }

    /// <summary>The most messages of one turn.</summary>
    public int Throughput { get; set; } = DefaultThroughput;

    /// <summary>How long the executor is kept with nobody to run.</summary>
    public TimeSpan ShutdownTimeout { get; protected set; }

    public void Schedule(Action run) => Schedule(new ActionRunnable(run));

    public void Schedule(IRunnable run)
    {
        AddInhabitants(1);
        ExecuteTask(new CountedRun(this, run));
    }

    public virtual void Dispatch(ActorCell cell, Envelope envelope)
    {
        var mailbox = cell.Mailbox;
        mailbox.Enqueue(cell.Self, envelope);
        RegisterForExecution(mailbox, true, false);
    }

    public virtual void SystemDispatch(ActorCell cell, SystemMessage message)
    {
        var mailbox = cell.Mailbox;
        mailbox.SystemEnqueue(cell.Self, message);
        RegisterForExecution(mailbox, false, true);
    }

    public virtual void Attach(ActorCell cell)
    {
        Register(cell);
        RegisterForExecution(cell.Mailbox, false, true);
    }

    public virtual void Detach(ActorCell cell)
    {
        try
        {
            Unregister(cell);
        }
        finally
        {
            ShutDownIfUnused();
        }
    }

    internal static Mailbox CreateMailbox(ActorCell cell, MailboxType mailboxType) => new(mailboxType.Create(cell.Self, cell.System));

    internal virtual void Register(ActorCell actor) => AddInhabitants(1);

    internal virtual void Unregister(ActorCell actor)
    {
        AddInhabitants(-1);
        var mailbox = actor.SwapMailbox(Mailboxes.DeadLetterMailbox);
        mailbox.BecomeClosed();
        mailbox.CleanUp();
    }

    internal virtual void Suspend(ActorCell actorCell)
    {
        var mailbox = actorCell.Mailbox;
        if (mailbox.Actor == actorCell && mailbox.Dispatcher == this)
        {
            mailbox.Suspend();
        }
    }

    internal virtual void Resume(ActorCell actorCell)
    {
        var mailbox = actorCell.Mailbox;
        if (mailbox.Actor == actorCell && mailbox.Dispatcher == this && mailbox.Resume())
        {
            RegisterForExecution(mailbox, false, false);
        }
    }

    internal bool RegisterForExecution(Mailbox mbox, bool hasMessageHint, bool hasSystemMessageHint)
    {
        if (mbox.CanBeScheduledForExecution(hasMessageHint, hasSystemMessageHint) && mbox.SetAsScheduled())
        {
            ExecuteTask(mbox);
            return true;
        }

        return false;
    }

    protected abstract void ExecuteTask(IRunnable run);

    protected abstract void Shutdown();

    protected void ReportFailure(Exception ex) => EventStream.Publish(new Error(ex, GetType().FullName, GetType(), ex.Message));
}
