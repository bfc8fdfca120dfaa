using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>Nodes that introduce themselves again and again, or with another secret.</summary>
public sealed class LinkCrowdSpecs : TestKit
{
    private const string Secret = "between us";

    private static readonly Address s_crowd = Address.Parse("akka.tcp://cluster@crowd:1");
    private static readonly Address s_other = Address.Parse("akka.tcp://cluster@other:1");

    private readonly ClusterSettings _settings = SettingsOf(Secret);
    private readonly TestProbe _warnings;

    public LinkCrowdSpecs() : base("akka.loglevel = WARNING\nakka.stdout-loglevel = OFF")
    {
        _warnings = CreateTestProbe();
        Sys.EventStream.Subscribe(_warnings.Ref, typeof(Warning));
    }

    [Fact]
    public void A_node_that_only_introduces_itself_ends_its_own_attempts_and_keeps_no_other_out()
    {
        var host = StartHost();
        var crowd = new Peer(s_crowd, CreateTestProbe());
        host.Tell(new Introduce(1, 1, LinkProof.Nonce()), crowd);
        crowd.Probe.ExpectMsg<Challenge>();
        var first = crowd.Probe.LastSender;
        Watch(first);
        for (var i = 0; i < 5000; i++)
            host.Tell(new Introduce(1, 1, LinkProof.Nonce()), crowd);
        ExpectTerminated(first, Deadline.Long);
        Assert.NotEqual(0ul, Join(host, new Peer(s_other, CreateTestProbe())));
        // And its own next attempt succeeds.
        crowd.Probe.ReceiveN(5000, Deadline.Long);
        Assert.NotEqual(0ul, Join(host, crowd));
    }

    [Fact]
    public void A_node_has_a_few_links_and_another_one_has_its_own()
    {
        var host = StartHost();
        var crowd = new Peer(s_crowd, CreateTestProbe());
        for (var i = 0; i < LinkRegister.MostProvenOfNode; i++)
            Join(host, crowd);
        host.Tell(new Introduce(1, 1, LinkProof.Nonce()), crowd);
        Assert.Contains($"{LinkRegister.MostProvenOfNode} links", crowd.Probe.ExpectMsg<NotWelcome>().Problem, StringComparison.Ordinal);
        Join(host, new Peer(s_other, CreateTestProbe()));
    }

    [Fact]
    public void Links_are_counted_by_node_and_in_all_and_the_oldest_unproven_one_gives_way()
    {
        var links = new LinkRegister();
        var all = Enumerable.Range(0, LinkRegister.MostUnproven).Select(_ => (IActorRef)CreateTestProbe().Ref).ToArray();
        for (var i = 0; i < all.Length; i++)
            Assert.Null(links.Add(all[i], new Address("akka.tcp", "cluster", $"node{i / LinkRegister.MostUnprovenOfNode}", 1)));
        // A node's own oldest one, and if it has few, the oldest of all.
        Assert.Equal(all[^LinkRegister.MostUnprovenOfNode], links.Add(CreateTestProbe().Ref, links.AddressOf(all[^1])!));
        Assert.Equal(all[0], links.Add(CreateTestProbe().Ref, s_other));
        // One that has shown that it knows the secret gives way to none.
        links.OnProven(all[1]);
        Assert.Null(links.Add(CreateTestProbe().Ref, s_other));
        Assert.Equal(all[2], links.Add(CreateTestProbe().Ref, s_crowd));
        Assert.NotNull(links.AddressOf(all[1]));
        links.Remove(all[1]);
        Assert.Null(links.AddressOf(all[1]));
    }

    [Fact]
    public void A_browser_node_tells_once_of_a_node_with_another_secret()
    {
        var host = StartHost();
        var stranger = new Peer(s_crowd, CreateTestProbe());
        for (var i = 0; i < 3; i++)
        {
            host.Tell(new Introduce(1, 1, LinkProof.Nonce()), stranger);
            stranger.Probe.ExpectMsg<Challenge>();
            stranger.Probe.LastSender.Tell(i == 0 ? new NotWelcome(LinkProof.OtherSecret) : new Prove(new byte[32]), stranger);
            if (i > 0)
                Assert.Equal(LinkProof.OtherSecret, stranger.Probe.ExpectMsg<NotWelcome>().Problem);
        }
        var warning = _warnings.ExpectMsg<Warning>().Message.ToString()!;
        Assert.Contains("crowd:1", warning, StringComparison.Ordinal);
        Assert.Contains("actorbrowser.cluster.secret", warning, StringComparison.Ordinal);
        _warnings.ExpectNoMsg(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Two_nodes_with_different_secrets_tell_of_it_once_each_however_often_they_try()
    {
        var host = Sys.ActorOf(NodeHost.Props(new NodeLoad(_settings, [], static () => 0, Sys.Log), new HostedWork(CreateTestProbe().Ref, _settings)), NodeHost.Name);
        var counted = CreateTestProbe();
        Sys.ActorOf(NodeLink.Props(new NodeEntryKey("node", ((ExtendedActorSystem)Sys).Provider.DefaultAddress, []), counted.Ref, SettingsOf("another")));
        string[] told = [_warnings.ExpectMsg<Warning>().Message.ToString()!, _warnings.ExpectMsg<Warning>().Message.ToString()!];
        Assert.Single(told, static text => text.Contains("does no work for this one: " + LinkProof.OtherSecret, StringComparison.Ordinal));
        Assert.Single(told, static text => text.Contains("has another secret", StringComparison.Ordinal));
        // Several further introductions, and their timeouts.
        _warnings.ExpectNoMsg(TimeSpan.FromSeconds(1));
        Assert.False(host.IsNobody());
    }

    private static ClusterSettings SettingsOf(string secret) =>
        ClusterSettings.From(ConfigurationFactory.ParseString($"actorbrowser.cluster {{ secret = \"{secret}\", introduction-timeout = 200ms }}"));

    private IActorRef StartHost()
    {
        // Long enough that no attempt is over by itself.
        var settings = SettingsOf(Secret) with { IntroductionTimeout = TimeSpan.FromMinutes(10) };
        return Sys.ActorOf(NodeHost.Props(new NodeLoad(settings, [], static () => 0, Sys.Log), new HostedWork(CreateTestProbe().Ref, settings)));
    }

    private ulong Join(IActorRef host, Peer peer)
    {
        var nonce = LinkProof.Nonce();
        host.Tell(new Introduce(1, 1, nonce), peer);
        var challenge = peer.Probe.ExpectMsg<Challenge>(Deadline.Long);
        var ends = new LinkEnds(peer.Path.Address, ((ExtendedActorSystem)Sys).Provider.DefaultAddress);
        peer.Probe.LastSender.Tell(new Prove(LinkProof.Of(Secret, ofBrowserNode: false, 1, nonce, challenge.Nonce.Span, ends)), peer);
        return peer.Probe.ExpectMsg<Welcome>(Deadline.Long).Token;
    }

    // An actor of another node.
    private sealed class Peer(Address address, TestProbe probe) : MinimalActorRef
    {
        internal TestProbe Probe => probe;

        public override ActorPath Path { get; } = new RootActorPath(address) / "user" / "asker";

        public override IActorRefProvider Provider => ((IInternalActorRef)probe.Ref).Provider;

        protected override void TellInternal(object message, IActorRef sender) => probe.Ref.Tell(message, sender);
    }
}
