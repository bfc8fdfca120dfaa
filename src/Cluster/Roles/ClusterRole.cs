using System.Diagnostics;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// A typed role of the cluster's nodes, as an actor of this node: takes the role's messages as a local role's actor does, and has each
/// handled where there is room. It has no state; a restart loses nothing.
/// </summary>
internal sealed class ClusterRole : UntypedActor
{
    private readonly RoleDefinition _role;
    private readonly IActorRef _cluster;
    private readonly ILoggingAdapter _log = Context.GetLogger();

    public ClusterRole(RoleDefinition role, IActorRef cluster) => (_role, _cluster) = (role, cluster);

    /// <summary>To the cluster's actor: have a request handled. The message's sender is the asker.</summary>
    /// <param name="Role">The role.</param>
    /// <param name="Actor">Its actor on this node, which the answer comes from.</param>
    /// <param name="Handler">The request's handler.</param>
    /// <param name="Request">The request.</param>
    internal sealed record Call(RoleDefinition Role, IActorRef Actor, RoleHandler Handler, object Request) : INoSerializationVerificationNeeded
    {
        internal Placement? Where { get; init; }

        internal bool IsRepeatable { get; init; }

        /// <summary>How long it may take; zero or infinite for no limit, null for the node's configuration.</summary>
        internal TimeSpan? Timeout { get; init; }

        internal CancellationToken Cancellation { get; init; }

        /// <summary>Takes the items of a stream; null for a request or a one-way message.</summary>
        internal RoleStreamSink? Sink { get; init; }

        internal ActivityContext TraceParent { get; init; }

        /// <summary>Starts its conversation.</summary>
        internal void Begin(ConversationStart start, Func<ConversationStart, Akka.Actor.Props, IActorRef> begin)
        {
            var conversation = begin(start, RoleConversation.Props(start, this));
            if (Sink is { } sink)
                sink.Conversation = conversation;
        }
    }

    /// <summary>To the cluster's actor: a message of a stream's reader.</summary>
    internal sealed record ToStream(RoleStreamSink Sink, object Message) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal static Props Props(RoleDefinition role, IActorRef cluster) => Akka.Actor.Props.Create(() => new ClusterRole(role, cluster));

    protected override void PreStart() => UnansweredMessages.AnswerFor(Self, any: true);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case RoleCommands.Ask ask:
                Begin(ask.Request, ask.Timeout, null, ask.Answer, ask.TraceParent, ask.Cancellation);
                break;
            case RoleCommands.OpenStream open:
                Begin(open.Request, open.Timeout, open.Sink, open.Item, open.TraceParent, default);
                break;
            case RoleCommands.Consumed consumed:
                _cluster.Tell(new ToStream(consumed.Sink, consumed));
                break;
            case RoleCommands.CloseStream close:
                _cluster.Tell(new ToStream(close.Sink, close));
                break;
            case RoleCommands.ItemUnreadable:
                // The reader fails and leaves. The child is another node's, which does not end it on this node's word.
                break;
            case RoleProtocol.Subscribe or RoleProtocol.Unsubscribe:
                Refuse(message.GetType().Name, "a role's events stay on their node: subscribe to the local role's actor there, and send what others need");
                break;
            case RoleProtocol.ReloadPlugin:
                Refuse(nameof(RoleProtocol.ReloadPlugin), "a plugin is reloaded on each node that has it");
                break;
            case Akka.Actor.Status:
                break;
            default:
                Begin(message, null, null, null, default, default);
                break;
        }
    }

    private void Begin(object asked, TimeSpan? timeout, RoleStreamSink? sink, Type? answer, in ActivityContext parent, CancellationToken cancellation)
    {
        // Its asker has cancelled it.
        if (cancellation.IsCancellationRequested)
            return;
        var request = asked;
        Placement? where = null;
        var isRepeatable = false;
        while (request is ClusterProtocol.Placed or ClusterProtocol.Repeatable)
        {
            if (!Entry.Admits(request, Sender))
                return;
            if (request is ClusterProtocol.Placed placed)
                (request, where) = (placed.Request, placed.Where);
            else
                (request, isRepeatable) = (((ClusterProtocol.Repeatable)request).Request, true);
        }
        var handler = _role.Find(request.GetType());
        if (Problem(handler, timeout, sink, answer) is { } problem)
            Refuse(request.GetType().Name, problem);
        else
        {
            _cluster.Tell(new Call(_role, Self, handler!, request)
            {
                Where = where,
                IsRepeatable = isRepeatable,
                Timeout = timeout,
                Cancellation = cancellation,
                Sink = sink,
                TraceParent = parent,
            }, Sender);
        }
    }

    // Why a message is not accepted; null if it is.
    private string? Problem(RoleHandler? handler, TimeSpan? timeout, RoleStreamSink? sink, Type? answer) =>
        handler is null ? $"the role {_role.Name} takes {string.Join(", ", _role.Handlers.Select(static one => one.Message.Name))}"
        : handler.Kind == RoleMessageKind.Stream != sink is not null ? sink is null ? "it is answered by a stream: call RoleClient.StreamAsync" : "it is not answered by a stream: call RoleClient.AskAsync"
        : handler is { Kind: RoleMessageKind.Request, Answer: { } given } && answer is not null && !given.IsAssignableTo(answer) ? $"its answer is {given}, not {answer}"
        : handler is { Kind: RoleMessageKind.Stream, Answer: var item } && item != answer ? $"its items are {item}, not {answer}"
        : timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan ? $"its timeout is {timeout}; it must be 0 or more"
        : null;

    private void Refuse(string message, string problem)
    {
        // A message without a sender expects no answer; it is not lost in silence.
        if (Sender.IsNobody() || Sender.Equals(Context.System.DeadLetters))
            _log.Warning("A {0} to the role {1} was refused: {2}", message, _role.Name, problem);
        else
            Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message, problem)), Self);
    }
}
