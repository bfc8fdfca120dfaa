using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>Those who hear what becomes of a child: its actor's parent, and subscribers.</summary>
/// <param name="self">The child's actor, as the sender.</param>
/// <param name="parent">Its parent.</param>
internal sealed class ChildAudience(IActorRef self, IActorRef parent)
{
    private readonly HashSet<IActorRef> _subscribers = [];

    internal void Add(IActorRef subscriber) => _subscribers.Add(subscriber);

    /// <summary>Tells the parent and each subscriber, once.</summary>
    internal void Publish(IEvent happened)
    {
        parent.Tell(happened, self);
        foreach (var subscriber in _subscribers)
        {
            if (!subscriber.Equals(parent))
                subscriber.Tell(happened, self);
        }
    }

    /// <summary>Tells the subscribers that the actor was stopped; its parent has stopped it, or watches it.</summary>
    internal void TellSubscribers(ChildExited exited)
    {
        foreach (var subscriber in _subscribers)
            subscriber.Tell(exited, self);
    }
}
