using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>The asking node's part of a conversation with a tab, on the node where the tab lives. A child of <see cref="ClusterTabActor"/>, which opens another one when this one is over.</summary>
internal sealed class TabConversation : Conversation
{
    private readonly TabOrder _order;
    private readonly string _node;

    public TabConversation(ConversationStart start, TabOrder order, string node) : base(start) => (_order, _node) = (order, node);

    /// <summary>To the parent: a message of the tab's node.</summary>
    internal sealed record Heard(object Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>To the parent: the conversation is over.</summary>
    internal sealed record Over(ConversationFailure Failure, string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>From the parent: the conversation is over once the tab's node has all that was sent.</summary>
    internal sealed class LeaveOnceSent : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly LeaveOnceSent Instance = new();
    }

    // There is no other node that has the tab.
    private protected override PlacementRequest Placement => new(WorkKind.Tab) { Only = _node };

    private protected override bool MayRepeat => false;

    internal static Props Props(ConversationStart start, TabOrder order, string node) => Akka.Actor.Props.Create(() => new TabConversation(start, order, node));

    private protected override void OnPlaced() => Send(_order);

    private protected override void OnAnswer(object message) => Requester.Tell(new Heard(message), Self);

    private protected override void OnLocal(object message)
    {
        if (message is TabAsk)
            Send(message);
        else if (message is LeaveOnceSent)
            FinishOnceSent();
        else
            Unhandled(message);
    }

    private protected override void OnFailed(ConversationFailure failure, string problem) => Requester.Tell(new Over(failure, problem), Self);
}
