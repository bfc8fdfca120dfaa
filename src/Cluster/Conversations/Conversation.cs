using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Why a conversation has no answer.</summary>
internal enum ConversationFailure
{
    /// <summary>The node, or the connection to it, was lost.</summary>
    NodeLost,

    /// <summary>No node had room in time, or too many requests wait.</summary>
    NodesFull,

    /// <summary>The node's policy forbids it.</summary>
    Denied,

    /// <summary>The node failed, or the two nodes do not understand each other.</summary>
    Failed,

    /// <summary>This node's actor for it failed, or stopped, as it does with its actor system.</summary>
    Stopped,
}

/// <summary>What each conversation is given.</summary>
/// <param name="Id">Its id, unique in this process.</param>
/// <param name="Requester">Who asked.</param>
/// <param name="Settings">The settings.</param>
internal sealed record ConversationStart(ulong Id, IActorRef Requester, ClusterSettings Settings);

/// <summary>
/// One request, on the node where it was asked: waits for a node, opens a conversation with it, and answers the requester exactly once,
/// whatever happens to the node. A child of <see cref="ClusterBrowserActor"/>.
/// </summary>
internal abstract partial class Conversation : UntypedActor
{
    private Conduit? _conduit;
    private IActorRef? _link;
    private string? _lost;
    private int _finds;
    private bool _isOver;
    private bool _isClosing;
    private long _since;

    private protected Conversation(ConversationStart start) => Start = start;

    /// <summary>To the cluster's actor: find a node. Answered by <see cref="Placed"/> or <see cref="NotPlaced"/>.</summary>
    /// <param name="Request">What it needs.</param>
    /// <param name="Since">When the request was made, as a timestamp: its wait is counted from then, however often it is placed.</param>
    /// <param name="Before">How often it was asked before: nodes have refused it, or were lost.</param>
    internal sealed record FindNode(PlacementRequest Request, long Since, int Before = 0) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The node that has room.</summary>
    internal sealed record Placed(IActorRef Link, string Node) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>No node has room, or the only one that may do it is gone or does not do it.</summary>
    internal sealed record NotPlaced(ConversationFailure Failure, string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private protected ConversationStart Start { get; }

    private protected ulong Id => Start.Id;

    private protected IActorRef Requester => Start.Requester;

    /// <summary>The node's key; null while there is none.</summary>
    private protected string? Node { get; private set; }

    private protected bool IsPlaced => _conduit is not null;

    /// <summary>Whether the node has taken all that was sent.</summary>
    private protected bool IsClear => _conduit is { IsClear: true };

    /// <summary>What the work needs.</summary>
    private protected abstract PlacementRequest Placement { get; }

    /// <summary>Whether the request may be made once more, elsewhere, because a repetition changes nothing and nothing was answered yet.</summary>
    private protected abstract bool MayRepeat { get; }

    /// <summary>Sends the request to the node that was found.</summary>
    private protected abstract void OnPlaced();

    /// <summary>Handles a message of the node. Whatever it is, it is input.</summary>
    private protected abstract void OnAnswer(object message);

    /// <summary>Handles a message of this node.</summary>
    private protected abstract void OnLocal(object message);

    /// <summary>Tells the requester that there is no answer. Called at most once; the actor stops afterwards.</summary>
    private protected abstract void OnFailed(ConversationFailure failure, string problem);

    /// <summary>Whether a message counts as taken as soon as it was handled; else <see cref="Taken"/> says so later.</summary>
    private protected virtual bool IsTakenAtOnce(object message) => true;

    /// <summary>The node has taken some of what was sent.</summary>
    private protected virtual void OnRoom()
    {
    }

    private protected void Taken(long bytes) => _conduit?.Consumed(bytes);

    private protected void Send(object message)
    {
        try
        {
            _conduit?.Send(message);
        }
        catch (MessageTooLongException e)
        {
            Fail(ConversationFailure.Failed, e.Message);
        }
    }

    /// <summary>The conversation is over once the node has room for everything that was sent; the node is told only then.</summary>
    private protected void FinishOnceSent()
    {
        if (_isOver || _isClosing)
            return;
        _isClosing = true;
        _conduit?.Close();
        FinishIfSent();
    }

    private void FinishIfSent()
    {
        if (!_isClosing || _conduit is { IsDrained: false })
            return;
        _isOver = true;
        Part(tell: false);
        Context.Stop(Self);
    }

    /// <summary>The conversation is over; the node need not go on.</summary>
    private protected void Finish()
    {
        _isOver = true;
        Part(tell: true);
        Context.Stop(Self);
    }

    private protected void Fail(ConversationFailure failure, string problem)
    {
        if (_isOver)
            return;
        _isOver = true;
        ClusterMetrics.OnFailed(failure);
        OnFailed(failure, problem);
        Finish();
    }

    /// <summary>The node says that it is stopping, before the link to it is gone: as if it were lost.</summary>
    private protected void OnNodeStopping(string why) => OnLost(why);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _since = Clock.Of(Context.System).GetTimestamp();
        Find(null);
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Timers.CancelAll();
        if (!_isOver)
            OnFailed(ConversationFailure.Stopped, "This node's actor for the request failed, or stopped with its actor system.");
        Part(tell: true);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        if (_isOver)
            return;
        switch (message)
        {
            case LinkPiece piece when _conduit is not null:
                OnPiece(piece);
                break;
            case LinkPiece:
                // Of a node that this conversation has left.
                break;
            case Placed placed:
                OnNode(placed);
                break;
            case NotPlaced not:
                Fail(not.Failure, _lost is null ? not.Problem : $"The node {_lost} was lost. {not.Problem}");
                break;
            case NodeLink.LinkLost lost when _link is not null && Sender.Equals(_link):
                OnLost(lost.Why);
                break;
            case NodeLink.LinkLost:
                break;
            case SilenceTick:
                OnSilence();
                break;
            case LateTick late:
                OnLate(late.Most);
                break;
            default:
                OnLocal(message);
                break;
        }
    }

