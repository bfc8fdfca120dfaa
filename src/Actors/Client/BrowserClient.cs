using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// The browser for code without actors. <c>services.AddBrowserClient()</c> registers it as a service; <see cref="For(IActorRef)"/>
/// wraps a browser's actor. Every call ends with a result, or with an exception that says why there is none.
/// </summary>
public sealed partial class BrowserClient
{
    private readonly Func<CancellationToken, Task<IActorRef>>? _find;
    private BrowserLife? _life;

    private BrowserClient(BrowserLife? life, Func<CancellationToken, Task<IActorRef>>? find)
    {
        (_life, _find) = (life, find);
        Commands = new CommandClient(this);
    }

    /// <summary>Runs commands in runner processes.</summary>
    public CommandClient Commands { get; }

    /// <summary>Creates a client of this browser.</summary>
    /// <param name="browser">A <see cref="BrowserActor"/>, or, for fetches only, <see cref="BrowserProtocol.Children.Fetch"/>.</param>
    public static BrowserClient For(IActorRef browser)
    {
        ArgumentNullException.ThrowIfNull(browser);
        return new BrowserClient(BrowserLife.Of(browser), null);
    }

    /// <summary>Creates a client of a browser that may not have started yet: calls wait for it.</summary>
    /// <param name="find">Finds the browser; throws <see cref="BrowserStoppedException"/> if there will be none.</param>
    internal static BrowserClient For(Func<CancellationToken, Task<IActorRef>> find) => new(null, find);

    internal async ValueTask<BrowserLife> LifeAsync(CancellationToken cancellation) =>
        _life ??= BrowserLife.Of(await _find!(cancellation).ConfigureAwait(false));

    /// <summary>Fetches into memory.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="cancellation">Cancels the fetch.</param>
    /// <inheritdoc cref="FetchAsync(FetchProtocol.Fetch, CancellationToken)"/>
    public Task<FetchResult> FetchAsync(string url, CancellationToken cancellation = default) => FetchAsync(new FetchProtocol.Fetch(url), cancellation);

    /// <summary>Fetches into memory.</summary>
    /// <param name="fetch">The fetch; not a streamed one.</param>
    /// <param name="cancellation">Cancels the fetch, like <see cref="FetchProtocol.Fetch.Cancellation"/>; both may be given.</param>
    /// <exception cref="OperationCanceledException">One of the two tokens was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    /// <exception cref="ArgumentException">The fetch is streamed: <see cref="DownloadAsync(FetchProtocol.Fetch, Stream, CancellationToken)"/> takes a stream.</exception>
    public async Task<FetchResult> FetchAsync(FetchProtocol.Fetch fetch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        if (fetch.Streamed)
            throw new ArgumentException("A streamed fetch is answered by many messages: send it from an actor, or call DownloadAsync.", nameof(fetch));
        using var both = Link(fetch.Cancellation, ref cancellation);
        var life = await LifeAsync(cancellation).ConfigureAwait(false);
        // The coordinator ends a cancelled fetch, so the wait itself needs no cancellation.
        var outcome = await life.AskAsync<FetchProtocol.IEvent>(With(fetch, cancellation), default).ConfigureAwait(false);
        return Result(new FetchResult(outcome), cancellation);
    }

    /// <summary>Fetches to a stream, with constant memory whatever the body's size.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="destination">Receives the body; it is not closed.</param>
    /// <param name="cancellation">Cancels the fetch.</param>
    /// <inheritdoc cref="DownloadAsync(FetchProtocol.Fetch, Stream, CancellationToken)"/>
    public Task<FetchResult> DownloadAsync(string url, Stream destination, CancellationToken cancellation = default) =>
        DownloadAsync(new FetchProtocol.Fetch(url), destination, cancellation);

