using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a <see cref="ChildSupervisor"/> keeps through a restart: the child's users, whether a child is wanted, and the losses so far.</summary>
internal sealed class SupervisorMemory
{
    private readonly Queue<long> _losses = new();

    internal HashSet<IActorRef> Users { get; } = [];

    /// <summary>The actor that gets the child's frames.</summary>
    internal IActorRef? Frames { get; set; }

    /// <summary>Whether a child was requested; if so, the supervisor starts one again after a restart.</summary>
    internal bool IsWanted { get; set; }

    /// <summary>How many children in succession ended themselves before they were ready.</summary>
    internal int DeadStarts { get; set; }

    /// <summary>Counts one loss.</summary>
    /// <param name="window">How long a loss counts.</param>
    /// <param name="time">The actor system's time.</param>
    /// <returns>The number of losses in the window, including this one.</returns>
    internal int CountLoss(TimeSpan window, TimeProvider time)
    {
        var now = time.GetTimestamp();
        _losses.Enqueue(now);
        while (_losses.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) > window)
            _losses.Dequeue();
        return _losses.Count;
    }
}
