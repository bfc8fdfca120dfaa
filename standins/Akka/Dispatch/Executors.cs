using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The thread pool; work queued by work stays on its thread's own queue.</summary>
internal sealed class ThreadPoolExecutor(string id) : ExecutorService(id)
{
    public override void Execute(IRunnable run) => ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: true);

    public override void Shutdown()
    {
    }
}

/// <summary>Any task scheduler.</summary>
internal sealed class TaskSchedulerExecutor(string id, TaskScheduler scheduler) : ExecutorService(id)
{
    private static readonly Action<object> RunIt = static state => ((IRunnable)state).Run();

    public override void Execute(IRunnable run) => new Task(RunIt, run).Start(scheduler);

    public override void Shutdown()
    {
    }
}

/// <summary>A fixed number of own threads, started with the first work.</summary>
internal sealed class DedicatedThreadsExecutor(string id, int threadCount, bool background) : ExecutorService(id)
{
    private readonly Lock _gate = new();
    private BlockingCollection<IRunnable> _work;

    public override void Execute(IRunnable run)
    {
        lock (_gate)
        {
            if (_work is { IsAddingCompleted: true })
            {
                throw new RejectedExecutionException("ForkJoinExecutor is shutting down");
            }

            if (_work is null)
            {
                _work = [];
                for (var i = 0; i < threadCount; i++)
                {
                    new Thread(Consume) { Name = $"{Id}_{i}", IsBackground = background }.Start();
                }
            }

            _work.Add(run);
        }
    }

    public override void Shutdown()
    {
        lock (_gate)
        {
            (_work ??= []).CompleteAdding();
        }
    }

    private void Consume()
    {
        foreach (var run in _work.GetConsumingEnumerable())
        {
            run.Run();
        }
    }
}

/// <summary>Makes executors with a delegate.</summary>
internal sealed class DelegateExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites, Func<string, ExecutorService> produce)
    : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => produce(id);
}

/// <summary>Makes executors on the default task scheduler.</summary>
internal sealed class DefaultTaskSchedulerExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : ExecutorServiceConfigurator(config, prerequisites)
{
    public override ExecutorService Produce(string id) => new TaskSchedulerExecutor(id, TaskScheduler.Default);
}
