using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>The actors that get a child's events: the parent of the child's actor, and subscribers.</summary>
/// <param name="self">The child's actor, the sender of the events.</param>
/// <param name="parent">The parent of the child's actor.</param>
internal sealed class ChildAudience(IActorRef self, IActorRef parent)
{
    private readonly HashSet<IActorRef> _subscribers = [];

    internal void Add(IActorRef subscriber) => _subscribers.Add(subscriber);

    /// <summary>Sends an event to the parent and to each subscriber, once each.</summary>
    internal void Publish(IEvent happened)
    {
        parent.Tell(happened, self);
        foreach (var subscriber in _subscribers)
        {
            if (!subscriber.Equals(parent))
                subscriber.Tell(happened, self);
        }
    }

    /// <summary>Tells the subscribers that the actor was stopped. The parent is not told: it has stopped the actor, or watches it.</summary>
    internal void TellSubscribers(ChildExited exited)
    {
        foreach (var subscriber in _subscribers)
            subscriber.Tell(exited, self);
    }
}
