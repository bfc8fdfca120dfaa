using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>Each end of a link against a probe that plays the other one: introductions, lost and forged messages.</summary>
public sealed class LinkSpecs : TestKit
{
    private const string Secret = "between us";

    private static readonly NodeOffer s_offer = new(0, [], 1, 1, 1, false, [], []);

    private static readonly WorkKind[] s_placed = [WorkKind.Fetch, WorkKind.Tab, WorkKind.Command, WorkKind.Image, WorkKind.Call, WorkKind.Watch];

    private readonly ClusterSettings _settings = ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster { secret = \"between us\", pulse-interval = 50ms, introduction-timeout = 300ms }"));
    private readonly TestProbe _cluster;
    private readonly TestProbe _conversation;
    private readonly TestProbe _browser;

    public LinkSpecs() : base("akka.loglevel = ERROR")
    {
        _cluster = CreateTestProbe();
        _conversation = CreateTestProbe();
        _browser = CreateTestProbe();
    }

    [Fact]
    public void A_lost_message_ends_the_link_and_each_conversation_hears_it_once()
    {
        var (link, host, token) = OpenLink();
        link.Tell(new NodeLink.Join(5), _conversation.Ref);
        host.Send(link, new LinkFrame(token, 1, [new LinkPiece(5, FrameKind.Message, default)]));
        _conversation.ExpectMsg<LinkPiece>();
        host.Send(link, new LinkFrame(token, 3, [new LinkPiece(5, FrameKind.Message, default)]));
        Assert.Contains("has lost 1 messages", _conversation.ExpectMsg<NodeLink.LinkLost>().Why, StringComparison.Ordinal);
        Assert.Null(_cluster.ExpectMsg<NodeLink.Heard>().Offer);
        // What comes late, or again, reaches nobody.
        host.Send(link, new LinkFrame(token, 4, [new LinkPiece(5, FrameKind.Message, default)]));
        _conversation.ExpectNoMsg(50);
    }

    [Fact]
    public void A_lost_last_message_is_noticed_by_the_pulse()
    {
        var (link, host, token) = OpenLink();
        link.Tell(new NodeLink.Join(5), _conversation.Ref);
        // While a conversation is open, each end tells and answers.
        var pulse = (Pulse)host.FishForMessage(static message => message is Pulse, Deadline.Long);
        Assert.False(pulse.IsAnswer);
        host.Send(link, new Pulse(token, 0, IsAnswer: false));
        host.FishForMessage(static message => message is Pulse { IsAnswer: true }, Deadline.Long);
        host.Send(link, new Pulse(token, 1, IsAnswer: true));
        _conversation.ExpectMsg<NodeLink.LinkLost>();
    }

    [Fact]
    public void A_message_with_another_token_or_of_another_actor_is_ignored()
    {
        var (link, host, token) = OpenLink();
        link.Tell(new NodeLink.Join(5), _conversation.Ref);
        host.Send(link, new LinkFrame(token + 1, 1, [new LinkPiece(5, FrameKind.Message, default)]));
        CreateTestProbe().Send(link, new LinkFrame(token, 1, [new LinkPiece(5, FrameKind.Message, default)]));
        host.Send(link, new LinkFrame(token, 1, [new LinkPiece(5, FrameKind.Close, default)]));
        Assert.Equal(FrameKind.Close, _conversation.ExpectMsg<LinkPiece>().Kind);
    }

    [Fact]
    public void A_link_whose_other_end_stops_is_made_again()
    {
        var (link, host, _) = OpenLink();
        link.Tell(new NodeLink.Join(5), _conversation.Ref);
        Sys.Stop(host.Ref);
        _conversation.ExpectMsg<NodeLink.LinkLost>();
        Assert.Null(_cluster.ExpectMsg<NodeLink.Heard>().Offer);
    }

    [Fact]
    public void Whoever_does_not_know_the_secret_gets_no_link()
    {
        var host = StartHost();
        var asker = CreateTestProbe();
        var nonce = LinkProof.Nonce();
        asker.Send(host, new Introduce(1, 1, nonce));
        var challenge = asker.ExpectMsg<Challenge>();
        var link = asker.LastSender;
        Assert.True(LinkProof.IsRight(challenge.Proof, LinkProof.Of(Secret, ofBrowserNode: true, 1, nonce, challenge.Nonce.Span, Ends)));
        // Its own proof sent back is no proof.
        asker.Send(link, new Prove(challenge.Proof));
        Assert.Contains("secret", asker.ExpectMsg<NotWelcome>().Problem, StringComparison.Ordinal);
        asker.Send(link, new LinkFrame(0, 1, [new LinkPiece(1, FrameKind.Open, new byte[] { 0 })]));
        asker.ExpectNoMsg(50);
        _browser.ExpectNoMsg(10);
    }

    [Fact]
    public void A_proof_is_worth_nothing_at_another_node()
    {
        var (one, other) = (new LinkEnds(Address.Parse("akka.tcp://a@h:1"), Address.Parse("akka.tcp://a@h:2")), new LinkEnds(Address.Parse("akka.tcp://a@h:1"), Address.Parse("akka.tcp://a@h:3")));
        var (nonce, other2) = (LinkProof.Nonce(), LinkProof.Nonce());
        Assert.NotEqual(LinkProof.Of(Secret, true, 1, nonce, other2, one), LinkProof.Of(Secret, true, 1, nonce, other2, other));
        // One that passes the messages of two others on is seen at its own address.
        var host = StartHost();
        var asker = CreateTestProbe();
        asker.Send(host, new Introduce(1, 1, nonce));
        var challenge = asker.ExpectMsg<Challenge>();
        Assert.False(LinkProof.IsRight(challenge.Proof, LinkProof.Of(Secret, ofBrowserNode: true, 1, nonce, challenge.Nonce.Span, other)));
        asker.Send(asker.LastSender, new Prove(LinkProof.Of(Secret, ofBrowserNode: false, 1, nonce, challenge.Nonce.Span, other)));
        asker.ExpectMsg<NotWelcome>();
    }

    [Fact]
    public void Nothing_is_done_before_the_proof_and_a_silent_asker_is_forgotten()
    {
        var host = StartHost();
        var asker = CreateTestProbe();
        asker.Send(host, new Introduce(1, 1, LinkProof.Nonce()));
        asker.ExpectMsg<Challenge>();
        var link = asker.LastSender;
        asker.Send(link, new LinkFrame(0, 1, [new LinkPiece(1, FrameKind.Open, new byte[] { 0 })]));
        asker.Watch(link);
        asker.FishForMessage(message => message is Terminated, Deadline.Long);
        _browser.ExpectNoMsg(10);
    }

    [Fact]
    public void Nodes_of_two_versions_agree_on_the_newest_that_both_speak_or_say_why_not()
    {
        var host = StartHost();
        var asker = CreateTestProbe();
        asker.Send(host, new Introduce(1, ClusterSettings.NewestVersion + 5, LinkProof.Nonce()));
        Assert.Equal(ClusterSettings.NewestVersion, asker.ExpectMsg<Challenge>().Version);
        asker.Send(host, new Introduce(ClusterSettings.NewestVersion + 1, ClusterSettings.NewestVersion + 5, LinkProof.Nonce()));
        Assert.Contains("versions", asker.ExpectMsg<NotWelcome>().Problem, StringComparison.Ordinal);
        asker.Send(host, new Introduce(1, 1, new byte[3]));
        asker.ExpectMsg<NotWelcome>();
    }

    [Theory]
    [InlineData(8 << 20, 0), InlineData(0, 32 << 10), InlineData(8 << 20, 32 << 10)]
    public void Nodes_with_other_sizes_get_no_link_and_the_sentence_names_both_keys_and_values(int window, int partSize)
    {
        var host = StartHost();
        var asker = CreateTestProbe();
        var (askedWindow, askedPart) = (window == 0 ? _settings.Window : window, partSize == 0 ? _settings.PartSize : partSize);
        asker.Send(host, new Introduce(1, 1, LinkProof.Nonce(), askedWindow, askedPart));
        var problem = asker.ExpectMsg<NotWelcome>().Problem;
        Assert.Contains($"actorbrowser.cluster.window = {_settings.Window} and part-size = {_settings.PartSize}", problem, StringComparison.Ordinal);
        Assert.Contains($"window = {askedWindow} and part-size = {askedPart}", problem, StringComparison.Ordinal);
        asker.Send(host, new Introduce(1, 1, LinkProof.Nonce(), _settings.Window, _settings.PartSize));
        asker.ExpectMsg<Challenge>();
    }

    [Fact]
    public void A_node_whose_browser_has_ended_offers_no_room_at_once_and_refuses_new_work_as_full()
    {
        var host = StartHost();
        var (asker, link, token) = Ask(host, out var welcome);
        Assert.All(s_placed, kind => Assert.True(welcome.Offer.RoomFor(kind) is { All: > 0, Free: > 0 }, kind.ToString()));
        Sys.Stop(_browser.Ref);
        var offer = ((OfferMade)asker.FishForMessage(static message => message is OfferMade { Offer: var made } && made.RoomFor(WorkKind.Fetch).Free == 0, Deadline.Long)).Offer;
        // No policy forbids it, so that askers do not hear so.
        Assert.All(s_placed, kind => Assert.True(offer.RoomFor(kind) is { All: > 0, Free: 0 }, kind.ToString()));
        // A question about what it had is answered.
        Assert.True(offer.RoomFor(WorkKind.Question).Free > 0);
        ulong number = 0;
        foreach (var kind in s_placed)
        {
            asker.Send(link, new LinkFrame(token, ++number, [new LinkPiece(number, FrameKind.Open, new byte[] { (byte)kind })]));
            var refused = Next(asker);
            Assert.Equal((FrameKind.Refuse, number), (refused.Kind, refused.Conversation));
            var refusal = Refusal.Decode(refused.Data);
            Assert.Equal(RefusalKind.Full, refusal.Kind);
            Assert.Contains("browser has ended", refusal.Problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_hostile_asker_ends_its_own_conversation_and_no_other_link()
    {
        var host = StartHost();
        var (hostile, link, token) = Ask(host);
        var (other, _, _) = Ask(host);
        hostile.Send(link, new LinkFrame(token, 1, [new LinkPiece(9, FrameKind.Open, new byte[] { 77 })]));
        Assert.Equal(FrameKind.Refuse, Next(hostile).Kind);
        hostile.Send(link, new LinkFrame(token, 2, [new LinkPiece(10, FrameKind.Open, new byte[] { (byte)WorkKind.Fetch })]));
        hostile.Send(link, new LinkFrame(token, 3, [new LinkPiece(10, FrameKind.Message, new byte[] { 0xc1, 0xff })]));
        Assert.Contains("could not read", Refusal.Decode(Next(hostile).Data).Problem, StringComparison.Ordinal);
        hostile.Send(link, new LinkFrame(token, 4, [new LinkPiece(11, FrameKind.Open, new byte[] { (byte)WorkKind.Fetch })]));
        hostile.Send(link, new LinkFrame(token, 5, [new LinkPiece(11, FrameKind.Message, ClusterCodec.Encode(new FetchCredit(1)))]));
        Assert.Equal(FrameKind.Refuse, Next(hostile).Kind);
        hostile.Send(link, new LinkFrame(token, 6, [new LinkPiece(12, FrameKind.Open, new byte[] { (byte)WorkKind.Fetch })]));
        hostile.Send(link, new LinkFrame(token, 7, [new LinkPiece(12, FrameKind.Open, new byte[] { (byte)WorkKind.Fetch })]));
        hostile.FishForMessage(static message => message is NotWelcome, Deadline.Long);
        other.ExpectNoMsg(50);
        _browser.ExpectNoMsg(10);
    }

    private LinkEnds Ends => new(((ExtendedActorSystem)Sys).Provider.DefaultAddress, ((ExtendedActorSystem)Sys).Provider.DefaultAddress);

    [Fact]
    public void Pieces_that_wait_together_cross_in_one_frame_that_is_no_longer_than_a_piece_may_be()
    {
        var (other, self) = (CreateTestProbe(), CreateTestProbe());
        var traffic = new LinkTraffic(7, other.Ref, self.Ref, 1000);
        foreach (var number in new ulong[] { 1, 2, 3 })
            traffic.Send(new LinkPiece(number, FrameKind.Message, new byte[100]));
        self.ExpectMsg<LinkTraffic.FlushTick>();
        self.ExpectNoMsg(10);
        other.ExpectNoMsg(10);
        traffic.Flush();
        var frame = other.ExpectMsg<LinkFrame>();
        Assert.Equal((7ul, 1ul), (frame.Token, frame.Number));
        Assert.Equal([1, 2, 3], frame.Pieces.Select(static piece => piece.Conversation));
        traffic.Flush();
        other.ExpectNoMsg(10);

        // Together they would be too long; one alone crosses as it is.
        traffic.Send(new LinkPiece(4, FrameKind.Part, new byte[500]));
        traffic.Send(new LinkPiece(4, FrameKind.Part, new byte[500]));
        Assert.Equal(500, Assert.Single(other.ExpectMsg<LinkFrame>().Pieces).Data.Length);
        traffic.Send(new LinkPiece(4, FrameKind.Message, new byte[1000]));
        Assert.Equal(500, Assert.Single(other.ExpectMsg<LinkFrame>().Pieces).Data.Length);
        traffic.Send(new LinkPiece(5, FrameKind.Close, default));
        Assert.Equal(1000, Assert.Single(other.ExpectMsg<LinkFrame>().Pieces).Data.Length);
        // A pulse counts what was sent before it.
        traffic.Tell();
        Assert.Equal((5ul, 5ul), (other.ExpectMsg<LinkFrame>().Number, other.ExpectMsg<Pulse>().Sent));
    }

    [Fact]
    public void A_frame_has_so_many_pieces_as_the_other_end_reads()
    {
        var (other, self) = (CreateTestProbe(), CreateTestProbe());
        var traffic = new LinkTraffic(7, other.Ref, self.Ref, 1 << 20);
        for (var number = 0; number <= LinkFrame.MostPieces; number++)
            traffic.Send(new LinkPiece((ulong)number, FrameKind.Close, default));
        var full = other.ExpectMsg<LinkFrame>();
        Assert.Equal(LinkFrame.MostPieces, full.Pieces.Count);
        traffic.Flush();
        Assert.Single(other.ExpectMsg<LinkFrame>().Pieces);
        var serializer = new ClusterSerializer((ExtendedActorSystem)Sys);
        LinkFrame Crossed(LinkFrame frame) => (LinkFrame)serializer.FromBinary(serializer.ToBinary(frame), serializer.Manifest(frame));
        Assert.Equal(LinkFrame.MostPieces, Crossed(full).Pieces.Count);
        Assert.Throws<System.Runtime.Serialization.SerializationException>(() => Crossed(full with { Pieces = [.. full.Pieces, full.Pieces[0]] }));
    }

    private static LinkPiece Next(TestProbe probe) => Assert.Single(((LinkFrame)probe.FishForMessage(static message => message is LinkFrame, Deadline.Long)).Pieces);

    private IActorRef StartHost() => Sys.ActorOf(NodeHost.Props(new NodeLoad(_settings, [], static () => 0, Sys.Log), new HostedWork(_browser.Ref, _settings)));

    private (TestProbe Asker, IActorRef Link, ulong Token) Ask(IActorRef host) => Ask(host, out _);

    private (TestProbe Asker, IActorRef Link, ulong Token) Ask(IActorRef host, out Welcome welcome)
    {
        var asker = CreateTestProbe();
        var nonce = LinkProof.Nonce();
        asker.Send(host, new Introduce(1, 1, nonce));
        var challenge = asker.ExpectMsg<Challenge>();
        var link = asker.LastSender;
        asker.Send(link, new Prove(LinkProof.Of(Secret, ofBrowserNode: false, 1, nonce, challenge.Nonce.Span, Ends)));
        welcome = asker.ExpectMsg<Welcome>();
        return (asker, link, welcome.Token);
    }

    private (IActorRef Link, TestProbe Host, ulong Token) OpenLink()
    {
        var host = CreateTestProbe();
        // The link introduces itself at the path of a browser node's host.
        Sys.ActorOf(Akka.Actor.Props.Create(() => new Forwarder(host.Ref)), NodeHost.Name);
        var address = ((ExtendedActorSystem)Sys).Provider.DefaultAddress;
        var link = Sys.ActorOf(NodeLink.Props(new NodeEntryKey("node", address, []), _cluster.Ref, _settings));
        var introduce = host.ExpectMsg<Introduce>();
        Assert.Equal((_settings.Window, _settings.PartSize), (introduce.Window, introduce.PartSize));
        var nonce = LinkProof.Nonce();
        host.Send(link, new Challenge(1, nonce, LinkProof.Of(Secret, ofBrowserNode: true, 1, introduce.Nonce.Span, nonce, Ends)));
        Assert.True(LinkProof.IsRight(host.ExpectMsg<Prove>().Proof, LinkProof.Of(Secret, ofBrowserNode: false, 1, introduce.Nonce.Span, nonce, Ends)));
        host.Send(link, new Welcome(42, s_offer));
        Assert.NotNull(_cluster.ExpectMsg<NodeLink.Heard>().Offer);
        return (link, host, 42);
    }

    private sealed class Forwarder(IActorRef to) : ReceiveActor
    {
        protected override bool AroundReceive(Receive receive, object message)
        {
            to.Forward(message);
            return true;
        }
    }
}
