using Akka.Actor;

namespace ActorBrowser;

/// <summary>The requests for a pool's processes that wait, oldest first.</summary>
/// <param name="time">The actor system's.</param>
internal sealed class LeaseQueue(TimeProvider time)
{
    private readonly LinkedList<Request> _waiting = new();

    internal int Count => _waiting.Count;

    internal void Add(object lease, string site, IActorRef borrower) => _waiting.AddLast(new Request(lease, site, borrower, time.GetTimestamp()));

    /// <summary>Takes the request for a lease out of the queue, if it is in there.</summary>
    internal void Remove(object lease)
    {
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (!node.Value.Lease.Equals(lease))
                continue;
            _waiting.Remove(node);
            return;
        }
    }

    /// <summary>Takes all requests of a borrower that has stopped out of the queue.</summary>
    internal void RemoveAllOf(IActorRef borrower) => Take(request => request.Borrower.Equals(borrower));

    /// <summary>Takes out of the queue what has waited for longer than <paramref name="patience"/>.</summary>
    internal List<Request> TakeOverdue(TimeSpan patience) => Take(request => time.GetElapsedTime(request.Since) > patience);

    /// <summary>Empties the queue.</summary>
    internal List<Request> TakeAll() => Take(static _ => true);

    /// <summary>Takes those requests out of the queue for which <paramref name="isTaken"/> says so; it is asked about each, oldest first.</summary>
    internal List<Request> Take(Func<Request, bool> isTaken)
    {
        var taken = new List<Request>();
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (isTaken(node.Value))
            {
                _waiting.Remove(node);
                taken.Add(node.Value);
            }
            node = next;
        }
        return taken;
    }

    /// <summary>A request for a process.</summary>
    /// <param name="Lease">The borrower's name for it.</param>
    /// <param name="Site">What the process is to work for.</param>
    /// <param name="Borrower">Who asks.</param>
    /// <param name="Since">When it came, as a timestamp of the <see cref="TimeProvider"/>.</param>
    internal readonly record struct Request(object Lease, string Site, IActorRef Borrower, long Since);
}
