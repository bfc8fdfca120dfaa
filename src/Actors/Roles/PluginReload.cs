using Akka.Actor;

namespace ActorBrowser;

/// <summary>A reload under way: new children are starting, and the old ones work on. Only for the role's pool.</summary>
/// <param name="Asker">Is told how it ended.</param>
/// <param name="Path">The assembly that the new children load.</param>
/// <param name="Generation">The number of the new children.</param>
internal sealed record PluginReload(IActorRef Asker, string Path, int Generation);
