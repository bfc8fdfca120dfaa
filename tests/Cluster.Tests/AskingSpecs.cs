using ActorBrowser.Cluster;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>Base of the specs that play a browser node towards one conversation of an asking node.</summary>
public abstract class AskingSpecs : TestKit
{
    private const ulong Id = 7;

    private protected AskingSpecs(string hocon, string akka = "") : base("akka.loglevel = ERROR\n" + akka)
    {
        Settings = ClusterSettings.From(ConfigurationFactory.ParseString(hocon));
        Requester = CreateTestProbe();
        Node = CreateTestProbe();
        Cluster = CreateTestProbe();
    }

    private protected ClusterSettings Settings { get; }

    private protected TestProbe Requester { get; }

    /// <summary>Stands for the link to the browser node.</summary>
    private protected TestProbe Node { get; }

    /// <summary>Stands for the cluster's actor, as the parent.</summary>
    private protected TestProbe Cluster { get; }

    private protected IActorRef Conversation { get; private set; } = ActorRefs.Nobody;

    private protected ConversationStart Start => new(Id, Requester.Ref, Settings);

    /// <summary>Begins a conversation, and places it on the node, which takes the first message.</summary>
    /// <returns>The first message.</returns>
    private protected object Begin(Props props)
    {
        var cluster = Cluster.Ref;
        Sys.ActorOf(Props.Create(() => new Parent(props, cluster)));
        Cluster.ExpectMsg<Conversation.FindNode>();
        Conversation = Cluster.LastSender;
        Conversation.Tell(new Conversation.Placed(Node.Ref, "node"));
        Node.ExpectMsg<NodeLink.Join>();
        Assert.Equal(FrameKind.Open, Node.ExpectMsg<LinkPiece>().Kind);
        return Said();
    }

    /// <summary>The next message to the node.</summary>
    private protected object Said() => ClusterCodec.Decode(new System.Buffers.ReadOnlySequence<byte>(((LinkPiece)Node.FishForMessage(static message => message is LinkPiece { Kind: FrameKind.Message }, Deadline.Long)).Data));

    private protected void Answer(object message) => Conversation.Tell(new LinkPiece(Id, FrameKind.Message, ClusterCodec.Encode(message)));

    /// <summary>The node is told that the conversation is over, and the requester hears nothing more, whatever the node says.</summary>
    private protected void IsOver(object late)
    {
        Node.FishForMessage(static message => message is LinkPiece { Kind: FrameKind.Close }, Deadline.Long);
        Answer(late);
        Requester.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    private sealed class Parent(Props props, IActorRef cluster) : UntypedActor
    {
        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

        protected override void PreStart() => Context.ActorOf(props);

        protected override void OnReceive(object message) => cluster.Forward(message);
    }
}
