using System.Buffers;
using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>An asking node that leaves a tab: what it was told before reaches the tab first. The tab's node is played.</summary>
public sealed class TabLeavingSpecs : TestKit
{
    private const string EntityId = "alice/mail";

    private readonly ClusterSettings _settings = ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster { part-size = 1 KiB, window = 1 KiB, tabs.find-timeout = 3s }"));
    private readonly TestProbe _cluster;
    private readonly TestProbe _region;
    private readonly TestProbe _node;
    private readonly TestProbe _opener;
    private readonly IActorRef _tab;

    public TabLeavingSpecs() : base("akka { loglevel = ERROR, actor.provider = cluster, cluster.roles = [browser], remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
    {
        // Only a browser node is believed where a tab is.
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        AwaitCondition(() => !cluster.State.Members.IsEmpty, Deadline.Long, Deadline.Often);
        (_cluster, _region, _node, _opener) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _tab = Sys.ActorOf(ClusterTabActor.Props(new TabAsker(_cluster.Ref, _region.Ref, _settings), new TabOrder(EntityId), _opener.Ref, null, 1));
        Watch(_tab);
    }

    [Fact]
    public void A_command_that_waits_for_room_is_sent_before_the_end_of_the_conversation()
    {
        var (conversation, id) = Join();
        // Longer than the window: its end waits until the node has taken its beginning.
        var url = "http://a.test/" + new string('x', 3000);
        _tab.Tell(new Navigate(url));
        _tab.Tell(new ClusterProtocol.LeaveTab());
        var asked = new List<byte>();
        for (var kind = FrameKind.Part; kind != FrameKind.Message;)
        {
            var piece = Next();
            kind = piece.Kind;
            asked.AddRange(piece.Data.ToArray());
            Assert.True(kind is FrameKind.Part or FrameKind.Message, $"{kind} came.");
            conversation.Tell(new LinkPiece(id, FrameKind.Credit, Credit(piece)));
        }
        Assert.Equal(url, Assert.IsType<Navigate>(Assert.IsType<TabAsk>(ClusterCodec.Decode(new ReadOnlySequence<byte>(asked.ToArray()))).Command).Url);
        Assert.Equal(FrameKind.Close, Next().Kind);
        ExpectTerminated(_tab, Deadline.Long);
    }

    [Fact]
    public void A_command_to_a_tab_that_is_looked_for_reaches_it_where_it_is_found()
    {
        Lose();
        _tab.Tell(new GetSnapshot(), _opener.Ref);
        _tab.Tell(new Navigate("http://a.test/"));
        _tab.Tell(new ClusterProtocol.LeaveTab());
        // It hears nothing more; what is asked of it is answered.
        _opener.FishForMessage(static message => message is Status.Failure, Deadline.Long);
        _tab.Tell(new GetSnapshot(), _opener.Ref);
        _opener.ExpectMsg<Status.Failure>();
        Join();
        var asked = Assert.IsType<TabAsk>(ClusterCodec.Decode(new ReadOnlySequence<byte>(Next().Data)));
        Assert.Equal("http://a.test/", Assert.IsType<Navigate>(asked.Command).Url);
        Assert.Equal(FrameKind.Close, Next().Kind);
        ExpectTerminated(_tab, Deadline.Long);
        _opener.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_tab_that_is_not_found_in_time_is_left_nevertheless()
    {
        Lose();
        _tab.Tell(new Navigate("http://a.test/"));
        _tab.Tell(new ClusterProtocol.LeaveTab());
        ExpectTerminated(_tab, Deadline.Long);
    }

    [Fact]
    public void A_node_that_takes_nothing_is_left_nevertheless()
    {
        Join();
        _tab.Tell(new Navigate("http://a.test/" + new string('x', 3000)));
        _tab.Tell(new ClusterProtocol.LeaveTab());
        ExpectTerminated(_tab, Deadline.Long);
    }

    private (IActorRef Conversation, ulong Id) Join()
    {
        _region.FishForMessage(static message => message is FindTab, Deadline.Long);
        _tab.Tell(new TabIsAt(EntityId, NodeName.Of(Akka.Cluster.Cluster.Get(Sys).SelfUniqueAddress)), _region.Ref);
        _cluster.ExpectMsg<Conversation.FindNode>(Deadline.Long);
        var conversation = _cluster.LastSender;
        conversation.Tell(new Conversation.Placed(_node.Ref, "node"));
        var opened = Next();
        Assert.Equal(FrameKind.Open, opened.Kind);
        var order = Next();
        conversation.Tell(new LinkPiece(opened.Conversation, FrameKind.Credit, Credit(order)));
        conversation.Tell(new LinkPiece(opened.Conversation, FrameKind.Message, ClusterCodec.Encode(new TabJoined(1))));
        return (conversation, opened.Conversation);
    }

    // A tab that has lost its node, and knows it: it asks where it is.
    private void Lose()
    {
        var (conversation, _) = Join();
        _opener.ExpectMsg<TabOpened>();
        while (_region.HasMessages)
            _region.ExpectMsg<FindTab>();
        _node.Send(conversation, new NodeLink.LinkLost("Its node is lost."));
        _region.ExpectMsg<FindTab>(Deadline.Long);
    }

    private LinkPiece Next() => (LinkPiece)_node.FishForMessage(static message => message is LinkPiece { Kind: not FrameKind.Credit }, Deadline.Long);

    private static byte[] Credit(LinkPiece piece) => MessagePack.MessagePackSerializer.Serialize(piece.Data.Length + 64L);
}
