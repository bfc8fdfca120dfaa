using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// A tab for code without actors. Disposing it closes the tab. Every call ends: with its answer, with an exception that says why
/// there is none, or with a <see cref="TimeoutException"/> after five minutes.
/// </summary>
public sealed partial class TabClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly IActorRef _listener;
    private readonly Channel<IEvent> _events;

    // Completes with the reason when no call will be answered any more.
    private readonly Task<Exception> _over;

    private TabClient(TabOpened opened, IActorRef listener, Channel<IEvent> events, Task<Exception> over)
    {
        Tab = opened.Tab;
        Number = opened.Number;
        _listener = listener;
        _events = events;
        _over = over;
    }

    /// <summary>The tab's actor.</summary>
    public IActorRef Tab { get; }

    /// <summary>The tab's number.</summary>
    public int Number { get; }

    /// <summary>The tab's events in order, from its opening; ends when the tab is closed. At most 10,000 unread events are kept: a new one then replaces the oldest.</summary>
    public IAsyncEnumerable<IEvent> Events => _events.Reader.ReadAllAsync();

    /// <summary>Opens a tab.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="open">An <see cref="OpenTab"/>, or another message that is answered by <see cref="TabOpened"/> or a failure.</param>
    /// <param name="cancellation">Ends the wait; a tab that opens afterwards is closed.</param>
    internal static async Task<TabClient> OpenAsync(BrowserLife browser, object open, CancellationToken cancellation)
    {
        var events = Channel.CreateBounded<IEvent>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
        var over = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var listener = browser.Start(TabListener.Props(browser.Browser, events.Writer, over));
        var opened = new TaskCompletionSource<TabOpened>(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Tell(new TabListener.Open(open, opened));
        try
        {
            return new TabClient(await EndsAsync(opened.Task, over.Task, cancellation).ConfigureAwait(false), listener, events, over.Task);
        }
        catch
        {
            // The listener closes a tab that opens too late.
            listener.Tell(TabListener.Abandon.Instance);
            throw;
        }
    }

    // Ends with the answer, the reason why there will be none, or the timeout; one of them always comes.
    private static async Task<T> EndsAsync<T>(Task<T> answer, Task<Exception> over, CancellationToken cancellation, TimeSpan? longer = null)
    {
        await Task.WhenAny(answer, over).WaitAsync(Patience + (longer ?? TimeSpan.Zero), cancellation).ConfigureAwait(false);
        return answer.IsCompleted ? await answer.ConfigureAwait(false) : throw await over.ConfigureAwait(false);
    }

    /// <summary>Goes to a page and waits until it is loaded.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <returns>The page; on a response with nothing to show (204, 205), the page that the tab still shows.</returns>
    /// <exception cref="PageException">The page cannot be loaded, its renderer was lost, or the tab is closed.</exception>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public Task<PageSummary> NavigateAsync(string url, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(url);
        // Checked here: the tab's refusal could be taken for the answer to the next message.
        var navigate = new Navigate(url);
        return ((IValidated)navigate).Refusal() is Akka.Actor.Status.Failure refusal ? Task.FromException<PageSummary>(refusal.Cause) : LoadAsync(navigate, cancellation);
    }

    /// <summary>Loads the page again, in a new renderer if necessary.</summary>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException">The page cannot be loaded, its renderer was lost, or the tab is closed.</exception>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public Task<PageSummary> ReloadAsync(CancellationToken cancellation = default) => LoadAsync(new Reload(), cancellation);

    /// <summary>Queries the live document.</summary>
    /// <param name="query">The query.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException">There is no answer.</exception>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public async Task<QueryResult> QueryAsync(Query query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return await AskAsync(query, cancellation).ConfigureAwait(false) switch
        {
            QueryResult result => result,
            QueryFailed failed => throw new PageException(failed.Message) { Exited = failed.Exited, Failure = failed.Kind },
            var other => throw new InvalidOperationException($"The tab answered with {other}."),
        };
    }

    /// <summary>Returns everything a query finds, in as many requests as necessary.</summary>
    /// <param name="query">The query; its start and count are ignored.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException">There is no answer.</exception>
    public async Task<IReadOnlyList<QueryItem>> QueryAllAsync(Query query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var items = new List<QueryItem>();
        while (true)
        {
            var page = await QueryAsync(query with { Start = items.Count, Count = QueryDocument.MostItems }, cancellation).ConfigureAwait(false);
            items.AddRange(page.Items);
            if (page.Items.Count == 0 || items.Count >= page.Total)
                return items;
        }
    }

    /// <summary>Returns the page's readable text.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException">There is no text.</exception>
    public async Task<string> TextAsync(CancellationToken cancellation = default) =>
        string.Concat((await QueryAllAsync(new Query(DocumentQuery.Text), cancellation).ConfigureAwait(false)).Select(static piece => piece.Text));

    /// <summary>Runs a script in the live document, whether or not the page's own scripts run. A promise is awaited.</summary>
    /// <param name="code">JavaScript; its value is that of its last statement.</param>
    /// <param name="timeout">How long the script and its promise may take; at most ten minutes. Null for <c>tabs.max-script-time</c>.</param>
    /// <param name="cancellation">Ends the wait, not the script.</param>
    /// <returns>The value as JSON: <c>null</c> for undefined, a function or a symbol; an element as its outer HTML, as a JSON text.</returns>
    /// <exception cref="ScriptException">The script has no value; its Kind says why.</exception>
    /// <exception cref="PageException">The tab is closed.</exception>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public async Task<string> EvaluateAsync(string code, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(code);
        return await AskAsync(new Evaluate(code) { Timeout = timeout }, cancellation, timeout).ConfigureAwait(false) switch
        {
            Evaluated value => value.Json,
            EvaluationFailed failed => throw new ScriptException(failed.Kind, failed.Message) { Line = failed.Line, Column = failed.Column, Exited = failed.Exited },
            var other => throw new InvalidOperationException($"The tab answered with {other}."),
        };
    }

    /// <summary>Fetches a resource on the loaded page's behalf, only from addresses that the page's own images could come from.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException">The resource cannot be fetched.</exception>
    public async Task<ResourceFetched> FetchResourceAsync(string url, CancellationToken cancellation = default) =>
        await AskAsync(new FetchResource(url), cancellation).ConfigureAwait(false) switch
        {
            ResourceFetched fetched => fetched,
            QueryFailed failed => throw new PageException(failed.Message) { Exited = failed.Exited },
            var other => throw new InvalidOperationException($"The tab answered with {other}."),
        };

    /// <summary>Returns the tab's current state.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException">The tab is closed.</exception>
    /// <exception cref="BrowserStoppedException">The browser or its actor system is stopping or has stopped.</exception>
    public async Task<TabSnapshot> SnapshotAsync(CancellationToken cancellation = default) => (TabSnapshot)await AskAsync(new GetSnapshot(), cancellation).ConfigureAwait(false);

    /// <summary>Closes the tab, and waits until it is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        Tab.Tell(new Close());
        await _over.WaitAsync(Patience).ConfigureAwait(false);
    }

    private async Task<object> AskAsync(ICommand command, CancellationToken cancellation, TimeSpan? longer = null)
    {
        try
        {
            return await EndsAsync(Reply.AskAsync<object>(Tab, command, static _ => new TabIsGoneException(), cancellation), _over, cancellation, longer).ConfigureAwait(false);
        }
        catch (TabIsGoneException)
        {
            // The listener watches the tab and knows why it ended.
            throw await _over.WaitAsync(Patience, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<PageSummary> LoadAsync(ICommand command, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<PageSummary>(TaskCreationOptions.RunContinuationsAsynchronously);
        _listener.Tell(new TabListener.Begin(command, done));
        try
        {
            return await EndsAsync(done.Task, _over, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            Tab.Tell(new Stop());
            throw;
        }
    }

    private sealed class TabIsGoneException : Exception;
}

/// <summary>A page cannot be loaded or queried.</summary>
/// <param name="message">One sentence.</param>
/// <param name="inner">The exception behind it, if any.</param>
public sealed class PageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How the page's renderer ended, with its last lines of stderr, if that is the reason; else null.</summary>
    public ChildProcessProtocol.ChildExited? Exited { get; init; }

    /// <summary>Why the page's fetch failed; null if the failure was not a fetch's.</summary>
    public FetchErrorKind? Kind { get; init; }

    /// <summary>Why an action was not done; null for other failures.</summary>
    public ActFailure? Act { get; init; }

    /// <summary>The name of the form field that the failure is about; empty for none.</summary>
    public string Field { get; init; } = "";

    /// <summary>The file that was saved where the tab has no page to show; null for other reasons.</summary>
    public Downloaded? Download { get; init; }

    /// <summary>Why a query has no answer; null where it was no query that failed, or the renderer was lost.</summary>
    public DocumentFailure? Failure { get; init; }
}
