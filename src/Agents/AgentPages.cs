using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Agents;

/// <summary>The open pages of one session, by URL. All share the session's cookies; each has its own process, and answers one call at a time.</summary>
internal sealed class AgentPages(BrowserClient browser, ToolSessionOptions options, NetworkIdentity identity, AgentChildren children) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    // The least recently used first.
    private readonly List<OpenPage> _pages = [];
    private bool _isClosed;

    /// <summary>Uses a page: the open one, or a new one.</summary>
    /// <param name="url">Its URL, as given.</param>
    /// <param name="scripts">Whether its own scripts run.</param>
    /// <param name="reload">Whether it is loaded even if it is open.</param>
    /// <param name="use">What to do with it; its result is returned.</param>
    /// <param name="cancellation">Ends loading and using.</param>
    internal async Task<T> UseAsync<T>(string url, bool scripts, bool reload, Func<TabClient, PageSummary, Task<T>> use, CancellationToken cancellation)
    {
        var page = Take(url, scripts, out var victim);
        try
        {
            if (victim is not null)
                await victim.DisposeAsync().ConfigureAwait(false);
            await page.Turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                var (tab, summary) = await LoadAsync(page, reload, cancellation).ConfigureAwait(false);
                return await use(tab, summary).ConfigureAwait(false);
            }
            catch (Exception e) when (page.Page is null || e is PageException { Exited: not null })
            {
                // The next call begins anew.
                page.Page = null;
                await page.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                page.Turn.Release();
            }
        }
        finally
        {
            lock (_lock)
                page.Users--;
        }
    }

    private async Task<(TabClient Tab, PageSummary Page)> LoadAsync(OpenPage page, bool reload, CancellationToken cancellation)
    {
        page.Tab ??= await browser.OpenTabAsync(new OpenTab
        {
            Identity = identity,
            Initiator = options.Initiator,
            Scripts = page.Scripts ? PageScripts.Page : PageScripts.None,
        }, cancellation).ConfigureAwait(false);
        if (page.Page is { } shown && !reload)
            return (page.Tab, shown);
        page.Page = null;
        page.Page = await page.Tab.NavigateAsync(page.Url, cancellation).ConfigureAwait(false);
        children.Note(page.Page.ProcessId);
        return (page.Tab, page.Page);
    }

    private OpenPage Take(string url, bool scripts, out OpenPage? victim)
    {
        victim = null;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            var page = _pages.Find(one => one.Url == url && one.Scripts == scripts);
            if (page is null)
            {
                if (_pages.Count >= options.MaxPages)
                {
                    victim = _pages.Find(static one => one.Users == 0)
                        ?? throw new ToolException($"{_pages.Count} pages are being loaded or read at once, as many as this session may have; wait for one of these calls.");
                    _pages.Remove(victim);
                }
                page = new OpenPage(url, scripts);
            }
            _pages.Remove(page);
            _pages.Add(page);
            page.Users++;
            return page;
        }
    }

    public async ValueTask DisposeAsync()
    {
        OpenPage[] pages;
        lock (_lock)
        {
            _isClosed = true;
            pages = [.. _pages];
            _pages.Clear();
        }
        foreach (var page in pages)
        {
            await page.Turn.WaitAsync().ConfigureAwait(false);
            await page.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class OpenPage(string url, bool scripts) : IAsyncDisposable
    {
        internal string Url { get; } = url;

        internal bool Scripts { get; } = scripts;

        internal SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>How many calls use it, or wait for their turn.</summary>
        internal int Users { get; set; }

        internal TabClient? Tab { get; set; }

        /// <summary>What was loaded; null while nothing is.</summary>
        internal PageSummary? Page { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Tab is { } tab)
                await tab.DisposeAsync().ConfigureAwait(false);
            Tab = null;
        }
    }
}
