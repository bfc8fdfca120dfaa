using System.Runtime.CompilerServices;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Whether a browser still runs, for calls that wait for its answer: a stopped one never answers.</summary>
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

    /// <summary>Cancelled when the browser, or its actor system, has stopped.</summary>
    internal CancellationToken Stopped => _stopped.Token;

    /// <summary>One for each browser, so that a call needs no watch.</summary>
    internal static BrowserLife Of(IActorRef browser) => Known.GetValue(browser, static key => new BrowserLife(key));

    /// <summary>Asks the browser; ends with its stop at the latest.</summary>
    /// <param name="message">The question.</param>
    /// <param name="cancellation">Ends the wait alone.</param>
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

    /// <summary>Starts an actor beside the browser.</summary>
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
            // What a terminated actor system says to each new actor.
            throw Stop();
        }
    }

    internal static BrowserStoppedException Stop() => new("The browser has stopped, or is stopping.");

    private async Task WatchAsync(IActorRef browser)
    {
        var gone = browser.WatchAsync();
        // A terminated system passes no word of its actors' ends on.
        var whole = browser is IInternalActorRef inner ? inner.Provider.TerminationTask : gone;
        await Task.WhenAny(gone, whole).ConfigureAwait(false);
        await _stopped.CancelAsync().ConfigureAwait(false);
    }
}
