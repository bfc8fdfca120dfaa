using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>What a requester hears of a command that asks for more than the policy of its node allows.</summary>
public sealed class DeniedCommandSpecs(CommandNodes nodes) : IClassFixture<CommandNodes>
{
    [Fact]
    public async Task What_the_policy_forbids_is_refused_by_name_however_long_it_is()
    {
        var text = new string('p', 70_000);
        foreach (var (key, spawn) in new (string, Spawn)[]
        {
            ("profiles", new Spawn(["true"]) { Profile = text }), ("folders", new Spawn(["true"]) { Folder = "/" + text }),
            ("environment", new Spawn(["true"]) { Environment = CommandEnvironment.AllowList(text) }),
        })
        {
            var refused = await nodes.Front.Cluster.Ask<SpawnRefused>(spawn, Deadline.Long);
            Assert.Equal(SpawnFailure.Denied, refused.Kind);
            Assert.Contains($"actorbrowser.cluster.policy.command.{key}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("ppp…", refused.Message, StringComparison.Ordinal);
            Assert.InRange(refused.Message.Length, 200, 500);
        }
    }
}
