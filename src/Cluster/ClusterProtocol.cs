using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>The key of the cluster's actor: <c>IRequiredActor&lt;ClusterBrowser&gt;</c>, on each node that called <c>WithActorBrowserCluster</c>.</summary>
public abstract class ClusterBrowser
{
    private ClusterBrowser()
    {
    }
}

/// <summary>Where work should run. Both are wishes: a node without room is passed over.</summary>
public sealed record Placement
{
    internal static Placement None { get; } = new();

    /// <summary>Work with the same text runs on the same node, such as a site, the name of an identity, or a workspace; null for no wish.</summary>
    public string? Together { get; init; }

    /// <summary>Work with the same text runs on different nodes; null for no wish.</summary>
    public string? Apart { get; init; }

    internal PlacementRequest For(WorkKind kind, string? role = null) => new(kind)
    {
        Together = Together is null ? 0 : PlacementRequest.HashOf(Together),
        Apart = Apart is null ? 0 : PlacementRequest.HashOf(Apart),
        Role = role,
    };
}

/// <summary>
/// Messages to the cluster's actor, <c>IRequiredActor&lt;ClusterBrowser&gt;</c>, besides the browser's own: it takes <see cref="FetchProtocol"/> and
/// <see cref="TabProtocol.OpenTab"/>, and answers as a local browser would. What is under way on a node that is lost fails with <c>NodeLost</c>; an idempotent fetch that
/// had no answer yet is made once more on another node.
/// </summary>
public static partial class ClusterProtocol
{
    /// <summary>A request with a wish where it runs. Answered as the request itself.</summary>
    /// <param name="Request">A request that is placed, such as <see cref="FetchProtocol.Fetch"/>.</param>
    /// <param name="Where">The wish.</param>
    public sealed record Placed(object Request, Placement Where) : INoSerializationVerificationNeeded, IValidated
    {
        object? IValidated.Refusal() => Request is null ? Refuse("Request is null") : Where is null ? Refuse("Where is null") : Request is Placed ? Refuse("Request is a Placed itself") : null;

        private static Akka.Actor.Status.Failure Refuse(string problem) => new(new InvalidMessageException(nameof(Placed), problem));
    }

    /// <summary>
    /// A request to a typed role that may be made twice: if its node is lost before anything of the answer has arrived, it is made once more
    /// on another one. Sent to the role's actor, or given to a <see cref="RoleClient{TRole}"/>. Answered as the request itself.
    /// </summary>
    /// <param name="Request">A message that the role handles.</param>
    public sealed record Repeatable(object Request) : INoSerializationVerificationNeeded, IValidated
    {
        object? IValidated.Refusal() => Request is null ? new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(Repeatable), "Request is null")) : null;
    }

    /// <summary>Asks for the browser nodes that this node knows. Answered by <see cref="Nodes"/>.</summary>
    public sealed record GetNodes : INoSerializationVerificationNeeded;

    /// <summary>The browser nodes.</summary>
    /// <param name="All">In the order in which they became known.</param>
    /// <param name="Waiting">How many requests of this node wait for one.</param>
    public sealed record Nodes(IReadOnlyList<NodeStatus> All, int Waiting) : INoSerializationVerificationNeeded;
}

/// <summary>A browser node, as another node knows it.</summary>
/// <param name="Name">Its address and incarnation.</param>
/// <param name="Address">Its address.</param>
/// <param name="IsLinked">Whether the two have introduced themselves to each other; if not, it gets no work.</param>
/// <param name="IsReachable">Whether the cluster's failure detector reaches it.</param>
/// <param name="IsLeaving">Whether it takes no new work because it leaves.</param>
/// <param name="Free">How much more of each kind of work it can begin: fetches, tabs, commands, images, calls.</param>
/// <param name="IdleProcessor">The idle share of its processors, 0 to 1.</param>
/// <param name="FreeMemory">In bytes.</param>
public sealed record NodeStatus(
    string Name, Address Address, bool IsLinked, bool IsReachable, bool IsLeaving, IReadOnlyList<int> Free, double IdleProcessor, long FreeMemory)
{
    /// <summary>Why the two are not linked, as far as the node has said so: one sentence. Null if it has not, and while they are.</summary>
    public string? Problem { get; init; }
}

/// <summary>The cluster's node that did the work is gone, or the connection to it lost messages. Whether the work was done is not known.</summary>
/// <param name="message">One sentence.</param>
public sealed class NodeLostException(string message) : Exception(message);

/// <summary>No node of the cluster had room within the time that a request waits, or too many requests wait.</summary>
/// <param name="message">One sentence.</param>
public sealed class NodesFullException(string message) : Exception(message);
