using System;
using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

#nullable disable // As the real package.

namespace Akka.DependencyInjection;

/// <summary>Resolves from .NET's own container.</summary>
public class ServiceProviderDependencyResolver : IDependencyResolver
{
    public ServiceProviderDependencyResolver(IServiceProvider serviceProvider) => ServiceProvider = serviceProvider;

    public IServiceProvider ServiceProvider { get; }

    public IResolverScope CreateScope() => new ServiceProviderScope(ServiceProvider.CreateScope());

    public T GetService<T>() => ServiceProvider.GetService<T>();

    public object GetService(Type type) => ServiceProvider.GetService(type);

    public Props Props(Type type) => Props(type, []);

    public Props Props(Type type, params object[] args) =>
        typeof(ActorBase).IsAssignableFrom(type)
            ? Actor.Props.CreateBy(new Producer(ServiceProvider, type, args))
            : throw new ArgumentException($"[{type}] does not implement Akka.Actor.ActorBase.", nameof(type));

    public Props Props<T>(params object[] args)
        where T : ActorBase => Props(typeof(T), args);

    private sealed class Producer(IServiceProvider services, Type actorType, object[] args) : IIndirectActorProducer
    {
        public Type ActorType => actorType;

        public ActorBase Produce() => (ActorBase)ActivatorUtilities.CreateInstance(services, actorType, args);

        public void Release(ActorBase actor)
        {
        }
    }
}

/// <summary>A scope of .NET's own container.</summary>
public class ServiceProviderScope : IResolverScope
{
    private readonly IServiceScope _scope;

    public ServiceProviderScope(IServiceScope scope)
    {
        _scope = scope;
        Resolver = new ServiceProviderDependencyResolver(scope.ServiceProvider);
    }

    public IDependencyResolver Resolver { get; }

    public void Dispose()
    {
        _scope.Dispose();
        GC.SuppressFinalize(this);
    }
}
