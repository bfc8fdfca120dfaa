using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>What the tabs of a browser node share.</summary>
/// <param name="Browser">The node's browser.</param>
/// <param name="Identities">See <see cref="TabIdentities"/>.</param>
/// <param name="Store">Where their state is kept.</param>
/// <param name="Name">The node's name; see <see cref="NodeName"/>.</param>
/// <param name="Settings">The settings of tabs.</param>
/// <param name="Policy">What other nodes may ask for here, also of a tab that was opened on a node with another policy.</param>
internal sealed record TabNode(IActorRef Browser, IActorRef Identities, ITabStore Store, string Name, ClusterTabSettings Settings, ClusterPolicy Policy);
