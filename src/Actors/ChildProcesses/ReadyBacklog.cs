using Akka.Actor;

namespace ActorBrowser;

/// <summary>Messages that wait until a child is ready, or has ended.</summary>
/// <param name="most">The most messages that may wait.</param>
internal sealed class ReadyBacklog(int most)
{
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();

    internal int Count => _waiting.Count;

    /// <summary>Adds a message.</summary>
    /// <returns>False if as many wait already as may.</returns>
    internal bool TryAdd(object message, IActorRef sender)
    {
        if (_waiting.Count >= most)
            return false;
        _waiting.Enqueue((message, sender));
        return true;
    }

    /// <summary>Sends the messages to the child's actor again, because the child is ready.</summary>
    internal void Release(IActorRef actor)
    {
        while (_waiting.TryDequeue(out var next))
            actor.Tell(next.Message, next.Sender);
    }

    /// <summary>Tells each sender that the child is lost.</summary>
    internal void FailAll(ChildLostException lost)
    {
        while (_waiting.TryDequeue(out var next))
            next.Sender.Tell(new Status.Failure(lost));
    }
}
