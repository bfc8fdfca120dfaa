using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Asks one node for the handles of its commands. Answers <see cref="Listed"/>; a node that is lost or refuses has none.</summary>
internal sealed class HandlesConversation : Conversation
{
    private readonly string _node;

    public HandlesConversation(ConversationStart start, string node) : base(start) => _node = node;

    /// <summary>To the cluster's actor: ask this node.</summary>
    internal sealed record Begin(string Node) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A node's handles on the cluster, oldest first.</summary>
    internal sealed record Listed(string Node, IReadOnlyList<(string Handle, bool IsOver)> Entries) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private protected override PlacementRequest Placement => new(WorkKind.Question) { Only = _node };

    private protected override bool MayRepeat => false;

    internal static Props Props(ConversationStart start, string node) => Akka.Actor.Props.Create(() => new HandlesConversation(start, node));

    private protected override void OnPlaced()
    {
        Send(new CommandHandlesOrder());
        // It takes no time.
        AwaitEnd(TimeSpan.Zero);
    }

    private protected override void OnAnswer(object message)
    {
        if (message is not CommandHandles handles)
            throw new WireFormatException($"A {message.GetType().Name} is no list of handles.");
        Requester.Tell(new Listed(_node, [.. handles.Entries.Select(entry => (CommandHandle.Of(entry.Handle, _node), entry.IsOver))]), Self);
        Finish();
    }

    private protected override void OnLocal(object message) => Unhandled(message);

    private protected override void OnFailed(ConversationFailure failure, string problem) => Requester.Tell(new Listed(_node, []), Self);
}

/// <summary>Collects the handles of all nodes into one <see cref="Handles"/>, for one asker, and stops.</summary>
internal sealed class HandlesCollector : UntypedActor
{
    private readonly IActorRef _asker;
    private readonly IActorRef _cluster;
    private readonly IReadOnlyList<string> _nodes;
    private readonly Dictionary<string, IReadOnlyList<(string Handle, bool IsOver)>> _listed = [];
    private bool _isAnswered;

    public HandlesCollector(IActorRef asker, IActorRef cluster, IReadOnlyList<string> nodes) => (_asker, _cluster, _nodes) = (asker, cluster, nodes);

    internal static Props Props(IActorRef asker, IActorRef cluster, IReadOnlyList<string> nodes) => Akka.Actor.Props.Create(() => new HandlesCollector(asker, cluster, nodes));

    protected override void PreStart()
    {
        foreach (var node in _nodes)
            _cluster.Tell(new HandlesConversation.Begin(node), Self);
        StopIfComplete();
    }

    // A failure leaves out what was not told.
    protected override void PostStop()
    {
        if (!_isAnswered)
            Answer();
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        if (message is HandlesConversation.Listed listed)
        {
            _listed[listed.Node] = listed.Entries;
            StopIfComplete();
        }
        else
        {
            Unhandled(message);
        }
    }

    private void StopIfComplete()
    {
        if (_listed.Count < _nodes.Count)
            return;
        Answer();
        Context.Stop(Self);
    }

    private void Answer()
    {
        _isAnswered = true;
        _asker.Tell(new Handles([.. _nodes.SelectMany(node => _listed.GetValueOrDefault(node, [])).Select(entry => (entry.Handle, (IActorRef)new HandleRef(entry.Handle, (IInternalActorRef)_cluster), entry.IsOver))]), _cluster);
    }
}

/// <summary>
/// The session of a command that <see cref="Handles"/> lists: passes messages to it, wherever it is. It takes no memory beyond itself, and
/// cannot be watched.
/// </summary>
/// <param name="handle">The handle on the cluster.</param>
/// <param name="cluster">The cluster's actor.</param>
internal sealed class HandleRef(string handle, IInternalActorRef cluster) : MinimalActorRef
{
    private readonly ActorPath _path = cluster.Provider.TempPath();

    /// <inheritdoc/>
    public override ActorPath Path => _path;

    /// <inheritdoc/>
    public override IActorRefProvider Provider => cluster.Provider;

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender) => cluster.Tell(new CommandRouter.ToHandle(handle, message), sender);
}
