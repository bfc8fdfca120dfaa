using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;

namespace Akka.Actor.Internal;

/// <summary>An actor's children; immutable, swapped whole.</summary>
public interface IChildrenContainer
{
    IReadOnlyCollection<IInternalActorRef> Children { get; }

    IReadOnlyCollection<ChildRestartStats> Stats { get; }

    bool IsTerminating { get; }

    bool IsNormal { get; }

    IChildrenContainer Add(string name, ChildRestartStats stats);

    IChildrenContainer Remove(IActorRef child);

    bool TryGetByName(string name, out IChildStats stats);

    bool TryGetByRef(IActorRef actor, out ChildRestartStats stats);

    IChildrenContainer ShallDie(IActorRef actor);

    IChildrenContainer Reserve(string name);

    IChildrenContainer Unreserve(string name);

    bool Contains(IActorRef actor);
}

/// <summary>Children by name.</summary>
public abstract class ChildrenContainerBase : IChildrenContainer
{
    protected ChildrenContainerBase(IImmutableDictionary<string, IChildStats> children) => InternalChildren = children;

    public virtual bool IsTerminating => false;

    public virtual bool IsNormal => true;

    public IReadOnlyCollection<IInternalActorRef> Children => new Lazily<IInternalActorRef>(InternalChildren.Values.OfType<ChildRestartStats>().Select(static stats => stats.Child));

    public IReadOnlyCollection<ChildRestartStats> Stats => new Lazily<ChildRestartStats>(InternalChildren.Values.OfType<ChildRestartStats>());

    protected IImmutableDictionary<string, IChildStats> InternalChildren { get; }

    public abstract IChildrenContainer Add(string name, ChildRestartStats stats);

    public abstract IChildrenContainer Remove(IActorRef child);

    public abstract IChildrenContainer Reserve(string name);

    public abstract IChildrenContainer ShallDie(IActorRef actor);

    public abstract IChildrenContainer Unreserve(string name);

    public bool TryGetByName(string name, out IChildStats stats) => InternalChildren.TryGetValue(name, out stats);

    public bool TryGetByRef(IActorRef actor, out ChildRestartStats stats)
    {
        stats = InternalChildren.TryGetValue(actor.Path.Name, out var found) && found is ChildRestartStats child && actor.Equals(child.Child)
            ? child
            : null;
        return stats is not null;
    }

    public bool Contains(IActorRef actor) => TryGetByRef(actor, out _);

    /// <summary>As the children never change, they can be looked through when somebody does; mostly nobody does.</summary>
    private sealed class Lazily<T>(IEnumerable<T> all) : IReadOnlyCollection<T>
    {
        public int Count => all.Count();

        public IEnumerator<T> GetEnumerator() => all.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private protected string Listing() => "Children:\n    " + string.Join("\n    ", InternalChildren.Select(static entry => entry.Value is ChildRestartStats stats
        ? $"<{stats.Child.Path.ToStringWithUid()}:{stats.MaxNrOfRetriesCount} retries>"
        : $"<{entry.Key}:{entry.Value}>"));
}

/// <summary>No children.</summary>
public class EmptyChildrenContainer : ChildrenContainerBase
{
    protected EmptyChildrenContainer()
        : base(ImmutableDictionary<string, IChildStats>.Empty)
    {
    }

    public static IChildrenContainer Instance { get; } = new EmptyChildrenContainer();

    public override IChildrenContainer Add(string name, ChildRestartStats stats) => NormalChildrenContainer.Create(InternalChildren.Add(name, stats));

    public override IChildrenContainer Remove(IActorRef child) => this;

    public override IChildrenContainer ShallDie(IActorRef actor) => this;

    public override IChildrenContainer Reserve(string name) => NormalChildrenContainer.Create(InternalChildren.Add(name, ChildNameReserved.Instance));

    public override IChildrenContainer Unreserve(string name) => this;

    public override string ToString() => "No children";
}

/// <summary>The actor has stopped: there will be no children any more.</summary>
public class TerminatedChildrenContainer : EmptyChildrenContainer
{
    private TerminatedChildrenContainer()
    {
    }

    public static new IChildrenContainer Instance { get; } = new TerminatedChildrenContainer();

    public override bool IsTerminating => true;

    public override bool IsNormal => false;

