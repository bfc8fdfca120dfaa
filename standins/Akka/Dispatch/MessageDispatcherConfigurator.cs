using System;
using System.Threading.Tasks;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>Makes the dispatcher of one configuration section.</summary>
public abstract class MessageDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
{
    public Config Config { get; } = config;

    public IDispatcherPrerequisites Prerequisites { get; } = prerequisites;

    public abstract MessageDispatcher Dispatcher();

    protected ExecutorServiceConfigurator ConfigureExecutor()
    {
        var executor = Config.GetString("executor", null);
        switch (executor)
        {
            case null or "" or "default-executor" or "thread-pool-executor" or "channel-executor":
                return Made(static id => new ThreadPoolExecutor(id));
            case "task-executor":
                return new DefaultTaskSchedulerExecutorConfigurator(Config, Prerequisites);
            case "current-context-executor":
                return Made(static id => new TaskSchedulerExecutor(id, TaskScheduler.FromCurrentSynchronizationContext()));
            case "fork-join-executor":
                return ForkJoin(Config, Prerequisites);
            default:
                var type = Type.GetType(executor)
                    ?? throw new ConfigurationException($"Could not resolve executor service configurator type {executor} for path {Config.GetString("id", "unknown")}");
                return (ExecutorServiceConfigurator)Activator.CreateInstance(type, Config, Prerequisites);
        }
    }

    internal static ExecutorServiceConfigurator ForkJoin(Config config, IDispatcherPrerequisites prerequisites)
    {
        var dedicated = config.GetConfig("dedicated-thread-pool");
        var forkJoin = config.GetConfig("fork-join-executor");
        var (count, background) = !dedicated.IsNullOrEmpty()
            ? (dedicated.GetInt("thread-count", 0), !string.Equals(dedicated.GetString("threadtype", "background"), "foreground", StringComparison.OrdinalIgnoreCase))
            : !forkJoin.IsNullOrEmpty()
                ? (Math.Min(Math.Max(Environment.ProcessorCount, forkJoin.GetInt("parallelism-min", 0)), forkJoin.GetInt("parallelism-max", 0)), true)
                : throw new ConfigurationException($"must define section 'dedicated-thread-pool' OR 'fork-join-executor' for fork-join-executor {config.GetString("id", "unknown")}");
        return new DelegateExecutorConfigurator(config, prerequisites, id => new DedicatedThreadsExecutor(id, count, background));
    }

    private DelegateExecutorConfigurator Made(Func<string, ExecutorService> produce) => new(Config, Prerequisites, produce);
}

/// <summary>One dispatcher for everyone who asks.</summary>
public sealed class DispatcherConfigurator : MessageDispatcherConfigurator
{
    private readonly MessageDispatcher _instance;

    public DispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        if (config.IsNullOrEmpty())
        {
            throw ConfigurationException.NullOrEmptyConfig<DispatcherConfigurator>();
        }

        var deadline = config.GetTimeSpan("throughput-deadline-time", null).Ticks;
        _instance = new Dispatcher(
            this, config.GetString("id", null), config.GetInt("throughput", 0), deadline > 0 ? deadline : null, ConfigureExecutor(), config.GetTimeSpan("shutdown-timeout", null));
    }

    public override MessageDispatcher Dispatcher() => _instance;
}

/// <summary>A dispatcher with one thread for each actor that asks.</summary>
internal sealed class PinnedDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : MessageDispatcherConfigurator(config, prerequisites)
{
    public override MessageDispatcher Dispatcher()
    {
        var deadline = Config.GetTimeSpan("throughput-deadline-time", null).Ticks;
        return new PinnedDispatcher(
            this,
            Config.GetString("id", null),
            Config.GetInt("throughput", 0),
            deadline > 0 ? deadline : null,
            new DelegateExecutorConfigurator(Config, Prerequisites, static id => new DedicatedThreadsExecutor(id, 1, true)),
            Config.GetTimeSpan("shutdown-timeout", null));
    }
}

/// <summary>A dispatcher on the synchronization context of whoever asks.</summary>
internal sealed class CurrentSynchronizationContextDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : MessageDispatcherConfigurator(config, prerequisites)
{
    public override MessageDispatcher Dispatcher()
    {
        var deadline = Config.GetTimeSpan("throughput-deadline-time", null).Ticks;
        return new CurrentSynchronizationContextDispatcher(
            this,
            Config.GetString("id", null),
            Config.GetInt("throughput", 0),
            deadline > 0 ? deadline : null,
            new DelegateExecutorConfigurator(Config, Prerequisites, static id => new TaskSchedulerExecutor(id, TaskScheduler.FromCurrentSynchronizationContext())),
            Config.GetTimeSpan("shutdown-timeout", null));
    }
}
