using Akka.Actor;

namespace ActorBrowser;

/// <summary>A reload under way: new children are starting, and the old ones work on. Only for the role's pool.</summary>
/// <param name="asker">Is told how it ended.</param>
/// <param name="path">The assembly that the new children load.</param>
/// <param name="generation">The number of the new children.</param>
internal sealed class PluginReload(IActorRef asker, string path, int generation)
{
    private readonly HashSet<RoleChild> _children = [];
    private int _ready;

    internal string Path => path;

    internal int Generation => generation;

    internal IEnumerable<RoleChild> Children => _children;

    /// <summary>Whether the new children can take over.</summary>
    internal bool IsReady => _ready == _children.Count;

    internal void Add(RoleChild child) => _children.Add(child);

    internal bool Has(RoleChild child) => _children.Contains(child);

    internal void OnReady() => _ready++;

    internal void Succeed(IActorRef role) => asker.Tell(new RoleProtocol.PluginReloaded(path, _ready), role);

    internal void Fail(Exception cause, IActorRef role) => asker.Tell(new Status.Failure(cause), role);
}
