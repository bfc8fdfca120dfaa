using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Where the state of tabs and identities is kept: each has a keeper, a child of its actor. There is one at a time in the cluster.</summary>
internal interface ITabStore
{
    /// <summary>The most bytes that are kept under one key.</summary>
    int MostBytes { get; }

    /// <summary>
    /// The keeper of a key. It reads, and tells its parent <see cref="TabKeeper.Loaded"/>; then it takes <see cref="TabKeeper.Save"/>, and tells
    /// <see cref="TabKeeper.Saved"/> when the newest is safe.
    /// </summary>
    /// <param name="key">Such as <c>tab/alice/mail</c>.</param>
    Props KeeperOf(string key);
}

/// <summary>The messages of a keeper.</summary>
internal static class TabKeeper
{
    /// <summary>What was kept; null for nothing.</summary>
    internal sealed record Loaded(ReadOnlyMemory<byte>? State) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Keep this from now on; null for nothing. A later one replaces an earlier that is not yet safe.</summary>
    internal sealed record Save(long Number, ReadOnlyMemory<byte>? State) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>All up to this number is safe: on a majority of the nodes, or in the journal.</summary>
    internal sealed record Saved(long Number) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>A state in a journal.</summary>
/// <param name="State">Null for nothing.</param>
internal sealed record KeptState(ReadOnlyMemory<byte>? State) : IClusterWire;
