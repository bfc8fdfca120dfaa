using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>A task manager's question or order, from another node: one answer of the local browser.</summary>
internal sealed class HostedWatch(HostedStart start) : HostedConversation(start)
{
    internal static Props Props(HostedStart start) => Akka.Actor.Props.Create(() => new HostedWatch(start));

    private protected override void OnMessage(object message)
    {
        switch (message)
        {
            case WatchProtocol.GiveOrder when !Policy.Orders:
                Send(new WatchProtocol.OrderTaken(false, ClusterPolicy.Sentence("lets no other node order its processes about", "orders")));
                Finish();
                break;
            case WatchProtocol.ICommand:
                Browser.Tell(message);
                break;
            default:
                throw new WireFormatException($"A {message.GetType().Name} is not expected of a task manager.");
        }
    }

    private protected override void OnLocal(object message)
    {
        switch (message)
        {
            case Picture or WatchProtocol.OrderTaken:
                Send(message);
                Finish();
                break;
            case Akka.Actor.Status.Failure failure:
                Refuse(RefusalKind.Failed, failure.Cause.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
