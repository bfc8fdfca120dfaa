using Akka.Actor;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>The sender of one command of a conversation: gives the answer to the conversation, with the command's number.</summary>
internal sealed class AnswerRef(IActorRefProvider provider, IActorRef conversation, ulong id) : MinimalActorRef
{
    private ActorPath? _path;

    public override IActorRefProvider Provider { get; } = provider;

    public override ActorPath Path => Volatile.Read(ref _path) ?? Interlocked.CompareExchange(ref _path, Provider.TempPath(), null) ?? _path;

    /// <summary>An answer to a command.</summary>
    internal sealed record Answered(ulong Id, object Answer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    protected override void TellInternal(object message, IActorRef sender) => conversation.Tell(new Answered(id, message), sender);
}
