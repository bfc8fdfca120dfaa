using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// One request of another node, on the browser node that does it: the requester of the local browser. It stops when the asker closes
/// the conversation, when the work is over, or with its link, and the local work ends with it.
/// </summary>
internal abstract class HostedConversation : UntypedActor
{
    private readonly Conduit _conduit;
    private bool _isOver;

    private protected HostedConversation(HostedStart start)
    {
        Start = start;
        _conduit = new Conduit(start.Id, start.Link, start.Work.Settings, start.Parts);
    }

    private protected HostedStart Start { get; }

    private protected IActorRef Browser => Start.Work.Browser;

    private protected ClusterPolicy Policy => Start.Work.Settings.Policy;

    /// <summary>Whether the other node has taken all that was sent.</summary>
    private protected bool IsClear => _conduit.IsClear;

    /// <summary>Handles a message of the other node; the first is the request. Whatever it is, it is input.</summary>
    /// <param name="message">One of <see cref="ClusterCodec"/>'s.</param>
    private protected abstract void OnMessage(object message);

    /// <summary>Handles a message of this node.</summary>
    private protected abstract void OnLocal(object message);

    /// <summary>Whether a message counts as taken as soon as it was handled; else <see cref="Taken"/> says so later.</summary>
    private protected virtual bool IsTakenAtOnce(object message) => true;

    /// <summary>The other node has taken some of what was sent.</summary>
    private protected virtual void OnRoom()
    {
    }

    /// <summary>What to give <see cref="Taken"/> for the message that is handled now.</summary>
    private protected long Cost { get; private set; }

    /// <summary>So many bytes of messages that are not taken at once were taken.</summary>
    private protected void Taken(long bytes) => _conduit.Consumed(bytes);

    private protected void Send(object message)
    {
        if (_isOver)
            return;
        try
        {
            _conduit.Send(message);
        }
        catch (MessageTooLongException e)
        {
            Refuse(RefusalKind.Failed, e.Message);
        }
    }

    /// <summary>Ends the conversation once the other node has had room for everything that was sent.</summary>
    private protected void Finish()
    {
        if (_isOver)
            return;
        _isOver = true;
        _conduit.Close();
        StopIfDrained();
    }

    private protected void Refuse(RefusalKind kind, string problem)
    {
        if (_isOver)
            return;
        _isOver = true;
        _conduit.Refuse(kind, problem);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        if (message is not LinkPiece piece)
        {
            if (!_isOver)
                OnLocal(message);
            return;
        }
        if (piece.Kind is FrameKind.Close)
        {
            _isOver = true;
            Context.Stop(Self);
            return;
        }
        try
        {
            var whole = _conduit.Receive(piece, out var cost);
            if (_isOver)
            {
                StopIfDrained();
                return;
            }
            if (piece.Kind is FrameKind.Credit)
                OnRoom();
            if (whole is null)
                return;
            Cost = cost;
            OnMessage(whole);
            if (IsTakenAtOnce(whole))
                _conduit.Consumed(cost);
        }
        catch (WireFormatException e)
        {
            Context.GetLogger().Warning("{0} sent what is no message: {1}", Start.Asker, e.Message);
            _isOver = false;
            Refuse(RefusalKind.Failed, $"The node could not read a message: {e.Message}");
        }
    }

    /// <inheritdoc/>
    protected override void PostStop() => _conduit.Dispose();

    private void StopIfDrained()
    {
        if (_conduit.IsDrained)
            Context.Stop(Self);
    }
}
