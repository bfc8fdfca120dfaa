using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Akka.Actor.Internal;
using Akka.Dispatch;
using Akka.Util;

namespace Akka.Actor;

public partial class ActorCell
{
    private volatile IChildrenContainer _children = EmptyChildrenContainer.Instance;
    private long _randomNames = -1;

    public IChildrenContainer ChildrenContainer => _children;

    protected bool IsNormal => _children.IsNormal;

    protected bool IsTerminating => _children.IsTerminating;

    private bool IsWaitingForChildren => _children is TerminatingChildrenContainer { Reason: SuspendReason.IWaitingForChildren };

    IEnumerable<IActorRef> IActorContext.GetChildren() => GetChildren();

    public IEnumerable<IInternalActorRef> GetChildren() => _children.Children;

    IActorRef IActorContext.Child(string name) =>
        _children.TryGetByName(name, out var found) && found is ChildRestartStats stats ? stats.Child : ActorRefs.Nobody;

    [Obsolete("Use TryGetChildStatsByName [0.7.1]", true)]
    public IInternalActorRef GetChildByName(string name) => GetSingleChild(name);

    public bool TryGetChildStatsByName(string name, out IChildStats child) => _children.TryGetByName(name, out child);

    /// <summary>A child by name, or by <c>name#uid</c>.</summary>
    public IInternalActorRef GetSingleChild(string name)
    {
        var (plain, uid) = GetNameAndUid(name);
        return _children.TryGetByName(plain, out var found) && found is ChildRestartStats stats && (uid == UndefinedUid || uid == stats.Uid)
            ? stats.Child
            : ActorRefs.Nobody;
    }

    public virtual IActorRef AttachChild(Props props, bool isSystemService, string name = null) =>
        MakeChild(props, name is null ? RandomName() : Checked(name), async: true, isSystemService);

    public virtual IActorRef ActorOf(Props props, string name = null) =>
        MakeChild(props, name is null ? RandomName() : Checked(name), async: false, systemService: false);

    public void Stop(IActorRef child)
    {
        if (_children.Contains(child) && child is not RepointableActorRef { IsStarted: false })
        {
            Change(static (children, child) => children.ShallDie(child), child);
        }

        ((IInternalActorRef)child).Stop();
    }

    public void ReserveChild(string name) => Change(static (children, name) => children.Reserve(name), name);

    /// <summary>Puts a child under its reserved name; null when the name was not reserved.</summary>
    public ChildRestartStats InitChild(IInternalActorRef actor)
    {
        while (true)
        {
            var children = _children;
            if (!children.TryGetByName(actor.Path.Name, out var found))
            {
                return null;
            }

            if (found is ChildRestartStats known)
            {
                return known;
            }

            var stats = new ChildRestartStats(actor);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _children, children.Add(actor.Path.Name, stats), children), children))
            {
                return stats;
            }
        }
    }

    protected void UnreserveChild(string name) => Change(static (children, name) => children.Unreserve(name), name);

    protected bool TryGetChildStatsByRef(IActorRef actor, out ChildRestartStats child) => _children.TryGetByRef(actor, out child);

    /// <summary>Says what the wait for stopping children is for; false when there is nobody to wait for.</summary>
    protected bool SetChildrenTerminationReason(SuspendReason reason)
    {
        while (_children is TerminatingChildrenContainer children)
        {
            if (ReferenceEquals(Interlocked.CompareExchange(ref _children, children.CreateCopyWithReason(reason), children), children))
            {
                return true;
            }
        }

        return false;
    }

    protected void SetTerminated() => Interlocked.Exchange(ref _children, TerminatedChildrenContainer.Instance);

    /// <summary>Removes a stopped child; when it was the last to wait for, says what the wait was for.</summary>
    protected SuspendReason RemoveChildAndGetStateChange(IActorRef child)
    {
        var reason = (_children as TerminatingChildrenContainer)?.Reason;
        var children = Change(static (children, child) => children.Remove(child), child);
        return children is TerminatingChildrenContainer ? null : reason;
    }

    private static string Checked(string name) =>
        name.Length == 0 ? throw new InvalidActorNameException("Actor name must not be empty.")
        : !ActorPath.IsValidPathElement(name) ? throw new InvalidActorNameException($"Illegal actor name [{name}]. {ActorPath.ValidActorNameDescription}")
        : name;

    private string RandomName() => Interlocked.Increment(ref _randomNames).Base64Encode("$");

    private IChildrenContainer Change<TState>(Func<IChildrenContainer, TState, IChildrenContainer> change, TState state)
    {
        while (true)
        {
            var children = _children;
            var changed = change(children, state);
            if (ReferenceEquals(Interlocked.CompareExchange(ref _children, changed, children), children))
            {
                return changed;
            }
        }
    }

    private IInternalActorRef MakeChild(Props props, string name, bool async, bool systemService)
    {
        if (IsTerminating)
        {
            throw new InvalidOperationException("Cannot create child while terminating or terminated");
        }

        ReserveChild(name);
        IInternalActorRef child;
        try
        {
            var path = new ChildActorPath(Self.Path, name, NewUid());
            child = SystemImpl.Provider.ActorOf(SystemImpl, props, _self, path, systemService, deploy: null, lookupDeploy: true, async: async);
        }
        catch
        {
            UnreserveChild(name);
            throw;
        }

        // A child of a failed actor waits as long as its parent does.
        for (var suspensions = Mailbox is not null && IsFailed ? Mailbox.SuspendCount() : 0; suspensions > 0; suspensions--)
        {
            child.Suspend();
        }

        InitChild(child);
        child.Start();
        return child;
    }

    private void SuspendChildren(IReadOnlyCollection<IActorRef> exceptFor = null)
    {
        foreach (var child in _children.Children)
        {
            if (exceptFor is null || !exceptFor.Contains(child))
            {
                child.Suspend();
            }
        }
    }

    private void ResumeChildren(Exception causedByFailure, IActorRef perpetrator)
    {
        foreach (var child in _children.Children)
        {
            child.Resume(perpetrator is not null && child.Equals(perpetrator) ? causedByFailure : null);
        }
    }

    private void StopChildren()
    {
        foreach (var child in _children.Children)
        {
            Stop(child);
        }
    }
}
