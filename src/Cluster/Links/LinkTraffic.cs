using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>
/// The counts of one end of a link. Akka delivers a message at most once and in order; a broken connection loses some without a word.
/// Each frame has a number, and both ends tell each other how many they sent, so that a lost one is noticed.
/// </summary>
/// <param name="token">The link's token.</param>
/// <param name="other">The actor at the other end.</param>
/// <param name="self">The actor at this end.</param>
internal sealed class LinkTraffic(ulong token, IActorRef other, IActorRef self)
{
    private ulong _sent;
    private ulong _received;
    private ulong _told;

    internal ulong Token { get; } = token;

    internal IActorRef Other { get; } = other;

    internal void Send(LinkPiece piece) => Other.Tell(new LinkFrame(Token, ++_sent, piece.Conversation, piece.Kind, piece.Data), self);

    /// <summary>Counts a frame.</summary>
    /// <returns>Null, or the problem that ends the link.</returns>
    internal string? Receive(LinkFrame frame) => frame.Number == ++_received ? null : Lost(frame.Number - _received);

    /// <summary>Compares the counts.</summary>
    /// <returns>Null, or the problem that ends the link.</returns>
    internal string? Receive(Pulse pulse) => pulse.Sent == _received ? null : Lost(pulse.Sent - _received);

    /// <summary>Tells the other end how much was sent, if that is new.</summary>
    internal void Tell()
    {
        if (_told == _sent)
            return;
        _told = _sent;
        Other.Tell(new Pulse(Token, _sent), self);
    }

    private static string Lost(ulong count) => $"The connection between the nodes has lost {count} messages.";
}
