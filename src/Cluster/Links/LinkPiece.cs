using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>Between a conversation's actor and the actor of its link, on the same node: one frame, without its number.</summary>
internal sealed record LinkPiece(ulong Conversation, FrameKind Kind, ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
