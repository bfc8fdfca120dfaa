using Akka.Actor;
using Akka.Cluster;

namespace ActorBrowser.Cluster;

/// <summary>
/// The shard regions of other browser nodes, asked for a tab that the own region does not find. A region that asked for a shard's home before the
/// coordinator had learned of a lost node was told the lost node, and sends to it until its own death watch notices: 10 s with Akka's settings.
/// The region that has got the shard knows so at once.
/// </summary>
internal static class OtherRegions
{
    // So that a large cluster is not flooded: any region that has not asked too early leads on.
    private const int Most = 3;

    /// <summary>Sends <paramref name="find"/> in the asking actor's name.</summary>
    /// <param name="context">The asking actor's.</param>
    /// <param name="role">The role of browser nodes.</param>
    /// <param name="find">The tab.</param>
    internal static void Ask(IActorContext context, string role, FindTab find)
    {
        var cluster = Akka.Cluster.Cluster.Get(context.System);
        var state = cluster.State;
        Member[] others = [.. state.Members.Where(member =>
            member.Status is MemberStatus.Up && member.HasRole(role) && member.Address != cluster.SelfAddress && !state.Unreachable.Contains(member))];
        var guardian = context.System.Settings.Config.GetString("akka.cluster.sharding.guardian-name", "sharding");
        Random.Shared.Shuffle(others);
        foreach (var other in others.AsSpan(0, Math.Min(Most, others.Length)))
            context.ActorSelection(new RootActorPath(other.Address) / "system" / guardian / TabRegion.TypeName).Tell(find, context.Self);
    }

    /// <summary>Whether the node that an answer names is the one that has sent it, and a browser node: else any member could send tabs astray.</summary>
    internal static bool IsOf(ActorSystem system, string role, string node, IActorRef sender)
    {
        var address = LinkEnds.Of(sender, system);
        return Akka.Cluster.Cluster.Get(system).State.Members.Any(member => member.Address.Equals(address) && member.HasRole(role) && NodeName.Of(member.UniqueAddress) == node);
    }
}
