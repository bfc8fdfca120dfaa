using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>What a browser node's conversations need.</summary>
/// <param name="Browser">Its browser.</param>
/// <param name="Settings">The settings.</param>
internal sealed record HostedWork(IActorRef Browser, ClusterSettings Settings)
{
    /// <summary>The shard region of tabs; null where there is none.</summary>
    internal IActorRef? Tabs { get; init; }

    /// <summary>The typed roles that the node offers.</summary>
    internal IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The commands that were started for other nodes.</summary>
    internal HostedHandles Handles { get; } = new();

    /// <summary>The actor that does one kind of work for another node.</summary>
    internal Props PropsOf(WorkKind kind, HostedStart start) => kind switch
    {
        WorkKind.Fetch => HostedFetch.Props(start),
        WorkKind.Tab => HostedTab.Props(start),
        WorkKind.Image => HostedImage.Props(start),
        WorkKind.Call => HostedCall.Props(start),
        WorkKind.Command => HostedCommand.Props(start, isQuestion: false),
        WorkKind.Question => HostedCommand.Props(start, isQuestion: true),
        WorkKind.Watch => HostedWatch.Props(start),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}

/// <summary>A conversation that another node has begun.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Link">The actor of the link, on this node.</param>
/// <param name="Asker">The other node.</param>
/// <param name="Work">What it needs.</param>
/// <param name="Parts">Counts the link's unfinished messages.</param>
internal sealed record HostedStart(ulong Id, IActorRef Link, Address Asker, HostedWork Work, PartBudget Parts);
