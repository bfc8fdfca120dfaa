namespace ActorBrowser;

/// <summary>Fetches that wait for a network process, oldest first.</summary>
/// <param name="patience">The longest wait of each fetch.</param>
internal sealed class FetchQueue(TimeSpan patience)
{
    private readonly LinkedList<PendingFetch> _waiting = new();

    internal bool IsEmpty => _waiting.Count == 0;

    internal void Add(PendingFetch fetch)
    {
        fetch.WaitAtMost(patience);
        fetch.Place = _waiting.AddLast(fetch);
    }

    /// <summary>Removes a fetch from the queue; does nothing if the queue does not hold it.</summary>
    internal void Remove(PendingFetch fetch)
    {
        if (fetch.Place is { } place)
            _waiting.Remove(place);
        fetch.Place = null;
    }

    /// <summary>Removes and returns the oldest fetch; null if the queue is empty.</summary>
    internal PendingFetch? Take()
    {
        if (_waiting.First is not { Value: var fetch })
            return null;
        Remove(fetch);
        return fetch;
    }
}
