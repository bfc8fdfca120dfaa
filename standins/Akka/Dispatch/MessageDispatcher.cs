using System;
using System.Threading;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch.SysMsg;
using Akka.Event;

namespace Akka.Dispatch;

public interface IDispatcherPrerequisites
{
    EventStream EventStream { get; }

    IScheduler Scheduler { get; }

    Settings Settings { get; }

    Mailboxes Mailboxes { get; }
}

public sealed class DefaultDispatcherPrerequisites : IDispatcherPrerequisites
{
    public DefaultDispatcherPrerequisites(EventStream eventStream, IScheduler scheduler, Settings settings, Mailboxes mailboxes)
    {
        EventStream = eventStream;
        Scheduler = scheduler;
        Settings = settings;
        Mailboxes = mailboxes;
    }

    public EventStream EventStream { get; }

    public IScheduler Scheduler { get; }

    public Settings Settings { get; }

    public Mailboxes Mailboxes { get; }
}

public abstract class MessageDispatcherConfigurator
{
    protected MessageDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    {
        Config = config;
        Prerequisites = prerequisites;
    }

    public Config Config { get; }

    public IDispatcherPrerequisites Prerequisites { get; }

    public abstract MessageDispatcher Dispatcher();
}

/// <summary>Runs mailboxes that have something to do.</summary>
public abstract class MessageDispatcher
{
    protected MessageDispatcher(MessageDispatcherConfigurator configurator)
    {
        Configurator = configurator;
        Throughput = Math.Max(1, configurator.Config.GetInt("throughput", 100));
    }

    public MessageDispatcherConfigurator Configurator { get; }

    public string Id { get; protected set; }

    public int Throughput { get; }

    public EventStream EventStream => Configurator.Prerequisites.EventStream;

    public Mailboxes Mailboxes => Configurator.Prerequisites.Mailboxes;

    public void Schedule(Action run) => ExecuteTask(new ActionRunnable(run));

    public void Schedule(IRunnable run) => ExecuteTask(run);

    protected abstract void ExecuteTask(IRunnable run);

    protected abstract void Shutdown();

    internal void Dispatch(ActorCell cell, in Envelope envelope)
    {
        var mailbox = cell.Mailbox;
        mailbox.Enqueue(envelope);
        if (mailbox.IsClosed)
            mailbox.CleanUp();
        else
            RegisterForExecution(mailbox, true, false);
    }

    internal void SystemDispatch(ActorCell cell, ISystemMessage message)
    {
        var mailbox = cell.Mailbox;
        mailbox.EnqueueSystem(message);
        if (mailbox.IsClosed)
            mailbox.CleanUp();
        else
            RegisterForExecution(mailbox, false, true);
    }

    internal void RegisterForExecution(Mailbox mailbox, bool hasMessageHint, bool hasSystemMessageHint)
    {
        if (mailbox.TrySchedule())
            ExecuteTask(mailbox);
    }

    internal void ShutdownNow() => Shutdown();
}

internal sealed class ActionRunnable(Action action) : IRunnable
{
    public void Run() => action();
}

/// <summary>The shared .NET thread pool.</summary>
public class ThreadPoolDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly MessageDispatcher _instance;

    public ThreadPoolDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites) =>
        _instance = new ThreadPoolDispatcher(this);

    public override MessageDispatcher Dispatcher() => _instance;
}

internal sealed class ThreadPoolDispatcher(MessageDispatcherConfigurator configurator) : MessageDispatcher(configurator)
{
    protected override void ExecuteTask(IRunnable run)
    {
        // From a pool thread the local queue is the cheapest hand-over, and the one whose caches are warm.
        if (run is IThreadPoolWorkItem item)
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
        else
            ThreadPool.UnsafeQueueUserWorkItem(static r => r.Run(), run, preferLocal: true);
    }

    protected override void Shutdown()
    {
    }
}

/// <summary>Runs on the synchronization context of whoever made the system.</summary>
public class CurrentSynchronizationContextDispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly MessageDispatcher _instance;

    public CurrentSynchronizationContextDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites) : base(config, prerequisites) =>
        _instance = new ContextDispatcher(this, SynchronizationContext.Current ?? new SynchronizationContext());

    public override MessageDispatcher Dispatcher() => _instance;

    private sealed class ContextDispatcher(MessageDispatcherConfigurator configurator, SynchronizationContext context) : MessageDispatcher(configurator)
    {
        protected override void ExecuteTask(IRunnable run) => context.Post(static r => ((IRunnable)r).Run(), run);

        protected override void Shutdown()
        {
        }
    }
}
