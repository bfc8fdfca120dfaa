using System;
using System.Threading;
using Akka.Actor;
using Akka.Event;

namespace Akka.Dispatch;

/// <summary>A dispatcher on an executor that is made on first use.</summary>
public class Dispatcher : MessageDispatcher
{
    private readonly ExecutorServiceFactory _factory;
    private readonly Lock _gate = new();
    private volatile ExecutorService _executor;

    public Dispatcher(
        MessageDispatcherConfigurator configurator,
        string id,
        int throughput,
        long? throughputDeadlineTime,
        ExecutorServiceFactory executorServiceFactory,
        TimeSpan shutdownTimeout)
        : base(configurator)
    {
        _factory = executorServiceFactory;
        Id = id;
        Throughput = throughput;
        ThroughputDeadlineTime = throughputDeadlineTime;
        ShutdownTimeout = shutdownTimeout;
    }

    protected override void ExecuteTask(IRunnable run)
    {
        try
        {
            (_executor ?? MakeExecutor()).Execute(run);
        }
        catch (RejectedExecutionException)
        {
            // It was shut down between our reading it and using it.
            try
            {
                MakeExecutor().Execute(run);
            }
            catch (RejectedExecutionException twice)
            {
                EventStream.Publish(new Error(twice, GetType().FullName, GetType(), "Schedule(IRunnable) was rejected twice!"));
                throw;
            }
        }
    }

    protected override void Shutdown()
    {
        lock (_gate)
        {
            _executor?.Shutdown();
            _executor = null;
        }
    }

    private ExecutorService MakeExecutor()
    {
        lock (_gate)
        {
            return _executor ??= _factory.Produce(Id);
        }
    }
}

/// <summary>A dispatcher for one actor only.</summary>
public sealed class PinnedDispatcher(
    MessageDispatcherConfigurator configurator,
    string id,
    int throughput,
    long? throughputDeadlineTime,
    ExecutorServiceFactory executorServiceFactory,
    TimeSpan shutdownTimeout)
    : Dispatcher(configurator, id, throughput, throughputDeadlineTime, executorServiceFactory, shutdownTimeout)
{
    private ActorCell _owner;

    internal override void Register(ActorCell actor)
    {
        var owner = Interlocked.CompareExchange(ref _owner, actor, null);
        if (owner is not null && owner != actor)
        {
            throw new InvalidOperationException($"Cannot register to anyone but {owner}");
        }

        base.Register(actor);
    }

    internal override void Unregister(ActorCell actor)
    {
        base.Unregister(actor);
        Volatile.Write(ref _owner, null);
    }
}

/// <summary>A dispatcher for one actor, on the synchronization context it was made in.</summary>
public sealed class CurrentSynchronizationContextDispatcher : Dispatcher
{
    private ActorCell _owner;

    public CurrentSynchronizationContextDispatcher(
        MessageDispatcherConfigurator configurator,
        string id,
        int throughput,
        long? throughputDeadlineTime,
        ExecutorServiceFactory executorServiceFactory,
        TimeSpan shutdownTimeout)
        : base(configurator, id, throughput, throughputDeadlineTime, executorServiceFactory, shutdownTimeout)
    {
        // The executor has to be made here and now: later the context is another one.
        ExecuteTask(new ActionRunnable(static () => { }));
    }

    internal override void Register(ActorCell actor)
    {
        var owner = Interlocked.CompareExchange(ref _owner, actor, null);
        if (owner is not null && owner != actor)
        {
            throw new InvalidOperationException($"Cannot register to anyone but {owner}");
        }

        base.Register(actor);
    }

    internal override void Unregister(ActorCell actor)
    {
        base.Unregister(actor);
        Volatile.Write(ref _owner, null);
    }
}
