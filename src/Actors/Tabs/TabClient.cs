using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>A tab for people without actors. Disposing it closes the tab.</summary>
public sealed class TabClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly ActorSystem _system;
    private readonly IActorRef _listener;
    private readonly Channel<IEvent> _events;

    private TabClient(ActorSystem system, IActorRef tab, int number, IActorRef listener, Channel<IEvent> events)
    {
        _system = system;
        Tab = tab;
        Number = number;
        _listener = listener;
        _events = events;
    }

    /// <summary>The tab's actor.</summary>
    public IActorRef Tab { get; }

    /// <summary>The tab's number.</summary>
    public int Number { get; }

    /// <summary>What happens in the tab, in order, from its opening on; ends when it is closed. The oldest of 10,000 unread ones is dropped for a new one.</summary>
    public IAsyncEnumerable<IEvent> Events => _events.Reader.ReadAllAsync();

    /// <summary>Opens a tab.</summary>
    /// <param name="system">The browser's system.</param>
    /// <param name="browser">The browser.</param>
    /// <param name="options">Null for an identity of its own and no images.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task<TabClient> OpenAsync(ActorSystem system, IActorRef browser, OpenTab? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(browser);
        var events = Channel.CreateBounded<IEvent>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
        var listener = system.ActorOf(Props.Create(() => new Listener(events.Writer)));
        var opened = await browser.Ask<TabOpened>(options ?? new OpenTab(), Patience, cancellation).ConfigureAwait(false);
        opened.Tab.Tell(new Subscribe(listener));
        return new TabClient(system, opened.Tab, opened.Number, listener, events);
    }

    /// <summary>Goes to a page and waits until it is loaded.</summary>
    /// <param name="url">An absolute http or https URL.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException">It cannot be loaded, or lost its renderer.</exception>
    public Task<PageSummary> NavigateAsync(string url, CancellationToken cancellation = default) => LoadAsync(new Navigate(url), cancellation);

    /// <summary>Loads the page again, in a new renderer if need be.</summary>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException">It cannot be loaded, or lost its renderer.</exception>
    public Task<PageSummary> ReloadAsync(CancellationToken cancellation = default) => LoadAsync(new Reload(), cancellation);

    /// <summary>Asks the live document.</summary>
    /// <param name="query">What.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="PageException">There is no answer.</exception>
    public async Task<QueryResult> QueryAsync(Query query, CancellationToken cancellation = default) =>
        await Tab.Ask<object>(query, Patience, cancellation).ConfigureAwait(false) switch
        {
            QueryResult result => result,
            QueryFailed failed => throw new PageException(failed.Message),
            var other => throw new InvalidOperationException($"The tab answered with {other}."),
        };

    /// <summary>All that a query finds, however many answers it takes.</summary>
    /// <param name="query">What; its start and count are ignored.</param>
    /// <param name="cancellation">Gives up waiting.</param>
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

    /// <summary>The page's readable text.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="PageException">There is none.</exception>
    public async Task<string> TextAsync(CancellationToken cancellation = default) =>
        string.Concat((await QueryAllAsync(new Query(DocumentQuery.Text), cancellation).ConfigureAwait(false)).Select(static piece => piece.Text));

    /// <summary>The tab as it is now.</summary>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<TabSnapshot> SnapshotAsync(CancellationToken cancellation = default) => Tab.Ask<TabSnapshot>(new GetSnapshot(), Patience, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Tab.GracefulStop(Patience, new Close()).ConfigureAwait(false);
        _system.Stop(_listener);
    }

    private async Task<PageSummary> LoadAsync(ICommand command, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<PageSummary>(TaskCreationOptions.RunContinuationsAsynchronously);
        _listener.Tell(new Begin(Tab, command, done));
        try
        {
            return await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Tab.Tell(new Stop());
            throw;
        }
    }

    private sealed record Begin(IActorRef Tab, ICommand Command, TaskCompletionSource<PageSummary> Done);

    private sealed class Listener(ChannelWriter<IEvent> events) : UntypedActor
    {
        private TaskCompletionSource<PageSummary>? _begun;
        private TaskCompletionSource<PageSummary>? _loading;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case Begin begin:
                    _begun?.TrySetException(new PageException("Another navigation took its place."));
                    _begun = begin.Done;
                    begin.Tab.Tell(begin.Command);
                    break;
                case IEvent happened:
                    OnEvent(happened);
                    events.TryWrite(happened);
                    break;
                default:
                    Unhandled(message);
                    break;
            }
        }

        protected override void PostStop()
        {
            _begun?.TrySetException(new PageException("The tab is closed."));
            _loading?.TrySetException(new PageException("The tab is closed."));
            events.TryComplete();
        }

        private void OnEvent(IEvent happened)
        {
            switch (happened)
            {
                case LoadStarted:
                    _loading?.TrySetException(new PageException("Another navigation took its place."));
                    (_loading, _begun) = (_begun, null);
                    break;
                case LoadFinished finished:
                    _loading?.TrySetResult(finished.Page);
                    _loading = null;
                    break;
                case LoadFailed failed:
                    // One that was not even begun says so as well.
                    (_loading ?? _begun)?.TrySetException(new PageException(failed.Message));
                    (_loading, _begun) = (null, _loading is null ? null : _begun);
                    break;
                case Crashed crashed:
                    _loading?.TrySetException(new PageException(crashed.Message));
                    _loading = null;
                    break;
                case TabProtocol.Closed:
                    PostStop();
                    break;
                default:
                    break;
            }
        }
    }
}

/// <summary>A page cannot be had, or asked.</summary>
/// <param name="message">One sentence.</param>
public sealed class PageException(string message) : Exception(message);