    private void Find(string? avoid) => Context.Parent.Tell(new FindNode(Placement with { Avoid = avoid }, _since, _finds++));

    private void OnNode(Placed placed)
    {
        Node = placed.Node;
        _link = placed.Link;
        _link.Tell(new NodeLink.Join(Id));
        _conduit = new Conduit(Id, _link, Start.Settings);
        _conduit.Open(Placement.Kind, Placement.Apart);
        OnPlaced();
        AwaitAnswer();
    }

    private void OnPiece(LinkPiece piece)
    {
        Await();
        switch (piece.Kind)
        {
            case FrameKind.Refuse:
                OnRefusal(Refusal.Decode(piece.Data));
                return;
            case FrameKind.Close:
                Part(tell: false);
                Fail(ConversationFailure.Failed, "The node ended the conversation without an answer.");
                return;
        }
        try
        {
            var whole = _conduit!.Receive(piece, out var cost);
            if (piece.Kind is FrameKind.Credit)
            {
                OnRoom();
                FinishIfSent();
            }
            if (whole is null)
                return;
            OnAnswer(whole);
            if (IsTakenAtOnce(whole))
                Taken(cost);
        }
        catch (WireFormatException e)
        {
            Context.GetLogger().Warning("{0} sent what is no message: {1}", Node, e.Message);
            Fail(ConversationFailure.Failed, $"The node's answer cannot be read: {e.Message}");
        }
    }

    private void OnRefusal(Refusal refusal)
    {
        var node = Node;
        Part(tell: false);
        if (refusal.Kind == RefusalKind.Full)
            Find(node);
        else
            Fail(FailureOf(refusal.Kind), refusal.Problem);
    }

    private static ConversationFailure FailureOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Denied => ConversationFailure.Denied,
        RefusalKind.Exhausted => ConversationFailure.NodesFull,
        _ => ConversationFailure.Failed,
    };

    private void OnLost(string why)
    {
        var node = Node;
        Part(tell: false);
        if (MayRepeat && _lost is null)
        {
            _lost = node;
            // The wait begins anew: the time on the lost node was no wait for a node.
            _since = Clock.Of(Context.System).GetTimestamp();
            Find(node);
        }
        else
            Fail(ConversationFailure.NodeLost, $"The node {node} was lost: {why}");
    }

    private void Part(bool tell)
    {
        if (tell)
            _conduit?.Abort();
        _conduit = null;
        AwaitNothing();
        _link?.Tell(new NodeLink.Leave(Id));
        _link = null;
    }
}
