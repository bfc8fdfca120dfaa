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
    private const string Name = "late";

    private readonly Dictionary<IActorRef, ChildExited> _exits = [];
    private readonly Queue<IActorRef> _order = new();

    /// <summary>Starts the listener. It misses no message from now on, even if its actor starts later.</summary>
    internal static IActorRef Start(IActorContext browser)
    {
        var actor = browser.ActorOf(Props.Create(static () => new LateMessages()), Name);
        Listen(browser.System, actor);
        return actor;
    }

    protected override void PreStart() => Listen(Context.System, Self);

    /// <summary>Passes a question to a child that has stopped to this actor, which answers it also if it knows of no exit.</summary>
    /// <param name="letter">A message that reached no actor.</param>
    /// <returns>False if no browser answers for the recipient.</returns>
    internal static bool TryAnswer(DeadLetter letter)
    {
        if (letter.Message is not (ChildProcessProtocol.Ping or SendToRole))
            return false;
        // The root is its own parent.
        for (var parent = (letter.Recipient as IInternalActorRef)?.Parent; parent is ActorRefWithCell && !parent.Equals(parent.Parent); parent = parent.Parent)
        {
            if (parent.GetChild([Name]) is not ActorRefWithCell { Underlying.Props.Type: var type } late || type != typeof(LateMessages))
                continue;
            late.Tell(new Unanswered(letter.Recipient, (ICommand)letter.Message), letter.Sender);
            return true;
        }
        return false;
    }

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
            case Unanswered late when _exits.TryGetValue(late.Child, out var exited):
                Answer(late.Question, Sender, exited);
                break;
            case Unanswered late:
                Sender.Tell(new Akka.Actor.Status.Failure(new ChildLostException(late.Sentence)));
                break;
            case AllDeadLetters { Message: ChildProcessProtocol.Ping or SendToRole, Sender: Reply }:
                // It arrives as Unanswered too.
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

    /// <summary>A client's question to a child that has stopped. The message's sender is the asker.</summary>
    internal sealed record Unanswered(IActorRef Child, ICommand Question) : INoSerializationVerificationNeeded
    {
        internal string Sentence => $"{Child.Path} has stopped and will not answer.";
    }
}
