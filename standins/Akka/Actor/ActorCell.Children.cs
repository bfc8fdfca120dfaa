using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Akka.Util.Internal;

namespace Akka.Actor;

public partial class ActorCell
{
    private static long s_uid;

    private readonly Lock _childrenLock = new();
    private readonly Dictionary<string, ChildEntry> _children = new(StringComparer.Ordinal);
    private long _nextName = -1;

    public IActorRef ActorOf(Props props, string name = null)
    {
        ArgumentNullException.ThrowIfNull(props);
        return MakeChild(props, name is null ? null : CheckName(name), isSystemService: false);
    }

    public ActorSelection ActorSelection(string path) => ActorRefFactoryShared.ActorSelection(path, SystemImpl, Self);

    public ActorSelection ActorSelection(ActorPath path) => ActorRefFactoryShared.ActorSelection(path, SystemImpl);

    public IActorRef Child(string name)
    {
        lock (_childrenLock)
            return _children.TryGetValue(name, out var entry) && entry.Stats is { } stats ? stats.Child : Nobody.Instance;
    }

    public IEnumerable<IActorRef> GetChildren() => ChildRefs();

    public void Stop(IActorRef child)
    {
        lock (_childrenLock)
        {
            if (_children.TryGetValue(child.Path.Name, out var entry) && entry.Stats is { } stats && stats.Child.Equals(child))
                entry.Terminating = true;
        }
        ((IInternalActorRef)child).Stop();
    }

    public void ReserveChild(string name)
    {
        lock (_childrenLock)
        {
            if (!_children.TryAdd(name, new ChildEntry()))
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
        }
    }

    /// <summary>A ref that was made outside (a test's) takes the name it has reserved.</summary>
    internal void InitializeChild(IInternalActorRef child)
    {
        lock (_childrenLock)
            _children[child.Path.Name] = new ChildEntry { Stats = new ChildRestartStats(child) };
    }

    internal IActorRef MakeChild(Props props, string name, bool isSystemService)
    {
        name ??= "$" + Interlocked.Increment(ref _nextName).Base64Encode();
        if (_terminating || _terminated)
            throw new InvalidOperationException("Cannot create child while terminating or terminated");
        ReserveChild(name);
        IInternalActorRef child;
        try
        {
            var path = new ChildActorPath(Self.Path, name, NewUid());
            child = SystemImpl.Provider.ActorOf(SystemImpl, props, (IInternalActorRef)Self, path);
        }
        catch
        {
            lock (_childrenLock)
                _children.Remove(name);
            throw;
        }
        InitializeChild(child);
        // A child born while its parent is suspended waits with it.
        if (Mailbox.IsSuspended && _failed)
            child.Suspend();
        child.Start();
        return child;
    }

    internal static long NewUid() => Interlocked.Increment(ref s_uid);

    internal IInternalActorRef GetSingleChild(string name)
    {
        var hash = name.IndexOf('#');
        var found = (IInternalActorRef)Child(hash < 0 ? name : name[..hash]);
        return hash < 0 || found.Path.Uid.ToString(global::System.Globalization.CultureInfo.InvariantCulture) == name[(hash + 1)..] ? found : Nobody.Instance;
    }

    private static string CheckName(string name)
    {
        if (name.Length == 0)
            throw new InvalidActorNameException("Actor name must not be empty.");
        if (!ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(
                $"Illegal actor name [{name}]. Actor paths MUST: not start with `$`, include only ASCII letters and can only contain these special characters: ${new string([.. ActorPath.ValidSymbols])}.");
        }
        return name;
    }

    private IInternalActorRef[] ChildRefs()
    {
        lock (_childrenLock)
            return [.. _children.Values.Where(static e => e.Stats is not null).Select(static e => e.Stats.Child)];
    }

    private ChildRestartStats[] AllStats()
    {
        lock (_childrenLock)
            return [.. _children.Values.Where(static e => e.Stats is not null).Select(static e => e.Stats)];
    }

    private bool HasChildren()
    {
        lock (_childrenLock)
            return _children.Values.Any(static e => e.Stats is not null);
    }

    private bool HasTerminatingChildren()
    {
        lock (_childrenLock)
            return _children.Values.Any(static e => e.Terminating);
    }

    private bool TryGetStats(IActorRef child, out ChildRestartStats stats)
    {
        lock (_childrenLock)
        {
            stats = _children.TryGetValue(child.Path.Name, out var entry) ? entry.Stats : null;
            return stats is not null && stats.Child.Equals(child);
        }
    }

    private bool RemoveChild(IActorRef child)
    {
        lock (_childrenLock)
        {
            return _children.TryGetValue(child.Path.Name, out var entry) && entry.Stats is { } stats && stats.Child.Equals(child)
                && _children.Remove(child.Path.Name);
        }
    }

    private sealed class ChildEntry
    {
        internal ChildRestartStats Stats { get; init; }

        internal bool Terminating { get; set; }
    }
}
