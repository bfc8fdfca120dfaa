using Akka.Actor;

namespace ActorBrowser;

/// <summary>Messages that wait until a child is ready.</summary>
/// <param name="most">How many may wait.</param>
internal sealed class ReadyBacklog(int most)
{
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();

    internal int Count => _waiting.Count;

    /// <summary>Adds a message.</summary>
    /// <returns>False when too many wait already.</returns>
    internal bool TryAdd(object message, IActorRef sender)
    {
        if (_waiting.Count >= most)
            return false;
        _waiting.Enqueue((message, sender));
        return true;
    }

    /// <summary>The child is ready: its actor gets the messages again.</summary>
    internal void Release(IActorRef actor)
    {
        while (_waiting.TryDequeue(out var next))
            actor.Tell(next.Message, next.Sender);
    }

    /// <summary>The child is lost: each sender is told.</summary>
    internal void FailAll(ChildLostException lost)
    {
        while (_waiting.TryDequeue(out var next))
            next.Sender.Tell(new Status.Failure(lost));
    }
}
