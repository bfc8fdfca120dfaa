using Akka.Actor;

namespace ActorBrowser;

/// <summary>Checks messages where they enter a protocol: an invalid one is refused to its sender and changes nothing.</summary>
internal static class Entry
{
    /// <summary>Checks a command, and refuses it to its sender if it is invalid.</summary>
    /// <param name="message">The message; types that cannot be invalid pass.</param>
    /// <param name="sender">The actor that gets the refusal.</param>
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
