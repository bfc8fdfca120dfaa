using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Rules for hosts where the system keeps no command from the network, as on Windows.</summary>
public sealed class OpenNetworkSpecs
{
    private static readonly SandboxPolicy Networked = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Sandbox.Find(CommandRunners.Networked)!;

    [Theory]
    [InlineData("example.org")]
    [InlineData("!example.org")]
    public void A_rule_for_hosts_is_refused_where_nothing_would_follow_it(string rule)
    {
        var spawn = new Spawn(["x"]) with { Egress = [rule] };
        Assert.Equal(SpawnFailure.Unavailable, CommandRunners.RefusalOfHosts(spawn, isOpen: true)!.Value.Kind);
        Assert.Null(CommandRunners.RefusalOfHosts(spawn, isOpen: false));
        Assert.Null(CommandRunners.RefusalOfHosts(spawn with { Egress = [] }, isOpen: true));
    }

    [Fact]
    public void That_a_command_had_no_network_is_said_only_where_it_had_none()
    {
        Assert.Contains("had no network", CommandRunners.WhyNoEgress(Networked, hasWorld: false, isOpen: false), StringComparison.Ordinal);
        Assert.Null(CommandRunners.WhyNoEgress(Networked, hasWorld: false, isOpen: true));
        Assert.Null(CommandRunners.WhyNoEgress(Networked, hasWorld: true, isOpen: false));
    }
}
