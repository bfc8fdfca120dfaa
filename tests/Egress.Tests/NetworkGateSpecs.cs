using System.Net;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.EgressTests;

/// <summary>A network child that an attacker controls, played by the test, in front of the real parent: what it reaches.</summary>
public sealed class NetworkGateSpecs : TestKit
{
    private readonly PlayedChildren _children = new(NetworkContract.Name);
    private readonly Akka.TestKit.TestProbe _resolver;
    private IActorRef _gate = ActorRefs.Nobody;

    public NetworkGateSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off") => _resolver = CreateTestProbe();

    private async Task<(IActorRef Fetch, PlayedChildren.Child Child)> StartAsync(string rules = "", FetchInitiator fetching = FetchInitiator.PublicPage)
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.ConfigurationFactory.ParseString($"actorbrowser.network {{ {rules} }}"));
        var supervisor = Sys.ActorOf(ChildSupervisor.Props(NetworkContract.Name, settings, settings.NetworkArgs, _children));
        _gate = Sys.ActorOf(NetworkGate.Props(settings, _resolver));
        var fetch = Sys.ActorOf(FetchCoordinator.Props(settings, supervisor, _gate));
        supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
        var child = await _children.NextAsync();
        // The child may ask for connections once it has a fetch.
        fetch.Tell(new Fetch("http://example.org/") { Initiator = fetching }, _resolver);
        Assert.Equal(MessageType.FetchRequest, (await child.NextAsync()).Type);
        return (fetch, child);
    }

    private static NetworkConnect To(RawServer server) => new(IPAddress.Loopback, server.Port);

    [Fact]
    public async Task A_private_address_is_reached_only_while_a_fetch_is_under_way_that_may_reach_it()
    {
        await using var server = new RawServer(static (_, _) => Task.CompletedTask);
        var (fetch, child) = await StartAsync();
        child.Send(1, To(server));
        Assert.Equal((MessageType.EgressRefused, 1ul, 0), await child.NextAsync());
        fetch.Tell(new Fetch("http://example.org/"), TestActor);
        var (type, id, _) = await child.NextAsync();
        Assert.Equal(MessageType.FetchRequest, type);
        child.Send(3, To(server));
        Assert.Equal((MessageType.EgressConnected, 3ul, 1), await child.NextAsync());
        child.Send(id, new FetchError(FetchErrorKind.Refused, "over"));
        await ExpectMsgAsync<FetchFailed>(Deadline.Long);
        child.Send(4, To(server));
        Assert.Equal((MessageType.EgressRefused, 4ul, 0), await child.NextAsync());
        // The kernel has accepted the one connection; the server learns of it a moment later.
        await AwaitConditionAsync(() => Task.FromResult(server.Accepted == 1), Deadline.Long, Deadline.Often);
    }

    [Fact]
    public async Task With_rules_it_reaches_the_addresses_of_the_names_that_they_grant_on_the_ports_that_they_grant()
    {
        await using var server = new RawServer(static (_, _) => Task.CompletedTask);
        var (_, child) = await StartAsync($"allow-hosts = [\"granted.example:{server.Port} private\"]");
        child.Send(1, To(server));
        Assert.Equal((MessageType.EgressRefused, 1ul, 0), await child.NextAsync());
        child.Send(2, new ResolveName("other.example"));
        Assert.Equal((MessageType.EgressRefused, 2ul, 0), await child.NextAsync());
        child.Send(3, new ResolveName("granted.example"));
        var asked = await _resolver.ExpectMsgAsync<NameResolver.Resolve>(Deadline.Long);
        Assert.Equal("granted.example", asked.Host);
        asked.Asker.Tell(new NameResolver.Resolved(asked.Key, [IPAddress.Loopback], ""));
        Assert.Equal((MessageType.NameResolved, 3ul, 0), await child.NextAsync());
        child.Send(4, To(server));
        Assert.Equal((MessageType.EgressConnected, 4ul, 1), await child.NextAsync());
        child.Send(5, new NetworkConnect(IPAddress.Loopback, server.Port == 1 ? 2 : 1));
        Assert.Equal((MessageType.EgressRefused, 5ul, 0), await child.NextAsync());
        child.Send(6, new NetworkConnect(IPAddress.Parse("127.0.0.2"), server.Port));
        Assert.Equal((MessageType.EgressRefused, 6ul, 0), await child.NextAsync());
        // The kernel has accepted the one connection; the server learns of it a moment later.
        await AwaitConditionAsync(() => Task.FromResult(server.Accepted == 1), Deadline.Long, Deadline.Often);
    }

    [Fact]
    public async Task A_rule_that_denies_wins_over_a_fetch_that_may_reach_all()
    {
        await using var server = new RawServer(static (_, _) => Task.CompletedTask);
        var (_, child) = await StartAsync("deny-hosts = [\"127.0.0.0/8:*\", \"metadata.example\"]", FetchInitiator.Embedder);
        child.Send(1, To(server));
        Assert.Equal((MessageType.EgressRefused, 1ul, 0), await child.NextAsync());
        child.Send(2, new NetworkConnect(IPAddress.Parse("::ffff:127.0.0.1"), server.Port));
        Assert.Equal((MessageType.EgressRefused, 2ul, 0), await child.NextAsync());
        child.Send(3, new ResolveName("METADATA.example."));
        Assert.Equal((MessageType.EgressRefused, 3ul, 0), await child.NextAsync());
        Assert.Equal(0, server.Accepted);
    }

    [Fact]
    public async Task An_id_that_was_used_ends_it()
    {
        var (_, child) = await StartAsync();
        child.Send(5, new NetworkConnect(IPAddress.Loopback, 1));
        Assert.Equal(MessageType.EgressRefused, (await child.NextAsync()).Type);
        child.Send(5, new NetworkConnect(IPAddress.Loopback, 1));
        await child.Killed.WaitAsync(Deadline.Long);
    }

    [Fact]
    public async Task A_question_that_is_withdrawn_has_no_answer_and_the_next_one_has()
    {
        var (_, child) = await StartAsync();
        child.Send(1, new ResolveName("slow.example"));
        var asked = await _resolver.ExpectMsgAsync<NameResolver.Resolve>(Deadline.Long);
        child.Send(1, default(EgressAbandon));
        child.Send(2, new NetworkConnect(IPAddress.Loopback, 1));
        Assert.Equal((MessageType.EgressRefused, 2ul, 0), await child.NextAsync());
        asked.Asker.Tell(new NameResolver.Resolved(asked.Key, [IPAddress.Loopback], ""));
        child.Send(3, new NetworkConnect(IPAddress.Loopback, 1));
        Assert.Equal((MessageType.EgressRefused, 3ul, 0), await child.NextAsync());
    }

    [Fact]
    public async Task A_gate_that_fails_refuses_what_it_had_and_answers_what_comes()
    {
        var (_, child) = await StartAsync();
        child.Send(1, new ResolveName("slow.example"));
        await _resolver.ExpectMsgAsync<NameResolver.Resolve>(Deadline.Long);
        _gate.Tell(Poison.Instance);
        Assert.Equal((MessageType.EgressRefused, 1ul, 0), await child.NextAsync());
        child.Send(2, new NetworkConnect(IPAddress.Loopback, 1));
        Assert.Equal((MessageType.EgressRefused, 2ul, 0), await child.NextAsync());
        child.Send(3, new ResolveName("next.example"));
        await _resolver.ExpectMsgAsync<NameResolver.Resolve>(Deadline.Long);
    }

    [Fact]
    public async Task A_name_that_is_none_is_not_resolved()
    {
        var (_, child) = await StartAsync();
        var names = new[] { "127.0.0.1", "[::1]", "a b", "..", "a\r\nb", "0x7f.1" };
        for (var i = 0; i < names.Length; i++)
        {
            child.Send((ulong)i + 1, new ResolveName(names[i]));
            Assert.Equal((MessageType.EgressRefused, (ulong)i + 1, 0), await child.NextAsync());
        }
        await _resolver.ExpectNoMsgAsync(TimeSpan.Zero);
    }
}