    public override IChildrenContainer Add(string name, ChildRestartStats stats) => this;

    public override IChildrenContainer Reserve(string name) =>
        throw new InvalidOperationException($"Cannot reserve actor name '{name}': already terminated");

    public override string ToString() => "Terminated";
}

/// <summary>Children, none of them about to stop.</summary>
public class NormalChildrenContainer : ChildrenContainerBase
{
    private NormalChildrenContainer(IImmutableDictionary<string, IChildStats> children)
        : base(children)
    {
    }

    public static IChildrenContainer Create(IImmutableDictionary<string, IChildStats> children) =>
        children.Count == 0 ? EmptyChildrenContainer.Instance : new NormalChildrenContainer(children);

    public override IChildrenContainer Add(string name, ChildRestartStats stats) => Create(InternalChildren.SetItem(name, stats));

    public override IChildrenContainer Remove(IActorRef child) => Create(InternalChildren.Remove(child.Path.Name));

    public override IChildrenContainer ShallDie(IActorRef actor) =>
        new TerminatingChildrenContainer(InternalChildren, actor, SuspendReason.UserRequest.Instance);

    public override IChildrenContainer Reserve(string name) => InternalChildren.ContainsKey(name)
        ? throw new InvalidActorNameException($@"Actor name ""{name}"" is not unique!")
        : Create(InternalChildren.SetItem(name, ChildNameReserved.Instance));

    public override IChildrenContainer Unreserve(string name) =>
        TryGetByName(name, out var stats) && stats is ChildNameReserved ? Create(InternalChildren.Remove(name)) : this;

    public override string ToString() => InternalChildren.Count > 20 ? InternalChildren.Count + " children" : Listing();
}

/// <summary>Children of which some are about to stop, and what happens when they have.</summary>
public class TerminatingChildrenContainer : ChildrenContainerBase
{
    public TerminatingChildrenContainer(IImmutableDictionary<string, IChildStats> children, IActorRef toDie, SuspendReason reason)
        : this(children, [toDie], reason)
    {
    }

    public TerminatingChildrenContainer(IImmutableDictionary<string, IChildStats> children, ImmutableHashSet<IActorRef> toDie, SuspendReason reason)
        : base(children)
    {
        ToDie = toDie;
        Reason = reason;
    }

    public ImmutableHashSet<IActorRef> ToDie { get; }

    public SuspendReason Reason { get; }

    public override bool IsTerminating => Reason is SuspendReason.Termination;

    public override bool IsNormal => Reason is SuspendReason.UserRequest;

    public override IChildrenContainer Add(string name, ChildRestartStats stats) => With(InternalChildren.SetItem(name, stats), ToDie);

    public override IChildrenContainer Remove(IActorRef child)
    {
        var left = ToDie.Remove(child);
        return !left.IsEmpty ? With(InternalChildren.Remove(child.Path.Name), left)
            : IsTerminating ? TerminatedChildrenContainer.Instance
            : NormalChildrenContainer.Create(InternalChildren.Remove(child.Path.Name));
    }

    public override IChildrenContainer ShallDie(IActorRef actor) => With(InternalChildren, ToDie.Add(actor));

    public override IChildrenContainer Reserve(string name) =>
        IsTerminating ? throw new InvalidOperationException($@"Cannot reserve actor name ""{name}"". It is terminating.")
        : InternalChildren.ContainsKey(name) ? throw new InvalidActorNameException($@"Actor name ""{name}"" is not unique!")
        : With(InternalChildren.SetItem(name, ChildNameReserved.Instance), ToDie);

    public override IChildrenContainer Unreserve(string name) =>
        InternalChildren.ContainsKey(name) ? With(InternalChildren.Remove(name), ToDie) : this;

    public IChildrenContainer CreateCopyWithReason(SuspendReason reason) => new TerminatingChildrenContainer(InternalChildren, ToDie, reason);

    public override string ToString() => new StringBuilder()
        .Append(InternalChildren.Count > 10 ? InternalChildren.Count + " children" : Listing())
        .Append($"\n{ToDie.Count} children terminating:\n    ")
        .AppendJoin("\n    ", ToDie)
        .ToString();

    private TerminatingChildrenContainer With(IImmutableDictionary<string, IChildStats> children, ImmutableHashSet<IActorRef> toDie) =>
        new(children, toDie, Reason);
}
