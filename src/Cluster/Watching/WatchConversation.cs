using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>A task manager's question or order to one node.</summary>
internal sealed class WatchConversation(ConversationStart start, ClusterWatch.AskNode ask) : Conversation(start)
{
    private protected override PlacementRequest Placement => new(WorkKind.Watch) { Only = ask.Node };

    private protected override bool MayRepeat => false;

    internal static Props Props(ConversationStart start, ClusterWatch.AskNode ask) => Akka.Actor.Props.Create(() => new WatchConversation(start, ask));

    private protected override void OnPlaced() => Send(ask.Question);

    private protected override void OnAnswer(object message)
    {
        if (message is not (Picture or WatchProtocol.OrderTaken))
            throw new WireFormatException($"A {message.GetType().Name} does not answer a task manager.");
        Requester.Tell(new ClusterWatch.NodeAnswer(ask.Node, ask.Round, message), Self);
        Finish();
    }

    private protected override void OnLocal(object message) => Unhandled(message);

    private protected override void OnFailed(ConversationFailure failure, string problem) =>
        Requester.Tell(new ClusterWatch.NodeAnswer(ask.Node, ask.Round, new Akka.Actor.Status.Failure(new NodeLostException(problem))), Self);
}
