using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <content>Tabs that are known by name on all nodes.</content>
public static partial class ClusterProtocol
{
    /// <summary>
    /// Reaches a tab of the cluster by its name, from any node, and opens it if there is none. Answered by <see cref="TabProtocol.TabOpened"/>,
    /// whose actor takes every <see cref="TabProtocol"/> command, by <see cref="NoTab"/>, or by a <see cref="Status.Failure"/>. Tabs with one
    /// identity share its cookies and live on one node. <see cref="TabProtocol.Close"/> closes the tab for good; <see cref="LeaveTab"/> does not.
    /// </summary>
    /// <param name="Identity">The identity's name; at most 64 letters, digits, '.', '_' and '-'.</param>
    /// <param name="Tab">The tab's name among those of the identity; likewise.</param>
    public sealed record OpenClusterTab(string Identity, string Tab) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>Whether only a tab that exists is reached. The options below are those of a new tab.</summary>
        public bool MustExist { get; init; }

        /// <summary>See <see cref="TabProtocol.OpenTab.LoadImages"/>.</summary>
        public bool LoadImages { get; init; }

        /// <summary>See <see cref="TabProtocol.OpenTab.Initiator"/>.</summary>
        public FetchInitiator Initiator { get; init; }

        /// <summary>See <see cref="TabProtocol.OpenTab.Scripts"/>; null for the choice of the tab's node.</summary>
        public PageScripts? Scripts { get; init; }

        /// <summary>An actor that gets the tab's events from now on; null for none.</summary>
        public IActorRef? Subscriber { get; init; }

        object? IValidated.Refusal() => (TabName.Problem(nameof(Identity), Identity) ?? TabName.Problem(nameof(Tab), Tab)) is { } problem
            ? new Status.Failure(new InvalidMessageException(nameof(OpenClusterTab), problem))
            : ((IValidated)new TabProtocol.OpenTab { Scripts = Scripts, Initiator = Initiator, Subscriber = Subscriber }).Refusal();
    }

    /// <summary>There is no tab of that name.</summary>
    /// <param name="Identity">The identity.</param>
    /// <param name="Tab">The tab.</param>
    public sealed record NoTab(string Identity, string Tab) : INoSerializationVerificationNeeded;

    /// <summary>To the actor of a tab of the cluster: this node's part ends, and the tab stays. There is no answer; the actor stops.</summary>
    public sealed record LeaveTab : INoSerializationVerificationNeeded;

    /// <summary>Closes a tab for good and forgets what was kept of it. Answered by <see cref="ClusterTabClosed"/> or a <see cref="Status.Failure"/>.</summary>
    /// <param name="Identity">The identity.</param>
    /// <param name="Tab">The tab.</param>
    public sealed record CloseClusterTab(string Identity, string Tab) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>Whether the identity's cookies are forgotten, too. Other tabs of the identity that are open keep theirs until their node loses them.</summary>
        public bool ForgetIdentity { get; init; }

        object? IValidated.Refusal() => (TabName.Problem(nameof(Identity), Identity) ?? TabName.Problem(nameof(Tab), Tab)) is { } problem
            ? new Status.Failure(new InvalidMessageException(nameof(CloseClusterTab), problem)) : null;
    }

    /// <summary>The tab is closed, or there was none.</summary>
    /// <param name="Identity">The identity.</param>
    /// <param name="Tab">The tab.</param>
    public sealed record ClusterTabClosed(string Identity, string Tab) : INoSerializationVerificationNeeded;

    /// <summary>Asks for the tabs of the cluster. Answered by <see cref="ClusterTabs"/>.</summary>
    public sealed record ListClusterTabs : INoSerializationVerificationNeeded;

    /// <summary>The tabs of the cluster.</summary>
    /// <param name="All">In no particular order.</param>
    /// <param name="Silent">The browser nodes that did not answer within three seconds: their tabs are missing.</param>
    public sealed record ClusterTabs(IReadOnlyList<ClusterTab> All, IReadOnlyList<Address> Silent) : INoSerializationVerificationNeeded;
}

/// <summary>A tab of the cluster.</summary>
/// <param name="Identity">Its identity's name.</param>
/// <param name="Tab">Its name among those of the identity.</param>
/// <param name="Node">The node where it lives now.</param>
public sealed record ClusterTab(string Identity, string Tab, Address Node);
