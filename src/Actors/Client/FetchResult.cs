namespace ActorBrowser;

/// <summary>A buffered fetch's outcome: a response or a failure, never an exception.</summary>
public readonly struct FetchResult
{
    private readonly FetchProtocol.IEvent _event;

    internal FetchResult(FetchProtocol.IEvent outcome) => _event = outcome;

    /// <summary>The response, or null when the fetch failed.</summary>
    public FetchProtocol.FetchResponse? Response => _event as FetchProtocol.FetchResponse;

    /// <summary>The failure, or null when there is a response.</summary>
    public FetchProtocol.FetchFailed? Failure => _event as FetchProtocol.FetchFailed;

    /// <summary>Takes one or the other.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="onResponse">For a response.</param>
    /// <param name="onFailure">For a failure.</param>
    public T Match<T>(Func<FetchProtocol.FetchResponse, T> onResponse, Func<FetchProtocol.FetchFailed, T> onFailure)
    {
        ArgumentNullException.ThrowIfNull(onResponse);
        ArgumentNullException.ThrowIfNull(onFailure);
        return _event is FetchProtocol.FetchResponse response ? onResponse(response) : onFailure((FetchProtocol.FetchFailed)_event);
    }
}
