using Akka.Actor;

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

/// <summary>The browser for people without actors. Nothing more than an Ask.</summary>
public readonly struct BrowserClient
{
    private readonly IActorRef _browser;

    private BrowserClient(IActorRef browser) => _browser = browser;

    /// <summary>A client of this browser.</summary>
    /// <param name="browser">A <see cref="BrowserActor"/>.</param>
    public static BrowserClient For(IActorRef browser) => new(browser);

    /// <summary>Fetches into memory.</summary>
    /// <param name="fetch">What; not streamed.</param>
    /// <param name="cancellation">Cancels the fetch.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The fetch is streamed: that takes an actor.</exception>
    public async Task<FetchResult> FetchAsync(FetchProtocol.Fetch fetch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        if (fetch.Streamed)
            throw new ArgumentException("A streamed fetch is answered by many messages: send it from an actor.", nameof(fetch));
        var cancellable = cancellation.CanBeCanceled ? fetch with { Cancellation = cancellation } : fetch;
        var outcome = await _browser.Ask<FetchProtocol.IEvent>(cancellable, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        // The token cancels both the wait and the fetch: whichever is told first, the caller sees the same.
        if (outcome is FetchProtocol.FetchFailed { Kind: Transport.FetchErrorKind.Cancelled })
            cancellation.ThrowIfCancellationRequested();
        return new FetchResult(outcome);
    }

    /// <summary>Starts a child of a role and waits until it is ready.</summary>
    /// <param name="role">A built-in role, or an embedder's own.</param>
    /// <param name="cancellation">Ends the wait, not the child.</param>
    /// <exception cref="ChildLostException">It never became ready; the message says why.</exception>
    public async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role, CancellationToken cancellation = default) =>
        await _browser.Ask<object>(new BrowserProtocol.SpawnChild(role), Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            BrowserProtocol.ChildSpawnFailed failed => throw new ChildLostException($"The {role} child could not be started ({failed.Exited.Reason}): {failed.Exited.Message}"),
            var other => throw new InvalidOperationException($"The browser answered with {other}."),
        };
}
