using System;
using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Dispatch;

/// <summary>A system's dispatchers by the path of their configuration.</summary>
public sealed class Dispatchers
{
    public const string DefaultDispatcherId = "akka.actor.default-dispatcher";
    public const string DefaultBlockingDispatcherId = "akka.actor.default-blocking-io-dispatcher";
    public const string SynchronizedDispatcherId = "akka.actor.synchronized-dispatcher";
    internal const string InternalDispatcherId = "akka.actor.internal-dispatcher";

    private const int MaxAliasDepth = 20;

    private readonly ILoggingAdapter _logger;
    private readonly ConcurrentDictionary<string, MessageDispatcherConfigurator> _configurators = new();

    public Dispatchers(ActorSystem system, IDispatcherPrerequisites prerequisites, ILoggingAdapter logger)
    {
        _logger = logger;
        Prerequisites = prerequisites;
        DefaultGlobalDispatcher = Lookup(DefaultDispatcherId);
        InternalDispatcher = Lookup(InternalDispatcherId);
    }

    public MessageDispatcher DefaultGlobalDispatcher { get; }

    public IDispatcherPrerequisites Prerequisites { get; private set; }

    public Config DefaultDispatcherConfig => IdConfig(DefaultDispatcherId).WithFallback(Root.GetConfig(DefaultDispatcherId));

    internal MessageDispatcher InternalDispatcher { get; }

    private Config Root => Prerequisites.Settings.Config;

    /// <summary>The section of a dispatcher, aliases followed; empty when there is none.</summary>
    public static Config GetConfig(Config config, string id, int depth = 0)
    {
        for (; depth <= MaxAliasDepth && config.HasPath(id); depth++)
        {
            var value = config.GetValue(id);
            if (value.IsObject())
            {
                return config.GetConfig(id);
            }

            if (!value.IsString())
            {
                break;
            }

            id = value.GetString();
        }

        return ConfigurationFactory.Empty;
    }

    public MessageDispatcher Lookup(string dispatcherName) => LookupConfigurator(dispatcherName).Dispatcher();

    public bool HasDispatcher(string id) => _configurators.ContainsKey(id) || Root.HasPath(id);

    public bool RegisterConfigurator(string id, MessageDispatcherConfigurator configurator) => _configurators.TryAdd(id, configurator);

    internal void ReloadPrerequisites(IDispatcherPrerequisites prerequisites) => Prerequisites = prerequisites;

    internal MessageDispatcher From(Config cfg) => ConfiguratorFrom(cfg).Dispatcher();

    private static Config IdConfig(string id) => ConfigurationFactory.ParseString($"id: {id}");

    private MessageDispatcherConfigurator LookupConfigurator(string id)
    {
        for (var depth = 0; depth < MaxAliasDepth; depth++)
        {
            if (_configurators.TryGetValue(id, out var configurator))
            {
                return configurator;
            }

            if (!Root.HasPath(id))
            {
                throw new ConfigurationException($"Dispatcher {id} not configured.");
            }

            var value = Root.GetValue(id);
            if (value.IsObject())
            {
                return _configurators.GetOrAdd(id, ConfiguratorFrom(Section(id)));
            }

            if (!value.IsString())
            {
                throw new ConfigurationException($"Expected either a dispatcher config or an alias at [{id}] but found [{value}]");
            }

            var actual = value.GetString();
            _logger.Debug($"Dispatcher id [{id}] is an alias, actual dispatcher will be [{actual}]");
            id = actual;
        }

        throw new ConfigurationException($"Could not find a concrete dispatcher config after following {MaxAliasDepth} deep. Is there a circular reference in your config? Last followed Id was [{id}]");
    }

    private Config Section(string id) => IdConfig(id)
        .WithFallback(Root.GetConfig(id))
        .WithFallback(ConfigurationFactory.ParseString($"name: {id[(id.LastIndexOf('.') + 1)..]}"))
        .WithFallback(DefaultDispatcherConfig);

    private MessageDispatcherConfigurator ConfiguratorFrom(Config cfg)
    {
        if (cfg.IsNullOrEmpty())
        {
            throw ConfigurationException.NullOrEmptyConfig<MessageDispatcherConfigurator>();
        }

        if (!cfg.HasPath("id"))
        {
            throw new ConfigurationException($"Missing dispatcher `id` property in config: {cfg.Root}");
        }

        var type = cfg.GetString("type", null);
        var id = cfg.GetString("id", null);
        return type switch
        {
            "Dispatcher" => new DispatcherConfigurator(cfg, Prerequisites),
            "TaskDispatcher" => new DispatcherConfigurator(ConfigurationFactory.ParseString("executor=task-executor").WithFallback(cfg), Prerequisites),
            "ForkJoinDispatcher" => new DispatcherConfigurator(ConfigurationFactory.ParseString("executor=fork-join-executor").WithFallback(cfg), Prerequisites),
            "PinnedDispatcher" => new PinnedDispatcherConfigurator(cfg, Prerequisites),
            "SynchronizedDispatcher" => new CurrentSynchronizationContextDispatcherConfigurator(cfg, Prerequisites),
            null => throw new ConfigurationException($"Could not resolve dispatcher for path {id}. type is null"),
            _ => (MessageDispatcherConfigurator)Activator.CreateInstance(
                Type.GetType(type) ?? throw new ConfigurationException($"Could not resolve dispatcher type {type} for path {id}"), cfg, Prerequisites),
        };
    }
}
