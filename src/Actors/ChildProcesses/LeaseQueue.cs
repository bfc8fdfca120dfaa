using Akka.Actor;

namespace ActorBrowser;

/// <summary>The waiting requests for a pool's processes, oldest first.</summary>
/// <param name="time">The actor system's clock.</param>
internal sealed class LeaseQueue(TimeProvider time)
{
    private readonly LinkedList<Request> _waiting = new();

    internal int Count => _waiting.Count;

    internal void Add(object lease, string site, IActorRef borrower) => _waiting.AddLast(new Request(lease, site, borrower, time.GetTimestamp()));

    /// <summary>Removes the request for a lease, if the queue holds it.</summary>
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

    /// <summary>Removes all requests of a borrower that has stopped.</summary>
    internal void RemoveAllOf(IActorRef borrower) => Take(request => request.Borrower.Equals(borrower));

    /// <summary>Removes and returns the requests that have waited for longer than <paramref name="patience"/>.</summary>
    internal List<Request> TakeOverdue(TimeSpan patience) => Take(request => time.GetElapsedTime(request.Since) > patience);

    /// <summary>Removes and returns all requests.</summary>
    internal List<Request> TakeAll() => Take(static _ => true);

    /// <summary>Removes and returns the requests for which <paramref name="isTaken"/> returns true; calls it for each request, oldest first.</summary>
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
    /// <param name="Lease">The borrower's name for the lease.</param>
    /// <param name="Site">The site that the process works for.</param>
    /// <param name="Borrower">The actor that asks.</param>
    /// <param name="Since">When the request came, as a timestamp of the <see cref="TimeProvider"/>.</param>
    internal readonly record struct Request(object Lease, string Site, IActorRef Borrower, long Since);
}
