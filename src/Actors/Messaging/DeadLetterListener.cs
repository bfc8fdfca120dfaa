using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Receives an actor system's dead letters, without a mailbox, as long as the system lives.</summary>
internal abstract class DeadLetterListener : MinimalActorRef
{
    private protected DeadLetterListener(IActorRefProvider provider)
    {
        Provider = provider;
        Path = provider.TempPath();
        provider.Guardian.Underlying.System.EventStream.Subscribe(this, typeof(DeadLetter));
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    /// <inheritdoc/>
    public override IActorRefProvider Provider { get; }

    /// <summary>Handles a message that reached no actor. Called on the thread that sent it.</summary>
    private protected abstract void OnDeadLetter(DeadLetter letter);

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        if (message is DeadLetter letter)
            OnDeadLetter(letter);
    }
}
