using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>
/// The counts of one end of a link. Akka delivers a message at most once and in order; a broken connection loses some without a word.
/// Each frame has a number, and while a conversation is open at either end, both tell each other how many they sent: a lost frame is
/// noticed, the last one too, and whichever end misses it.
/// </summary>
/// <param name="token">The link's token.</param>
/// <param name="other">The actor at the other end.</param>
/// <param name="self">The actor at this end.</param>
internal sealed class LinkTraffic(ulong token, IActorRef other, IActorRef self)
{
    private ulong _sent;
    private ulong _received;

    internal ulong Token { get; } = token;

    internal IActorRef Other { get; } = other;

    internal void Send(LinkPiece piece) => Other.Tell(new LinkFrame(Token, ++_sent, piece.Conversation, piece.Kind, piece.Data), self);

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
    internal void Tell(bool isAnswer = false) => Other.Tell(new Pulse(Token, _sent, isAnswer), self);

    private static string Lost(ulong count) => $"The connection between the nodes has lost {count} messages.";
}
