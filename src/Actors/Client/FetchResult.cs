namespace ActorBrowser;

/// <summary>The outcome of a buffered fetch: a response or a failure, never an exception.</summary>
public readonly struct FetchResult
{
    private readonly FetchProtocol.IEvent _event;

    internal FetchResult(FetchProtocol.IEvent outcome) => _event = outcome;

    /// <summary>The response, or null if the fetch failed.</summary>
    public FetchProtocol.FetchResponse? Response => _event as FetchProtocol.FetchResponse;

    /// <summary>The failure, or null if there is a response.</summary>
    public FetchProtocol.FetchFailed? Failure => _event as FetchProtocol.FetchFailed;

    /// <summary>Calls one of two functions.</summary>
    /// <typeparam name="T">Their result.</typeparam>
    /// <param name="onResponse">Called for a response.</param>
    /// <param name="onFailure">Called for a failure.</param>
    public T Match<T>(Func<FetchProtocol.FetchResponse, T> onResponse, Func<FetchProtocol.FetchFailed, T> onFailure)
    {
        ArgumentNullException.ThrowIfNull(onResponse);
        ArgumentNullException.ThrowIfNull(onFailure);
        return _event is FetchProtocol.FetchResponse response ? onResponse(response) : onFailure((FetchProtocol.FetchFailed)_event);
    }
}
