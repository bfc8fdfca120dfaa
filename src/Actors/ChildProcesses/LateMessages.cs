using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Handles messages to actors that have stopped: closes the descriptors in them, and answers a request to a lost child with how that
/// child ended.
/// </summary>
internal sealed class LateMessages : UntypedActor
{
    private const int MostRemembered = 1024;

    private readonly Dictionary<IActorRef, ChildExited> _exits = [];
    private readonly Queue<IActorRef> _order = new();

    /// <summary>Starts the listener. It misses no message from now on, even if its actor starts later.</summary>
    internal static IActorRef Start(IActorContext browser)
    {
        var actor = browser.ActorOf(Props.Create(static () => new LateMessages()), "late");
        Listen(browser.System, actor);
        return actor;
    }

    protected override void PreStart() => Listen(Context.System, Self);

    private static void Listen(ActorSystem system, IActorRef actor)
    {
        system.EventStream.Subscribe(actor, typeof(AllDeadLetters));
        system.EventStream.Subscribe(actor, typeof(ChildExited));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChildExited exited:
                // Another browser of this actor system answers for its own children.
                if (exited.Child.Path.ToString().StartsWith($"{Context.Parent.Path}/", StringComparison.Ordinal))
                    Remember(exited);
                break;
            case AllDeadLetters { Message: ChildFrames.ICarriesDescriptor carrier }:
                carrier.CloseUntaken();
                break;
            case AllDeadLetters { Message: ICommand question } late when _exits.TryGetValue(late.Recipient, out var exited):
                Answer(question, late.Sender, exited);
                break;
            default:
                break;
        }
    }

    private static void Answer(ICommand question, IActorRef asker, ChildExited exited)
    {
        switch (question)
        {
            case ChildProcessProtocol.Ping or SendToRole:
                asker.Tell(new Akka.Actor.Status.Failure(ChildLostException.Of(exited)));
                break;
            case GetStatus:
                asker.Tell(new ChildProcessProtocol.Status(ChildState.Exited, exited.Role, exited.ProcessId, false, exited.Layers) { Image = exited.Image });
                break;
            case Subscribe subscribe:
                subscribe.Subscriber.Tell(exited, exited.Child);
                break;
            default:
                // The child is gone, so Shutdown and Kill have nothing to do.
                break;
        }
    }

    private void Remember(ChildExited exited)
    {
        if (!_exits.TryAdd(exited.Child, exited))
            return;
        _order.Enqueue(exited.Child);
        if (_order.Count > MostRemembered)
            _exits.Remove(_order.Dequeue());
    }
}
