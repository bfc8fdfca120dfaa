using System;
using System.Collections.Generic;
using System.Threading;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;
using Akka.Util;

namespace Akka.Actor;

/// <summary>A system's configuration, read once; see <c>akka.conf</c> for what each means.</summary>
public class Settings
{
    private readonly Config _userConfig;
    private Config _fallbackConfig = ConfigurationFactory.Default();

    public Settings(ActorSystem system, Config config)
        : this(system, config, ActorSystemSetup.Empty)
    {
    }

    public Settings(ActorSystem system, Config config, ActorSystemSetup setup)
    {
        Setup = setup;
        _userConfig = config;
        Config = config.SafeWithFallback(_fallbackConfig);
        System = system;
        var provider = setup.Get<BootstrapSetup>().FlatSelect(static bootstrap => bootstrap.ActorRefProvider).Select(static selection => selection.Fqn);
        ProviderSelectionType = ProviderSelection.GetProvider(provider.HasValue ? provider.Value : Config.GetString("akka.actor.provider", null));
        ProviderClass = ProviderSelectionType.Fqn;
        HasCluster = ProviderSelectionType.HasCluster;
        var providerType = Type.GetType(ProviderClass) ?? throw new ConfigurationException($"'akka.actor.provider' is not a valid type name : '{ProviderClass}'");
        if (!providerType.Implements<IActorRefProvider>())
        {
            throw new ConfigurationException($"'akka.actor.provider' is not a valid actor ref provider: '{ProviderClass}'");
        }

        ConfigVersion = Config.GetString("akka.version", null);
        SupervisorStrategyClass = Config.GetString("akka.actor.guardian-supervisor-strategy", null);
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout", null, allowInfinite: true);
        CreationTimeout = Config.GetTimeSpan("akka.actor.creation-timeout", null);
        UnstartedPushTimeout = Config.GetTimeSpan("akka.actor.unstarted-push-timeout", null);
        SerializeAllMessages = Config.GetBoolean("akka.actor.serialize-messages", false);
        SerializeAllCreators = Config.GetBoolean("akka.actor.serialize-creators", false);
        if (SerializeAllMessages || SerializeAllCreators)
        {
            throw new ConfigurationException("The Akka stand-in does not serialize: akka.actor.serialize-messages and serialize-creators have to be off.");
        }

        EmitActorTelemetry = Config.GetBoolean("akka.actor.telemetry.enabled", false);
        LogLevel = Config.GetString("akka.loglevel", null);
        StdoutLogLevel = Config.GetString("akka.stdout-loglevel", null);
        LogFilter = setup.Get<LogFilterSetup>() is { HasValue: true, Value: var filters } ? filters.CreateEvaluator() : LogFilterEvaluator.NoFilters;
        StdoutLogger = Make("akka.stdout-logger-class", "standard out logger", static () => (MinimalLogger)new StandardOutLogger());
        StdoutLogger.Filter = LogFilter;
        Loggers = Config.GetStringList("akka.loggers", []);
        LoggersDispatcher = Config.GetString("akka.loggers-dispatcher", null);
        LoggerStartTimeout = Config.GetTimeSpan("akka.logger-startup-timeout", null);
        LoggerAsyncStart = Config.GetBoolean("akka.logger-async-start", false);
        LogFormatter = Config.GetString("akka.logger-formatter", null) is { } formatter && Type.GetType(formatter) == typeof(DefaultLogMessageFormatter)
            ? DefaultLogMessageFormatter.Instance
            : Make("akka.logger-formatter", "ILogMessageFormatter", static () => (ILogMessageFormatter)DefaultLogMessageFormatter.Instance);
        LogConfigOnStart = Config.GetBoolean("akka.log-config-on-start", false);
        LogSerializerOverrideOnStart = Config.GetBoolean("akka.log-serializer-override-on-start", true);
        LogDeadLetters = Config.GetString("akka.log-dead-letters", null) switch
        {
            "on" or "true" or "yes" => int.MaxValue,
            "off" or "false" or "no" => 0,
            _ => Config.GetInt("akka.log-dead-letters", 0),
        };
        LogDeadLettersDuringShutdown = Config.GetBoolean("akka.log-dead-letters-during-shutdown", false);
        LogDeadLettersSuspendDuration = Config.GetString("akka.log-dead-letters-suspend-duration", null) == "infinite"
            ? Timeout.InfiniteTimeSpan
            : Config.GetTimeSpan("akka.log-dead-letters-suspend-duration");
        AddLoggingReceive = Config.GetBoolean("akka.actor.debug.receive", false);
        DebugAutoReceive = Config.GetBoolean("akka.actor.debug.autoreceive", false);
        DebugLifecycle = Config.GetBoolean("akka.actor.debug.lifecycle", false);
        FsmDebugEvent = Config.GetBoolean("akka.actor.debug.fsm", false);
        DebugEventStream = Config.GetBoolean("akka.actor.debug.event-stream", false);
        DebugUnhandledMessage = Config.GetBoolean("akka.actor.debug.unhandled", false);
        DebugRouterMisconfiguration = Config.GetBoolean("akka.actor.debug.router-misconfiguration", false);
        DebugTimerScheduler = Config.GetBoolean("akka.actor.debug.log-timers", false);
        Home = Config.GetString("akka.home", "");
        DefaultVirtualNodesFactor = Config.GetInt("akka.actor.deployment.default.virtual-nodes-factor", 0);
        SchedulerClass = Config.GetString("akka.scheduler.implementation", null);
        SchedulerShutdownTimeout = Config.GetTimeSpan("akka.scheduler.shutdown-timeout", null);
        CoordinatedShutdownTerminateActorSystem = Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system");
        CoordinatedShutdownRunByActorSystemTerminate = Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate");
        if (CoordinatedShutdownRunByActorSystemTerminate && !CoordinatedShutdownTerminateActorSystem)
        {
            throw new ConfigurationException("akka.coordinated-shutdown.run-by-actor-system-terminate=on and akka.coordinated-shutdown.terminate-actor-system=off is not a supported configuration combination.");
        }
    }

