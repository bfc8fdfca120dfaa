using System;
using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Has a say when actors are made and taken down.</summary>
public interface IActorProducerPlugin
{
    bool CanBeAppliedTo(Type actorType);

    void AfterIncarnated(ActorBase actor, IActorContext context);

    void BeforeIncarnated(ActorBase actor, IActorContext context);
}

/// <summary>A plugin for all actors unless it says otherwise.</summary>
public abstract class ActorProducerPluginBase : IActorProducerPlugin
{
    public virtual bool CanBeAppliedTo(Type actorType) => true;

    public virtual void AfterIncarnated(ActorBase actor, IActorContext context)
    {
    }

    public virtual void BeforeIncarnated(ActorBase actor, IActorContext context)
    {
    }
}

/// <summary>A plugin for actors of one type.</summary>
public abstract class ActorProducerPluginBase<TActor> : IActorProducerPlugin
    where TActor : ActorBase
{
    public virtual bool CanBeAppliedTo(Type actorType) => typeof(TActor).IsAssignableFrom(actorType);

    void IActorProducerPlugin.AfterIncarnated(ActorBase actor, IActorContext context) => AfterIncarnated(actor as TActor, context);

    void IActorProducerPlugin.BeforeIncarnated(ActorBase actor, IActorContext context) => BeforeIncarnated(actor as TActor, context);

    public virtual void AfterIncarnated(TActor actor, IActorContext context)
    {
    }

    public virtual void BeforeIncarnated(TActor actor, IActorContext context)
    {
    }
}

/// <summary>A system's plugins.</summary>
public class ActorProducerPipelineResolver(Func<ILoggingAdapter> logBuilder)
{
    private readonly Lazy<ILoggingAdapter> _log = new(logBuilder);
    private readonly List<IActorProducerPlugin> _plugins = [new ActorStashPlugin()];
    private readonly ConcurrentDictionary<Type, ActorProducerPipeline> _pipelines = new();

    public int TotalPluginCount => _plugins.Count;

    public bool Register(IActorProducerPlugin plugin) => Insert(_plugins.Count, plugin);

    public bool Insert(int index, IActorProducerPlugin plugin)
    {
        if (IsRegistered(plugin))
        {
            return false;
        }

        _plugins.Insert(index, plugin);
        return true;
    }

    public bool Unregister(IActorProducerPlugin plugin) => _plugins.Remove(plugin);

    public bool IsRegistered(IActorProducerPlugin plugin) => _plugins.Exists(known => known.GetType() == plugin.GetType());

    internal ActorProducerPipeline ResolvePipeline(Type actorType) => _pipelines.GetOrAdd(
        actorType, type => new ActorProducerPipeline(_log, _plugins.Where(plugin => plugin.CanBeAppliedTo(type))));
}

/// <summary>The plugins of one type of actor.</summary>
public class ActorProducerPipeline(Lazy<ILoggingAdapter> log, IEnumerable<IActorProducerPlugin> plugins) : IEnumerable<IActorProducerPlugin>
{
    private readonly List<IActorProducerPlugin> _plugins = [.. plugins];

    public int Count => _plugins.Count;

    public void AfterActorIncarnated(ActorBase actor, IActorContext context)
    {
        foreach (var plugin in _plugins)
        {
            try
            {
                plugin.AfterIncarnated(actor, context);
            }
            catch (Exception cause)
            {
                LogException(actor, cause, "An exception occurred while trying to apply plugin of type {0} to the newly created actor (Type = {1}, Path = {2})", plugin);
            }
        }
    }

    public void BeforeActorIncarnated(ActorBase actor, IActorContext context)
    {
        foreach (var plugin in _plugins)
        {
            try
            {
                plugin.BeforeIncarnated(actor, context);
            }
            catch (Exception cause)
            {
                LogException(actor, cause, "An exception occurred while trying to apply plugin of type {0} to the actor before it's destruction (Type = {1}, Path = {2})", plugin);
            }
        }
    }

    public IEnumerator<IActorProducerPlugin> GetEnumerator() => _plugins.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void LogException(ActorBase actor, Exception cause, string format, IActorProducerPlugin plugin)
    {
        var path = (actor as IInternalActor)?.ActorContext?.Self.Path.ToString() ?? "";
        log.Value.Error(cause, format, plugin.GetType(), actor.GetType(), path);
    }
}
