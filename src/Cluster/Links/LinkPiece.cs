using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>A piece of a conversation: from and to its actor, and between nodes in a <see cref="LinkFrame"/>.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Kind">What the piece is.</param>
/// <param name="Data">Its bytes.</param>
internal sealed record LinkPiece(ulong Conversation, FrameKind Kind, ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
