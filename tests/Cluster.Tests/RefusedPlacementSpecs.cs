using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>Where a request goes that its only node has refused, because it was full when the request came.</summary>
public sealed class RefusedPlacementSpecs : TestKit
{
    private const string Node = "127.0.0.1:1#1";

    private readonly ClusterSettings _settings = ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster.wait-timeout = 300ms"));
    private readonly TestProbe _link;
    private readonly TestProbe _conversation;
    private readonly IActorRef _cluster;

    public RefusedPlacementSpecs() : base("akka { loglevel = ERROR, actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
    {
        (_link, _conversation) = (CreateTestProbe(), CreateTestProbe());
        var memory = new ClusterMemory(_settings, Clock.Of(Sys));
        memory.Table.Add(new NodeEntry(Node, new Address("akka.tcp", "one", "127.0.0.1", 1), _link.Ref));
        _cluster = Sys.ActorOf(ClusterBrowserActor.Props(memory));
        _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: 0)));
        Find(null, TimeSpan.Zero);
        Placed();
    }

    [Fact]
    public void It_goes_there_again_if_the_offer_that_counts_it_came_first()
    {
        _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: 1)));
        Find(Node, TimeSpan.Zero);
        Placed();
    }

    [Fact]
    public void It_waits_for_the_offer_that_counts_it()
    {
        Find(Node, TimeSpan.Zero);
        _conversation.ExpectNoMsg(50);
        _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: 1)));
        Placed();
    }

    [Fact]
    public void A_node_that_offers_room_and_refuses_without_end_keeps_it_no_longer_than_any_other_wait()
    {
        for (var before = 1; before <= 3; before++)
        {
            _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: ulong.MaxValue)));
            Find(Node, TimeSpan.Zero, before);
            Placed();
        }
        // From now on it waits for offers, as long as others do.
        _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: ulong.MaxValue)));
        Find(Node, TimeSpan.Zero, before: 4);
        Assert.Equal(ConversationFailure.NodesFull, _conversation.ExpectMsg<Conversation.NotPlaced>(Deadline.Long).Failure);
    }

    [Fact]
    public void What_no_node_does_is_refused_at_once()
    {
        _link.Send(_cluster, new NodeLink.Heard(Node, Offer(seen: 1) with { Room = [.. Enumerable.Repeat(new Room(0, 0), PlacementRequest.Kinds)] }));
        Find(null, TimeSpan.Zero);
        var not = _conversation.ExpectMsg<Conversation.NotPlaced>(Deadline.Long);
        Assert.Equal(ConversationFailure.Denied, not.Failure);
        Assert.Contains("actorbrowser.cluster.policy", not.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void The_refusal_says_why_there_is_no_link()
    {
        _link.Send(_cluster, new NodeLink.Heard(Node, null));
        _link.Send(_cluster, new NodeLink.NotLinked(Node, "Another secret."));
        Find(null, TimeSpan.Zero);
        Assert.EndsWith("Another secret.", _conversation.ExpectMsg<Conversation.NotPlaced>(Deadline.Long).Problem, StringComparison.Ordinal);
        _conversation.Send(_cluster, new ClusterProtocol.GetNodes());
        Assert.Equal("Another secret.", Assert.Single(_conversation.ExpectMsg<ClusterProtocol.Nodes>().All).Problem);
    }

    private static NodeOffer Offer(ulong seen) => new(seen, [.. Enumerable.Repeat(new Room(1, 1), PlacementRequest.Kinds)], 1, 1 << 30, 1 << 30, false, [], []);

    private void Find(string? avoid, TimeSpan ago, int before = 0) => _conversation.Send(_cluster, new Conversation.FindNode(
        new PlacementRequest(WorkKind.Fetch) { Avoid = avoid }, TimeProvider.System.GetTimestamp() - (long)(ago.TotalSeconds * TimeProvider.System.TimestampFrequency), before));

    private void Placed() => Assert.Equal(Node, _conversation.ExpectMsg<Conversation.Placed>(Deadline.Long).Node);
}
