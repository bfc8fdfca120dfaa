using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Annotations;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Util;
using Microsoft.Extensions.DependencyInjection;

namespace Akka.Hosting;

/// <summary>How a fragment of configuration is joined to what is there.</summary>
public delegate Config HoconConfigurator(Config currentConfig, Config configToAdd);

/// <summary>Starts actors and registers them.</summary>
public delegate Task ActorStarter(ActorSystem system, IActorRegistry registry);

/// <summary>As <see cref="ActorStarter"/>, with the application's services at hand.</summary>
public delegate Task ActorStarterWithResolver(ActorSystem system, IActorRegistry registry, IDependencyResolver resolver);

/// <summary>Runs once all actors have been started.</summary>
public delegate Task StartupTask(ActorSystem system, IActorRegistry registry);

/// <summary>Where added configuration goes: it yields to what is there (Append) or overrides it.</summary>
public enum HoconAddMode
{
    Append,
    Prepend,
    Replace,
}

/// <summary>Collects what a hosted actor system is made of. Once it has started, further calls change nothing.</summary>
public sealed partial class AkkaConfigurationBuilder
{
    [InternalApi]
    public readonly HashSet<Setup> Setups = [];

    private readonly IServiceCollection _services;
    private readonly string _systemName;
    private readonly List<Type> _extensions = [];
    private readonly List<ActorStarter> _starters = [];
    private readonly List<StartupTask> _startupTasks = [];
    private bool _started;

    public AkkaConfigurationBuilder(IServiceCollection serviceCollection, string actorSystemName)
    {
        _services = serviceCollection;
        _systemName = actorSystemName;
    }

    public Option<ProviderSelection> ActorRefProvider { get; private set; } = Option<ProviderSelection>.None;

    public Option<Config> Configuration { get; private set; } = Option<Config>.None;

    public AkkaConfigurationBuilder StartActors(ActorStarter starter) => Unless(_started, () => _starters.Add(starter));

    public AkkaConfigurationBuilder StartActors(ActorStarterWithResolver starter) =>
        StartActors((system, registry) => starter(system, registry, DependencyResolver.For(system).Resolver));

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry> starter) =>
        StartActors((ActorStarter)((system, registry) => Done(() => starter(system, registry))));

    public AkkaConfigurationBuilder StartActors(Action<ActorSystem, IActorRegistry, IDependencyResolver> starter) =>
        StartActors((ActorStarterWithResolver)((system, registry, resolver) => Done(() => starter(system, registry, resolver))));

    public AkkaConfigurationBuilder AddStartup(StartupTask startupTask) =>
        Unless(_started, () => _startupTasks.Add(startupTask));

    public AkkaConfigurationBuilder AddStartup(Action<ActorSystem, IActorRegistry> startupTask) =>
        AddStartup((StartupTask)((system, registry) => Done(() => startupTask(system, registry))));

    /// <exception cref="ConfigurationException">One of them is no extension that can be made.</exception>
    public AkkaConfigurationBuilder WithExtensions(params Type[] extensions)
    {
        foreach (var extension in extensions)
        {
            if (!typeof(IExtensionId).IsAssignableFrom(extension))
            {
                throw new ConfigurationException($"Type must extends {nameof(IExtensionId)}: [{extension.FullName}]");
            }

            if (extension.IsAbstract || !extension.IsClass)
            {
                throw new ConfigurationException("Type class must not be abstract or static");
            }

            if (!_extensions.Contains(extension))
            {
                _extensions.Add(extension);
            }
        }

        return this;
    }

    public AkkaConfigurationBuilder WithExtension<T>()
        where T : IExtensionId => WithExtensions(typeof(T));

    internal AkkaConfigurationBuilder AddSetup(Setup setup)
    {
        switch (setup)
        {
            case var _ when _started:
            case DependencyResolverSetup:
                // The host's own services are the ones.
                break;
            case BootstrapSetup bootstrap:
                if (bootstrap.Config.HasValue)
                {
                    Configuration = Configuration.HasValue
                        ? bootstrap.Config.Value.WithFallback(Configuration.Value)
                        : bootstrap.Config;
                }

                ActorRefProvider = bootstrap.ActorRefProvider;
                break;
            default:
                Setups.Add(setup);
                break;
        }

        return this;
    }

    internal AkkaConfigurationBuilder WithActorRefProvider(ProviderSelection provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return Unless(_started, () => ActorRefProvider = provider);
    }

    internal AkkaConfigurationBuilder AddHoconConfiguration(Config newHocon, HoconAddMode addMode)
    {
        ArgumentNullException.ThrowIfNull(newHocon);
        var current = Configuration.GetOrElse(Config.Empty);
        var joined = addMode switch
        {
            HoconAddMode.Append => current.WithFallback(newHocon),
            HoconAddMode.Prepend or HoconAddMode.Replace => newHocon.WithFallback(current),
            _ => throw new ArgumentOutOfRangeException(nameof(addMode), addMode, null),
        };
        return Unless(_started, () => Configuration = joined);
    }

    /// <summary>Starts the actors one after the other, then runs the tasks.</summary>
    internal async Task StartAsync(ActorSystem system)
    {
        if (_started)
        {
            return;
        }

        _started = true;
        var registry = ActorRegistry.For(system);
        foreach (var starter in _starters)
        {
            await starter(system, registry).ConfigureAwait(false);
        }

        foreach (var task in _startupTasks)
        {
            await task(system, registry).ConfigureAwait(false);
        }
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private AkkaConfigurationBuilder Unless(bool condition, Action change)
    {
        if (!condition)
        {
            change();
        }

        return this;
    }
}
