using System;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;

#nullable disable // As the real package.

namespace Akka.DependencyInjection;

/// <summary>Makes actors whose constructors take services of the application.</summary>
public interface IDependencyResolver
{
    IResolverScope CreateScope();

    T GetService<T>();

    object GetService(Type type);

    Props Props(Type type);

    /// <param name="type">The actor.</param>
    /// <param name="args">Constructor arguments that are not services.</param>
    Props Props(Type type, params object[] args);

    Props Props<T>(params object[] args)
        where T : ActorBase;
}

/// <summary>A resolver whose scoped services end with it.</summary>
public interface IResolverScope : IDisposable
{
    IDependencyResolver Resolver { get; }
}

/// <summary>The resolver of a system, as an extension of it.</summary>
public sealed class DependencyResolver : IExtension
{
    public DependencyResolver(IDependencyResolver resolver) => Resolver = resolver;

    public IDependencyResolver Resolver { get; }

    public static DependencyResolver For(ActorSystem actorSystem) =>
        actorSystem.WithExtension<DependencyResolver, DependencyResolverExtension>();

    public Props Props<T>()
        where T : ActorBase => Resolver.Props<T>();

    public Props Props<T>(params object[] args)
        where T : ActorBase => Resolver.Props<T>(args);

    public Props Props(Type type) => Resolver.Props(type);

    public Props Props(Type type, params object[] args) => Resolver.Props(type, args);
}

/// <summary>Takes the resolver from the system's <see cref="DependencyResolverSetup"/>.</summary>
public sealed class DependencyResolverExtension : ExtensionIdProvider<DependencyResolver>
{
    /// <exception cref="ConfigurationException">The system was made without one.</exception>
    public override DependencyResolver CreateExtension(ExtendedActorSystem system)
    {
        var setup = system.Settings.Setup.Get<DependencyResolverSetup>();
        if (setup.HasValue)
        {
            return new DependencyResolver(setup.Value.DependencyResolver);
        }

        var missing = new ConfigurationException(
            "Unable to find [DependencyResolverSetup] included in ActorSystem settings. "
            + "Please specify one before attempting to use dependency injection inside Akka.NET.");
        system.EventStream.Publish(
            new Error(missing, "Akka.DependencyInjection", typeof(DependencyResolverExtension), missing.Message));
        throw missing;
    }
}

/// <summary>Which resolver a system uses.</summary>
public class DependencyResolverSetup : Setup
{
    private DependencyResolverSetup(IDependencyResolver dependencyResolver) => DependencyResolver = dependencyResolver;

    public IDependencyResolver DependencyResolver { get; }

    public static DependencyResolverSetup Create(IServiceProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new DependencyResolverSetup(new ServiceProviderDependencyResolver(provider));
    }

    public static DependencyResolverSetup Create(IDependencyResolver provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return new DependencyResolverSetup(provider);
    }
}