    /// <summary>Fetches to a stream, with constant memory whatever the body's size.</summary>
    /// <param name="fetch">The fetch.</param>
    /// <param name="destination">Receives the body; it is not closed. An exception it throws ends the fetch and is rethrown.</param>
    /// <param name="cancellation">Cancels the fetch, like <see cref="FetchProtocol.Fetch.Cancellation"/>; both may be given.</param>
    /// <returns>The response without its body, or the failure; part of the body may have been written before a failure.</returns>
    /// <exception cref="OperationCanceledException">One of the two tokens was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async Task<FetchResult> DownloadAsync(FetchProtocol.Fetch fetch, Stream destination, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(fetch);
        ArgumentNullException.ThrowIfNull(destination);
        using var both = Link(fetch.Cancellation, ref cancellation);
        var life = await LifeAsync(cancellation).ConfigureAwait(false);
        if (life.Stopped.IsCancellationRequested)
            throw BrowserLife.Stop();
        var done = new TaskCompletionSource<FetchResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        life.Start(Download.Props(life.Browser, With(fetch, cancellation) with { Streamed = true }, destination, done));
        return Result(await done.Task.ConfigureAwait(false), cancellation);
    }

    /// <summary>Opens a tab.</summary>
    /// <param name="options">Null for a new identity and no images.</param>
    /// <param name="cancellation">Ends the wait; a tab that opens afterwards is closed.</param>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public async Task<TabClient> OpenTabAsync(TabProtocol.OpenTab? options = null, CancellationToken cancellation = default) =>
        await TabClient.OpenAsync(await LifeAsync(cancellation).ConfigureAwait(false), options ?? new TabProtocol.OpenTab(), cancellation).ConfigureAwait(false);

    /// <summary>Decodes an image in a decoder process.</summary>
    /// <param name="image">The image.</param>
    /// <param name="cancellation">Stops decoding, like <see cref="ImageProtocol.Decode.Cancellation"/>; both may be given.</param>
    /// <returns>Its pixels; the caller disposes them.</returns>
    /// <exception cref="ImageException">The file is not an image, the image is too large, or the decoder process was lost.</exception>
    /// <exception cref="OperationCanceledException">One of the two tokens was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async Task<DecodedImage> DecodeAsync(ImageProtocol.Decode image, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var both = Link(image.Cancellation, ref cancellation);
        var life = await LifeAsync(cancellation).ConfigureAwait(false);
        switch (await life.AskAsync<object>(image with { Cancellation = cancellation }, default).ConfigureAwait(false))
        {
            case DecodedImage decoded:
                return decoded;
            case ImageProtocol.DecodeRefused refused:
                cancellation.ThrowIfCancellationRequested();
                throw life.Stopped.IsCancellationRequested ? BrowserLife.Stop() : new ImageException(refused);
            case var other:
                throw new InvalidOperationException($"The browser answered with {other}.");
        }
    }

    /// <summary>Starts a child of a role and waits until it is ready.</summary>
    /// <param name="role">A built-in role, or one the embedder defines.</param>
    /// <param name="cancellation">Ends the wait, not the child.</param>
    /// <exception cref="ChildLostException">The child never became ready; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    /// <exception cref="BrowserStoppedException">The browser, or its actor system, has stopped.</exception>
    public async Task<BrowserProtocol.ChildSpawned> SpawnAsync(string role, CancellationToken cancellation = default) =>
        await (await LifeAsync(cancellation).ConfigureAwait(false)).AskAsync<object>(new BrowserProtocol.SpawnChild(role), cancellation).ConfigureAwait(false) switch
        {
            BrowserProtocol.ChildSpawned spawned => spawned,
            BrowserProtocol.ChildSpawnFailed failed => throw new ChildLostException($"The {role} child could not be started ({failed.Exited.Reason}): {failed.Exited.Message}"),
            var other => throw new InvalidOperationException($"The browser answered with {other}."),
        };

    private static FetchProtocol.Fetch With(FetchProtocol.Fetch fetch, CancellationToken cancellation) =>
        fetch.Cancellation == cancellation ? fetch : fetch with { Cancellation = cancellation };

    // Combines the call's token and the fetch's; links them only if both can be cancelled.
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
