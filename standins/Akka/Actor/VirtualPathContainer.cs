using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Akka.Event;

namespace Akka.Actor;

/// <summary>A place in the tree for references that no actor owns.</summary>
internal class VirtualPathContainer(IActorRefProvider provider, ActorPath path, IInternalActorRef parent, ILoggingAdapter log) : MinimalActorRef
{
    private readonly ConcurrentDictionary<string, IInternalActorRef> _children = new();

    public override IActorRefProvider Provider { get; } = provider;

    public override IInternalActorRef Parent { get; } = parent;

    public override ActorPath Path { get; } = path;

    public ILoggingAdapter Log { get; } = log;

    public bool HasChildren => !_children.IsEmpty;

    public void AddChild(string name, IInternalActorRef actor)
    {
        if (!_children.TryAdd(name, actor))
        {
            Log.Warning("{0} replacing child {1}", name, actor);
            _children[name] = actor;
        }
    }

    public void RemoveChild(string name)
    {
        if (!_children.TryRemove(name, out _))
        {
            Log.Warning("{0} trying to remove non-child {1}", Path, name);
        }
    }

    public void RemoveChild(string name, IActorRef child) => RemoveChild(name);

    public override IActorRef GetChild(IReadOnlyList<string> name) =>
        name.Count == 0 || string.IsNullOrEmpty(name[0]) ? this
        : _children.TryGetValue(name[0], out var child) ? child.GetChild([.. name.Skip(1)])
        : ActorRefs.Nobody;

    public void ForEachChild(Action<IInternalActorRef> action)
    {
        foreach (var child in _children.Values)
        {
            action(child);
        }
    }
}
