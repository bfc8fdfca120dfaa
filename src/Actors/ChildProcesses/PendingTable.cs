using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The unanswered requests to a child, by correlation id.</summary>
internal sealed class PendingTable
{
    // No other request of a child has an id of these, so that an id names one request of the child.
    private const ulong FirstId = 1UL << 61;

    private readonly Dictionary<ulong, Request> _pending = [];
    private ulong _lastId = FirstId;

    internal int Count => _pending.Count;

    internal IReadOnlyCollection<ulong> Ids => _pending.Keys;

    /// <summary>Whether an id is one of such a table.</summary>
    internal static bool IsIdOf(ulong id) => (id & FirstId) != 0;

    internal ulong Add(IActorRef asker, RequestSpan? span)
    {
        _pending.Add(++_lastId, new Request(asker, Stopwatch.GetTimestamp(), span));
        return _lastId;
    }

    internal bool TryTake(ulong id, out Request request) => _pending.Remove(id, out request);

    internal void FailAll(Exception cause)
    {
        foreach (var request in _pending.Values)
        {
            request.Span?.Fail(cause);
            request.Asker.Tell(new Status.Failure(cause), ActorRefs.NoSender);
        }
        _pending.Clear();
    }

    /// <summary>An unanswered request.</summary>
    /// <param name="Asker">Who gets the answer.</param>
    /// <param name="Since">When it was sent, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="Span">Its span; null for none.</param>
    internal readonly record struct Request(IActorRef Asker, long Since, RequestSpan? Span)
    {
        internal TimeSpan Waited => Stopwatch.GetElapsedTime(Since);
    }
}