    public ActorSystem System { get; private set; }

    public Config Config { get; private set; }

    public ActorSystemSetup Setup { get; }

    public bool HasCluster { get; }

    public ProviderSelection ProviderSelectionType { get; }

    public string ConfigVersion { get; private set; }

    public string ProviderClass { get; private set; }

    public string SupervisorStrategyClass { get; private set; }

    public bool SerializeAllMessages { get; private set; }

    public bool SerializeAllCreators { get; private set; }

    public bool EmitActorTelemetry { get; }

    public TimeSpan AskTimeout { get; private set; }

    public TimeSpan CreationTimeout { get; private set; }

    public TimeSpan UnstartedPushTimeout { get; private set; }

    public string LogLevel { get; private set; }

    public string StdoutLogLevel { get; private set; }

    public MinimalLogger StdoutLogger { get; }

    public IList<string> Loggers { get; private set; }

    public string LoggersDispatcher { get; private set; }

    public TimeSpan LoggerStartTimeout { get; private set; }

    public bool LoggerAsyncStart { get; private set; }

    public bool LogConfigOnStart { get; private set; }

    public ILogMessageFormatter LogFormatter { get; }

    public LogFilterEvaluator LogFilter { get; }

    public bool LogSerializerOverrideOnStart { get; private set; }

    public int LogDeadLetters { get; private set; }

    public bool LogDeadLettersDuringShutdown { get; private set; }

    public TimeSpan LogDeadLettersSuspendDuration { get; }

    public bool AddLoggingReceive { get; private set; }

    public bool DebugAutoReceive { get; private set; }

    public bool DebugEventStream { get; private set; }

    public bool DebugUnhandledMessage { get; private set; }

    public bool DebugRouterMisconfiguration { get; private set; }

    public string Home { get; private set; }

    public bool DebugLifecycle { get; private set; }

    public bool DebugTimerScheduler { get; private set; }

    public bool FsmDebugEvent { get; private set; }

    public int DefaultVirtualNodesFactor { get; private set; }

    public string SchedulerClass { get; private set; }

    public TimeSpan SchedulerShutdownTimeout { get; private set; }

    public bool CoordinatedShutdownTerminateActorSystem { get; private set; }

    public bool CoordinatedShutdownRunByActorSystemTerminate { get; private set; }

    /// <summary>Puts defaults below what the user says and above Akka's own.</summary>
    public void InjectTopLevelFallback(Config config)
    {
        if (Config.Contains(config))
        {
            return;
        }

        _fallbackConfig = config.SafeWithFallback(_fallbackConfig);
        Config = _userConfig.SafeWithFallback(_fallbackConfig);
        System?.Dispatchers?.ReloadPrerequisites(new DefaultDispatcherPrerequisites(System.EventStream, System.Scheduler, this, System.Mailboxes));
    }

    public override string ToString() => Config.Root.ToString();

    private T Make<T>(string key, string what, Func<T> byDefault)
    {
        var name = Config.GetString(key, null);
        if (string.IsNullOrWhiteSpace(name))
        {
            return byDefault();
        }

        var type = Type.GetType(name) ?? throw new ArgumentException($"Could not load type of {name} for {what}.");
        return typeof(T).IsAssignableFrom(type)
            ? (T)Activator.CreateInstance(type)
            : throw new ArgumentException($"The type of {what} must be a {typeof(T).Name}.");
    }
}
