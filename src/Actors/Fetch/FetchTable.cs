using System.Diagnostics.CodeAnalysis;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The accepted fetches that have not ended, by id and by requester. A requester is watched as long as it has fetches.</summary>
/// <param name="context">The coordinator's context.</param>
internal sealed class FetchTable(IActorContext context)
{
    private readonly Dictionary<ulong, PendingFetch> _byId = [];
    private readonly Dictionary<IActorRef, HashSet<ulong>> _byRequester = [];

    internal int Count => _byId.Count;

    /// <summary>How many of them may reach private addresses.</summary>
    internal int ReachingPrivate { get; private set; }

    /// <summary>A copy, so that fetches may end while the caller reads it.</summary>
    internal PendingFetch[] All() => [.. _byId.Values];

    internal bool TryFind(ulong id, [NotNullWhen(true)] out PendingFetch? fetch) => _byId.TryGetValue(id, out fetch);

    internal void Add(PendingFetch fetch)
    {
        _byId.Add(fetch.Id, fetch);
        CountPrivate(fetch, 1);
        // Neither the temporary reference of an Ask nor NoSender can be watched.
        if (fetch.Requester is MinimalActorRef)
            return;
        if (!_byRequester.TryGetValue(fetch.Requester, out var ids))
        {
            _byRequester.Add(fetch.Requester, ids = []);
            context.Watch(fetch.Requester);
        }
        ids.Add(fetch.Id);
    }

    internal void Remove(PendingFetch fetch)
    {
        if (_byId.Remove(fetch.Id))
            CountPrivate(fetch, -1);
        // The reference of an Ask is not in the table, and hashing it would make Akka build its path.
        if (fetch.Requester is MinimalActorRef || !_byRequester.TryGetValue(fetch.Requester, out var ids))
            return;
        if (ids.Remove(fetch.Id) && ids.Count == 0)
        {
            _byRequester.Remove(fetch.Requester);
            context.Unwatch(fetch.Requester);
        }
    }

    /// <summary>Removes all fetches of a requester that has stopped.</summary>
    /// <returns>The fetches that were removed.</returns>
    internal List<PendingFetch> RemoveAllOf(IActorRef requester)
    {
        var removed = new List<PendingFetch>();
        if (!_byRequester.Remove(requester, out var ids))
            return removed;
        foreach (var id in ids)
        {
            if (!_byId.Remove(id, out var fetch))
                continue;
            CountPrivate(fetch, -1);
            removed.Add(fetch);
        }
        return removed;
    }

    private void CountPrivate(PendingFetch fetch, int change) => ReachingPrivate += fetch.ReachesPrivate ? change : 0;
}
