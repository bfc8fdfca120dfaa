using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>
/// Gives messages about commands to their conversations: those with a handle to the one that this node has about it, or to a new one
/// with the handle's node. Only for the cluster's actor.
/// </summary>
/// <param name="context">The actor's context.</param>
/// <param name="memory">What the actor knows.</param>
/// <param name="begin">Starts a conversation.</param>
internal sealed class CommandRouter(IActorContext context, ClusterMemory memory, Func<ConversationStart, Props, IActorRef> begin)
{
    /// <summary>From a <see cref="HandleRef"/>: a message for a command's session.</summary>
    internal sealed record ToHandle(string Handle, object Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private IActorRef Sender => context.Sender;

    /// <summary>Copies a request for a command, which its sender could still change.</summary>
    /// <returns>The message; null if it was refused.</returns>
    internal static object? Own(object message, IActorRef sender)
    {
        var asked = (message as ClusterProtocol.Placed)?.Request ?? message;
        if (asked is not Spawn spawn)
            return message;
        if (spawn.Own(out var refused) is { } own)
            return message is ClusterProtocol.Placed placed ? placed with { Request = own } : own;
        spawn.InputDescriptor?.Dispose();
        sender.Tell(refused!);
        return null;
    }

    /// <summary>Handles a message about commands; false for any other.</summary>
    internal bool OnReceive(object message, Placement? wish)
    {
        switch (message)
        {
            case Spawn spawn:
                var start = Start();
                begin(start, CommandConversation.Starting(start, spawn, PlacementOf(spawn, wish)));
                break;
            case Poll poll:
                Pass(poll.Handle, poll);
                break;
            case Wait wait:
                Pass(wait.Handle, wait);
                break;
            case KillCommand kill:
                Pass(kill.Handle, kill);
                break;
            case Release release:
                Pass(release.Handle, release);
                break;
            case SubscribeTo subscribe:
                Pass(subscribe.Handle, subscribe);
                break;
            case ToHandle to:
                Pass(to.Handle, to.Message);
                break;
            case ListHandles:
                context.ActorOf(HandlesCollector.Props(Sender, context.Self, [.. memory.Table.Nodes.Where(static node => node is { Offer: not null, IsReachable: true }).Select(static node => node.Key)]));
                break;
            case HandlesConversation.Begin asked:
                var question = Start();
                begin(question, HandlesConversation.Props(question, asked.Node));
                break;
            case CommandConversation.Known known:
                memory.Commands.Add(known.Handle, Sender);
                break;
            case CommandConversation.Idle:
                memory.Commands.Remove(Sender);
                Sender.Tell(CommandConversation.Retire.Instance);
                break;
            case CommandSession.Unanswered late when memory.Commands.HandleOf(late.Handle) is { } handle:
                Pass(handle, late.Question);
                break;
            case CommandSession.Unanswered late:
                Sender.Tell(new UnknownHandle(late.Handle));
                break;
            default:
                return false;
        }
        return true;
    }

    // Commands that share a world or a scratch do so on one node.
    private static PlacementRequest PlacementOf(Spawn spawn, Placement? wish) => (wish ?? Placement.None) is var asked && asked.Together is null && (spawn.World ?? spawn.Scratch) is { } name
        ? (asked with { Together = $"{(spawn.World is null ? "scratch" : "world")} {name}" }).For(WorkKind.Command)
        : asked.For(WorkKind.Command);

    private void Pass(string handle, object message)
    {
        if (memory.Commands.Find(handle) is { } known)
            known.Forward(message);
        else if (!CommandHandle.TrySplit(handle, out var local, out var number))
            Refuse(message, handle, new UnknownHandle(handle));
        else if (CommandHandle.NodeOf(number, memory.Table) is not { } node)
            Refuse(message, handle, new Akka.Actor.Status.Failure(new NodeLostException($"The node of the command {VisibleText.Line(handle)} is not in the cluster.")));
        else
        {
            var start = Start();
            var conversation = begin(start, CommandConversation.About(start, local, node));
            memory.Commands.Add(handle, conversation);
            conversation.Forward(message);
        }
    }

    private void Refuse(object message, string handle, object answer) => Sender.Tell(message switch
    {
        Release when answer is UnknownHandle => new Released(handle, Found: false),
        WriteInput when answer is UnknownHandle => new InputRefused("No command has this handle."),
        _ => answer,
    });

    private ConversationStart Start() => new(WorkIds.Next(), Sender, memory.Settings);
}
