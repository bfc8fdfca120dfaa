using System.Collections.Concurrent;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>What the tabs of a browser node share.</summary>
/// <param name="Browser">The node's browser.</param>
/// <param name="Identities">See <see cref="TabIdentities"/>.</param>
/// <param name="Store">Where their state is kept.</param>
/// <param name="Name">The node's name; see <see cref="NodeName"/>.</param>
/// <param name="Settings">The settings of tabs.</param>
/// <param name="Policy">What other nodes may ask for here, also of a tab that was opened on a node with another policy.</param>
internal sealed record TabNode(IActorRef Browser, IActorRef Identities, ITabStore Store, string Name, ClusterTabSettings Settings, ClusterPolicy Policy)
{
    /// <summary>Counts the tabs that live here.</summary>
    internal TabCount Count { get; } = new(Settings.Max);

    /// <summary>The names that were looked for here and never opened.</summary>
    internal required UnopenedTabs Unopened { get; init; }
}

/// <summary>The names of which a node knows that nobody has opened them, although somebody looks for them. Thread-safe.</summary>
internal sealed class UnopenedTabs
{
    private readonly ConcurrentDictionary<string, bool> _names = new(StringComparer.Ordinal);

    internal void Add(string entityId) => _names[entityId] = true;

    internal void Remove(string entityId) => _names.TryRemove(entityId, out _);

    internal bool Contains(string entityId) => _names.ContainsKey(entityId);
}

/// <summary>How many tabs live on a node, used or not. Thread-safe.</summary>
/// <param name="most">The most; a new one beyond is refused, but none that was opened before.</param>
internal sealed class TabCount(int most)
{
    private int _now;

    /// <summary>Counts a new tab, if there is room.</summary>
    internal bool TryAdd()
    {
        if (Interlocked.Increment(ref _now) <= most)
            return true;
        Remove();
        return false;
    }

    /// <summary>Counts a tab that was opened before, here or on another node.</summary>
    internal void Add() => Interlocked.Increment(ref _now);

    internal void Remove() => Interlocked.Decrement(ref _now);
}
