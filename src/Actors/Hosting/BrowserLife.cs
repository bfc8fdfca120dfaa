using System.Runtime.CompilerServices;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Tracks whether a browser still runs, for calls that wait for its answer: a stopped browser never answers.</summary>
internal sealed class BrowserLife
{
    private static readonly ConditionalWeakTable<IActorRef, BrowserLife> Known = [];

    private readonly CancellationTokenSource _stopped = new();

    private BrowserLife(IActorRef browser)
    {
        Browser = browser;
        _ = WatchAsync(browser);
    }

    /// <summary>The browser.</summary>
    internal IActorRef Browser { get; }

    /// <summary>Cancelled when the browser or its actor system has stopped.</summary>
    internal CancellationToken Stopped => _stopped.Token;

    /// <summary>Returns the one instance for a browser, so that each call needs no watch.</summary>
    internal static BrowserLife Of(IActorRef browser) => Known.GetValue(browser, static key => new BrowserLife(key));

    /// <summary>Asks the browser; the wait ends at the latest when the browser stops.</summary>
    /// <param name="message">The question.</param>
    /// <param name="cancellation">Ends only the wait.</param>
    /// <exception cref="BrowserStoppedException">The browser has stopped.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    internal async Task<T> AskAsync<T>(object message, CancellationToken cancellation)
    {
        using var either = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token, cancellation) : null;
        if (_stopped.IsCancellationRequested)
            throw Stop();
        try
        {
            return await Reply.AskAsync<T>(Browser, message, static _ => Stop(), either?.Token ?? _stopped.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && _stopped.IsCancellationRequested)
        {
            throw Stop();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    /// <summary>Starts an actor next to the browser.</summary>
    /// <exception cref="BrowserStoppedException">The actor system has terminated.</exception>
    internal IActorRef Start(Props props)
    {
        if (Browser is not ActorRefWithCell { Underlying.System: var system })
            throw Stop();
        try
        {
            return system.ActorOf(props);
        }
        catch (InvalidOperationException)
        {
            // A terminated actor system throws this for every new actor.
            throw Stop();
        }
    }

    internal static BrowserStoppedException Stop() => new("The browser has stopped, or is stopping.");

    private async Task WatchAsync(IActorRef browser)
    {
        var gone = browser.WatchAsync();
        // A terminated actor system does not deliver Terminated messages.
        var whole = browser is IInternalActorRef inner ? inner.Provider.TerminationTask : gone;
        await Task.WhenAny(gone, whole).ConfigureAwait(false);
        await _stopped.CancelAsync().ConfigureAwait(false);
    }
}
