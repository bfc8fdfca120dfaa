using Akka.Actor;

namespace ActorBrowser;

/// <summary>What the egress of one world is made with.</summary>
/// <param name="Settings">The configuration.</param>
/// <param name="Launcher">Starts the egress child.</param>
/// <param name="Profile">The profile of its commands.</param>
/// <param name="Rules">Whom they may reach.</param>
/// <param name="Mode">What happens to what no rule decides about.</param>
/// <param name="Audience">The commands.</param>
/// <param name="Resolver">Resolves names.</param>
/// <param name="Permissions">The permission broker.</param>
/// <param name="Secrets">The command's secrets; null for none.</param>
internal sealed record EgressSetup(
    ActorBrowserSettings Settings, IChildLauncher Launcher, string Profile, EgressRules Rules, RefusalMode Mode, EgressAudience Audience, IActorRef Resolver, IActorRef Permissions,
    SessionSecrets? Secrets = null);
