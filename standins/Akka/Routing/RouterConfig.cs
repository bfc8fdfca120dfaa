using System;
using Akka.Actor;
using Akka.Dispatch;
using Akka.Util;

namespace Akka.Routing;

/// <summary>How an actor would be routed. This stand-in has no routers: <see cref="NoRouter"/> is the only one.</summary>
public abstract class RouterConfig : ISurrogated, IEquatable<RouterConfig>
{
    protected RouterConfig()
    {
    }

    protected RouterConfig(string routerDispatcher) => RouterDispatcher = routerDispatcher ?? Dispatchers.DefaultDispatcherId;

    public virtual string RouterDispatcher { get; }

    public virtual RouterConfig WithFallback(RouterConfig routerConfig) => this;

    public virtual void VerifyConfig(ActorPath path)
    {
    }

    public abstract ISurrogate ToSurrogate(ActorSystem system);

    public bool Equals(RouterConfig other) =>
        other is not null && GetType() == other.GetType()
        && (this is NoRouter || RouterDispatcher == other.RouterDispatcher);

    public override bool Equals(object obj) => Equals(obj as RouterConfig);

    public override int GetHashCode() => GetType().GetHashCode();
}

/// <summary>No routing: the actor itself gets its messages.</summary>
public class NoRouter : RouterConfig
{
    protected NoRouter()
    {
    }

    public static NoRouter Instance { get; } = new();

    public override RouterConfig WithFallback(RouterConfig routerConfig) => routerConfig;

    public Props Props(Props routeeProps) => routeeProps.WithRouter(this);

    public override ISurrogate ToSurrogate(ActorSystem system) => new NoRouterSurrogate();

    public class NoRouterSurrogate : ISurrogate
    {
        public ISurrogated FromSurrogate(ActorSystem system) => Instance;
    }
}
