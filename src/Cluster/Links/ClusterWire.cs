using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>A message that Akka carries from node to node; <see cref="ClusterSerializer"/> writes and reads it. One that reaches nobody is not worth a line in the log: the sender notices.</summary>
internal interface IClusterWire : IDeadLetterSuppression;

/// <summary>Asking node → browser node: a link is wanted.</summary>
/// <param name="Oldest">The oldest version of the messages that the asker speaks.</param>
/// <param name="Newest">The newest.</param>
/// <param name="Nonce">Random bytes, used once.</param>
/// <param name="Window">The asker's <c>window</c>; 0 if it does not say.</param>
/// <param name="PartSize">The asker's <c>part-size</c>; 0 if it does not say.</param>
internal sealed record Introduce(int Oldest, int Newest, ReadOnlyMemory<byte> Nonce, int Window = 0, int PartSize = 0) : IClusterWire;

/// <summary>Browser node → asking node, from the link's actor: prove that you know the secret, as I do.</summary>
/// <param name="Version">The version that the link speaks.</param>
/// <param name="Nonce">Random bytes, used once.</param>
/// <param name="Proof">That the browser node knows the secret.</param>
internal sealed record Challenge(int Version, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Proof) : IClusterWire;

/// <summary>Asking node → browser node: the asker knows the secret.</summary>
internal sealed record Prove(ReadOnlyMemory<byte> Proof) : IClusterWire;

/// <summary>Browser node → asking node: the link is open.</summary>
/// <param name="Token">A number that each message of the link carries.</param>
/// <param name="Offer">What is free.</param>
internal sealed record Welcome(ulong Token, NodeOffer Offer) : IClusterWire;

/// <summary>Browser node → asking node: there is no link.</summary>
/// <param name="Problem">One sentence.</param>
internal sealed record NotWelcome(string Problem) : IClusterWire;

/// <summary>Browser node → asking node: what is free now.</summary>
internal sealed record OfferMade(ulong Token, NodeOffer Offer) : IClusterWire;

/// <summary>Either way: pieces of conversations, in the order in which they were sent.</summary>
/// <param name="Token">The link's.</param>
/// <param name="Number">1 for the first frame of this direction, then one more each time.</param>
/// <param name="Pieces">At least one, at most <see cref="MostPieces"/>.</param>
internal sealed record LinkFrame(ulong Token, ulong Number, IReadOnlyList<LinkPiece> Pieces) : IClusterWire
{
    internal const int MostPieces = 256;
}

/// <summary>Either way: so many frames were sent. The receiver compares, and answers with its own count.</summary>
/// <param name="Token">The link's.</param>
/// <param name="Sent">How many.</param>
/// <param name="IsAnswer">Whether it answers one; it is then not answered.</param>
internal sealed record Pulse(ulong Token, ulong Sent, bool IsAnswer) : IClusterWire;

/// <summary>What a <see cref="LinkPiece"/> is.</summary>
internal enum FrameKind : byte
{
    /// <summary>A conversation begins: the kind of its work in one byte, and in eight the key of other work that it wants to be apart from.</summary>
    Open = 1,

    /// <summary>A message, or the end of one.</summary>
    Message = 2,

    /// <summary>A part of a message that goes on.</summary>
    Part = 3,

    /// <summary>The receiver has taken so many bytes.</summary>
    Credit = 4,

    /// <summary>The conversation is over.</summary>
    Close = 5,

    /// <summary>The browser node does not do it; why.</summary>
    Refuse = 6,
}

/// <summary>Why a browser node does not do what it is asked for.</summary>
internal enum RefusalKind
{
    /// <summary>It has no room, or leaves the cluster: another node may do it.</summary>
    Full = 0,

    /// <summary>Its policy forbids it.</summary>
    Denied = 1,

    /// <summary>It failed, before or while it did it.</summary>
    Failed = 2,

    /// <summary>It takes no more of this, and no other node may do it. A version without this kind says that it cannot read the reason.</summary>
    Exhausted = 3,
}

/// <summary>What a request needs of a node.</summary>
internal enum WorkKind : byte
{
    /// <summary>A fetch.</summary>
    Fetch = 0,

    /// <summary>A tab.</summary>
    Tab = 1,

    /// <summary>A command.</summary>
    Command = 2,

    /// <summary>An image to decode.</summary>
    Image = 3,

    /// <summary>A request to a typed role.</summary>
    Call = 4,

    /// <summary>A question or order of a task manager.</summary>
    Watch = 5,

    /// <summary>A question about work that a certain node has. It takes no room: also a full node, or one that leaves, answers.</summary>
    Question = 6,
}
