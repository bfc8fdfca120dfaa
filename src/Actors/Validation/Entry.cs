using Akka.Actor;

namespace ActorBrowser;

/// <summary>Where messages enter a protocol: a wrong one is refused to its sender and changes nothing.</summary>
internal static class Entry
{
    /// <summary>Asks a command whether it is right; refuses it to its sender if it is not.</summary>
    /// <param name="message">What arrived; messages that cannot be wrong pass.</param>
    /// <param name="sender">Who hears the refusal.</param>
    /// <returns>Whether the actor may act on the message.</returns>
    internal static bool Admits(object message, IActorRef sender)
    {
        if (message is Poison)
            throw new InvalidOperationException("A test made this actor fail.");
        if (sender is not (null or IInternalActorRef))
        {
            sender.Tell(new Status.Failure(new InvalidMessageException(message.GetType().Name, $"its sender is a {sender.GetType().Name}, which cannot be watched")));
            return false;
        }
        if (message is not IValidated validated || validated.Refusal() is not { } refusal)
            return true;
        sender.Tell(refusal);
        return false;
    }
}
