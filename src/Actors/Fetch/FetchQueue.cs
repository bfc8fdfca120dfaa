namespace ActorBrowser;

/// <summary>Fetches that wait for a network process, oldest first.</summary>
/// <param name="patience">How long each of them waits at most.</param>
internal sealed class FetchQueue(TimeSpan patience)
{
    private readonly LinkedList<PendingFetch> _waiting = new();

    internal bool IsEmpty => _waiting.Count == 0;

    internal void Add(PendingFetch fetch)
    {
        fetch.WaitAtMost(patience);
        fetch.Place = _waiting.AddLast(fetch);
    }

    /// <summary>Takes a fetch out of the queue; does nothing if it is not in there.</summary>
    internal void Remove(PendingFetch fetch)
    {
        if (fetch.Place is { } place)
            _waiting.Remove(place);
        fetch.Place = null;
    }

    /// <summary>Takes the oldest fetch out of the queue; null if the queue is empty.</summary>
    internal PendingFetch? Take()
    {
        if (_waiting.First is not { Value: var fetch })
            return null;
        Remove(fetch);
        return fetch;
    }
}
