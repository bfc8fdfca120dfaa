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

/// <summary>The browser for people without actors. Every call ends: with a result, or an exception that says why there is none.</summary>
public readonly struct BrowserClient
{
    private readonly IActorRef _browser;
    private readonly BrowserLife _life;

    private BrowserClient(IActorRef browser) => (_browser, _life) = (browser, BrowserLife.Of(browser));

    /// <summary>A client of this browser.</summary>
    /// <param name="browser">A <see cref="BrowserActor"/>, or for fetches alone <see cref="BrowserProtocol.Children.Fetch"/>.</param>
    public static BrowserClient For(IActorRef browser)
    {
        ArgumentNullException.ThrowIfNull(browser);
        return new BrowserClient(browser);
    }

    /// <summary>Fetches into memory.</summary>
    /// <param name="fetch">What; not streamed.</param>
    /// <param name="cancellation">Cancels the fetch, as <see cref="FetchProtocol.Fetch.Cancellation"/> does; both may be given.</param>
    /// <exception cref="OperationCanceledException">One of the two tokens cancelled it.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    /// <exception cref="ArgumentException">The fetch is streamed: <see cref="DownloadAsync(FetchProtocol.Fetch, Stream, CancellationToken)"/> takes a stream.</exception>
    public async Task<FetchResult> FetchAsync(FetchProtocol.Fetch fetch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        if (fetch.Streamed)
            throw new ArgumentException("A streamed fetch is answered by many messages: send it from an actor, or call DownloadAsync.", nameof(fetch));
        using var both = Link(fetch.Cancellation, ref cancellation);
        // The coordinator ends a cancelled fetch: no wait of its own is needed here.
        var outcome = await _life.AskAsync<FetchProtocol.IEvent>(_browser, With(fetch, cancellation), default).ConfigureAwait(false);
        return Result(new FetchResult(outcome), cancellation);
    }

    /// <summary>Fetches to a stream with flat memory, whatever the body's size.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="destination">Gets the body; it is not closed.</param>
    /// <param name="cancellation">Cancels the fetch.</param>
    /// <inheritdoc cref="DownloadAsync(FetchProtocol.Fetch, Stream, CancellationToken)"/>
    public Task<FetchResult> DownloadAsync(string url, Stream destination, CancellationToken cancellation = default) =>
        DownloadAsync(new FetchProtocol.Fetch(url), destination, cancellation);

    /// <summary>Fetches to a stream with flat memory, whatever the body's size.</summary>
    /// <param name="fetch">What.</param>
    /// <param name="destination">Gets the body; it is not closed. What it throws ends the fetch and is thrown.</param>
    /// <param name="cancellation">Cancels the fetch, as <see cref="FetchProtocol.Fetch.Cancellation"/> does; both may be given.</param>
    /// <returns>The response without its body, or the failure: part of the body may have been written before it.</returns>
    /// <exception cref="OperationCanceledException">One of the two tokens cancelled it.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async Task<FetchResult> DownloadAsync(FetchProtocol.Fetch fetch, Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(destination);
        if (_life.Stopped.IsCancellationRequested || _browser is not ActorRefWithCell { Underlying.System: var system })
            throw BrowserLife.Stop();
        using var both = Link(fetch.Cancellation, ref cancellation);
        var done = new TaskCompletionSource<FetchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            system.ActorOf(Download.Props(_browser, With(fetch, cancellation) with { Streamed = true }, destination, done));
        }
        catch (InvalidOperationException)
        {
            // What a terminated actor system says to each new actor.
            throw BrowserLife.Stop();
        }
        return Result(await done.Task.ConfigureAwait(false), cancellation);
    }

    /// <summary>Starts a child of a role and waits until it is ready.</summary>
    /// <param name="role">A built-in role, or an embedder's own.</param>
    /// <param name="cancellation">Ends the wait, not the child.</param>
    /// <exception cref="ChildLostException">It never became ready; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role, CancellationToken cancellation = default) =>
        await _life.AskAsync<object>(_browser, new BrowserProtocol.SpawnChild(role), cancellation).ConfigureAwait(false) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            BrowserProtocol.ChildSpawnFailed failed => throw new ChildLostException($"The {role} child could not be started ({failed.Exited.Reason}): {failed.Exited.Message}"),
            var other => throw new InvalidOperationException($"The browser answered with {other}."),
        };

    private static FetchProtocol.Fetch With(FetchProtocol.Fetch fetch, CancellationToken cancellation) =>
        fetch.Cancellation == cancellation ? fetch : fetch with { Cancellation = cancellation };

    // One token from the two: that of the call, or the fetch's, or both linked.
    private static CancellationTokenSource? Link(CancellationToken own, ref CancellationToken cancellation)
    {
        if (!own.CanBeCanceled)
            return null;
        var both = cancellation.CanBeCanceled && cancellation != own ? CancellationTokenSource.CreateLinkedTokenSource(own, cancellation) : null;
        cancellation = both?.Token ?? own;
        return both;
    }

    private static FetchResult Result(FetchResult result, CancellationToken cancellation)
    {
        if (result.Failure is { Kind: Transport.FetchErrorKind.Cancelled })
            cancellation.ThrowIfCancellationRequested();
        return result.Failure is { Kind: Transport.FetchErrorKind.Stopped } ? throw BrowserLife.Stop() : result;
    }
}
