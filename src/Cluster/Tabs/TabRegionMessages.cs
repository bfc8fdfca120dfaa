using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>To the shard region: where does this tab live? It answers from there with <see cref="TabIsAt"/>. Begins nothing but an empty actor.</summary>
/// <param name="EntityId">See <see cref="TabName.EntityId"/>.</param>
internal sealed record FindTab(string EntityId) : IClusterWire, IDeadLetterSuppression;

/// <summary>The tab lives on this node.</summary>
/// <param name="EntityId">The tab.</param>
/// <param name="Node">The node's name; see <see cref="NodeName"/>.</param>
internal sealed record TabIsAt(string EntityId, string Node) : IClusterWire, IDeadLetterSuppression;

/// <summary>To <see cref="TabDirectory"/> of another node: which tabs live there? Answered by one or more <see cref="TabsHere"/>.</summary>
internal sealed record ListTabs : IClusterWire;

/// <summary>Some of the tabs that live on a node.</summary>
/// <param name="EntityIds">At most <see cref="Most"/>.</param>
/// <param name="IsLast">Whether these are the last.</param>
internal sealed record TabsHere(IReadOnlyList<string> EntityIds, bool IsLast) : IClusterWire, IDeadLetterSuppression
{
    /// <summary>So many that a message stays well below the longest that Akka sends.</summary>
    internal const int Most = 200;
}

/// <summary>To a tab's entity, from the shard region: the shard moves to another node.</summary>
internal sealed class MoveAway : INoSerializationVerificationNeeded, IDeadLetterSuppression
{
    internal static readonly MoveAway Instance = new();
}
