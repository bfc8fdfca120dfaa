using System;
using System.Linq;
using Akka.Actor;
using Akka.Configuration;
using Akka.DependencyInjection;
using Akka.Hosting.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Akka.Hosting;

public sealed partial class AkkaConfigurationBuilder
{
    /// <summary>Offers the system, its registry and its actors as services. The system is made when first wanted.</summary>
    internal void Bind()
    {
        _services.AddSingleton(static services =>
            services.GetRequiredService<AkkaConfigurationBuilder>().CreateSystem(services));
        _services.AddSingleton(static services => ActorRegistry.For(services.GetRequiredService<ActorSystem>()));
        _services.AddSingleton<IActorRegistry>(static services => services.GetRequiredService<ActorRegistry>());
        _services.AddSingleton<IReadOnlyActorRegistry>(static services => services.GetRequiredService<ActorRegistry>());
        _services.AddSingleton(typeof(IRequiredActor<>), typeof(RequiredActor<>));
    }

    private ActorSystem CreateSystem(IServiceProvider services)
    {
        AddExtensions();
        if (!Setups.OfType<LoggerFactorySetup>().Any() && services.GetService<ILoggerFactory>() is { } loggers)
        {
            AddSetup(new LoggerFactorySetup(loggers));
        }

        var bootstrap = BootstrapSetup.Create().WithConfig(Configuration.GetOrElse(Config.Empty));
        if (ActorRefProvider.HasValue)
        {
            bootstrap = bootstrap.WithActorRefProvider(ActorRefProvider.Value);
        }

        var setup = Setups.Aggregate(
            bootstrap.And(DependencyResolverSetup.Create(services)), static (all, one) => all.And(one));
        return ActorSystem.Create(_systemName, setup);
    }

    private void AddExtensions()
    {
        if (_extensions.Count == 0)
        {
            return;
        }

        var known = Configuration.GetOrElse(Config.Empty).GetStringList("akka.extensions")
            .Select(static name => Type.GetType(name.Trim()))
            .OfType<Type>();
        var names = _extensions.Concat(known).Distinct().Select(static type => $"\"{type.AssemblyQualifiedName}\"");
        AddHoconConfiguration($"akka.extensions = [{string.Join(", ", names)}]", HoconAddMode.Prepend);
    }
}
