using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>
/// What one end of a link sends, and its counts. Pieces that wait in the end's mailbox at the same time cross in one frame, since each of
/// Akka's remote messages costs more than a piece. Akka delivers a message at most once and in order; a broken connection loses some
/// without a word. Each frame has a number, and while a conversation is open at either end, both tell each other how many they sent: a
/// lost frame is noticed, the last one too, and whichever end misses it.
/// </summary>
/// <param name="token">The link's token.</param>
/// <param name="other">The actor at the other end.</param>
/// <param name="self">The actor at this end: it calls <see cref="Flush"/> when it gets <see cref="FlushTick"/>.</param>
/// <param name="longest">The longest piece, in bytes; a frame of several is no longer.</param>
internal sealed class LinkTraffic(ulong token, IActorRef other, IActorRef self, int longest)
{
    // Of a piece, besides its data.
    private const int PieceCost = 24;

    private List<LinkPiece> _pieces = [];
    private int _cost;
    private bool _hasTick;
    private ulong _sent;
    private ulong _received;

    /// <summary>To the link's actor, behind what waits in its mailbox: send.</summary>
    internal sealed class FlushTick : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly FlushTick Instance = new();
    }

    internal ulong Token { get; } = token;

    internal IActorRef Other { get; } = other;

    internal void Send(LinkPiece piece)
    {
        var cost = piece.Data.Length + PieceCost;
        if (_pieces.Count == LinkFrame.MostPieces || _cost + cost > longest)
            Post();
        _pieces.Add(piece);
        _cost += cost;
        if (_hasTick)
            return;
        _hasTick = true;
        self.Tell(FlushTick.Instance, ActorRefs.NoSender);
    }

    /// <summary>Sends what was not sent yet.</summary>
    internal void Flush()
    {
        _hasTick = false;
        Post();
    }

    /// <summary>Counts a frame.</summary>
    /// <returns>Null, or the problem that ends the link.</returns>
    internal string? Receive(LinkFrame frame) => frame.Number == ++_received ? null : Lost(frame.Number - _received);

    /// <summary>Compares the counts, and answers.</summary>
    /// <returns>Null, or the problem that ends the link.</returns>
    internal string? Receive(Pulse pulse)
    {
        if (pulse.Sent != _received)
            return Lost(pulse.Sent - _received);
        if (!pulse.IsAnswer)
            Tell(isAnswer: true);
        return null;
    }

    /// <summary>Tells the other end how much was sent.</summary>
    internal void Tell(bool isAnswer = false)
    {
        Post();
        Other.Tell(new Pulse(Token, _sent, isAnswer), self);
    }

    /// <summary>Tells the other end what is free, behind what was sent: a refusal that the offer has counted comes before it.</summary>
    internal void Offer(NodeOffer offer)
    {
        Post();
        Other.Tell(new OfferMade(Token, offer), self);
    }

    private void Post()
    {
        if (_pieces.Count == 0)
            return;
        Other.Tell(new LinkFrame(Token, ++_sent, _pieces), self);
        (_pieces, _cost) = ([], 0);
    }

    private static string Lost(ulong count) => $"The connection between the nodes has lost {count} messages.";
}
