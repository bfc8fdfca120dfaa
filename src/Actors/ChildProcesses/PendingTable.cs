using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The unanswered requests to a child, by correlation id.</summary>
internal sealed class PendingTable
{
    private readonly Dictionary<ulong, (IActorRef Asker, long Since)> _pending = [];
    private ulong _lastId;

    internal int Count => _pending.Count;

    internal IReadOnlyCollection<ulong> Ids => _pending.Keys;

    internal ulong Add(IActorRef asker)
    {
        _pending.Add(++_lastId, (asker, Stopwatch.GetTimestamp()));
        return _lastId;
    }

    internal bool TryTake(ulong id, out IActorRef asker, out TimeSpan waited)
    {
        var found = _pending.Remove(id, out var entry);
        asker = entry.Asker;
        waited = found ? Stopwatch.GetElapsedTime(entry.Since) : default;
        return found;
    }

    internal void FailAll(Exception cause)
    {
        foreach (var (asker, _) in _pending.Values)
            asker.Tell(new Status.Failure(cause), ActorRefs.NoSender);
        _pending.Clear();
    }
}
