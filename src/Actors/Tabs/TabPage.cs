using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>A tab's page: runs a navigation from the URL to the parsed page and its images, and handles failures on the way.</summary>
/// <param name="record">The tab's record.</param>
/// <param name="settings">The limits of a page.</param>
/// <param name="time">The actor system's clock.</param>
/// <param name="renderer">Parses the page.</param>
/// <param name="fetches">The tab's fetches.</param>
/// <param name="resources">The page's images and other resources.</param>
/// <param name="scripts">The page's scripts.</param>
/// <param name="events">Sends events to the tab's subscribers.</param>
/// <param name="onAsked">Called after each request to the renderer.</param>
internal sealed partial class TabPage(
    TabRecord record, TabSettings settings, TimeProvider time, RendererLease renderer, PageFetches fetches, PageResources resources, TabScripts scripts, TabEvents events, Action onAsked)
{
    private ShownPage? _before;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _steps;

    // The navigation to the page, or the one in progress.
    private PageNavigation? _navigation;
    private readonly CrashCount _crashes = new(settings, time);
    private bool _reported;

    internal TabState State { get; private set; } = TabState.Blank;

    /// <summary>The renderer's id for the page; 0 for none.</summary>
    internal ulong Document { get; private set; }

    internal string Title { get; private set => renderer.Show(field = value); } = "";

    /// <summary>Why there is no page; null if there is one, or if none was requested.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The page's summary; null without a page.</summary>
    internal PageSummary? Summary { get; private set; }

    /// <summary>Loads a page that the tab's owner names.</summary>
    internal void Navigate(string url)
    {
        _crashes.Reset();
        scripts.Reset();
        Go(new PageNavigation(url) { Initiator = record.Initiator });
    }

    /// <summary>Goes back or forward in the history, if it has an entry there.</summary>
    internal void Step(int by)
    {
        // Counted from where the navigation in progress will be.
        var steps = by + (State == TabState.Loading ? _steps : 0);
        if (record.History.Peek(steps) is { } url)
            Go(new PageNavigation(url) { Steps = steps, Initiator = record.Initiator });
    }

    /// <summary>Closes the page: stops loading it and its resources.</summary>
    internal void Close()
    {
        GiveUp();
        State = TabState.Closed;
    }

    private void GiveUp()
    {
        resources.GiveUp();
        scripts.GiveUp();
    }

    /// <summary>Requests a renderer for the site while the page's bytes arrive, and reports progress.</summary>
    internal void OnAdvanced(PageFetch.Advanced advanced)
    {
        if (!advanced.Tag.Equals(record.Load))
            return;
        // A file needs no renderer, and takes no page away.
        if (!advanced.IsDownload)
            WantRenderer(advanced.Url.Origin);
        events.Gather(new Progress(record.Load, advanced.Bytes, advanced.Total));
    }

    /// <summary>The last image was decoded or has failed.</summary>
    internal void OnImagesIn() => FinishIfReady();

    /// <summary>Begins a navigation.</summary>
    internal void Go(PageNavigation navigation)
    {
        var url = navigation.Url;
        GiveUp();
        _before = ShownPage.Of(this, record.Url, _navigation) ?? (Summary is null ? _before : null);
        record.Load++;
        // The renderer's answer about the previous page may still come; with no document set it is ignored.
        (_steps, _navigation, record.Url, Title, Problem, Summary, _fetched, Document) = (navigation.Steps, navigation, url, "", null, null, null, 0);
        _started = time.GetTimestamp();
        State = TabState.Loading;
        _reported = false;
        events.Tell(new LoadStarted(record.Load, url));
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Fail($"'{HttpRules.Shorten(url, 100)}' is not an absolute http or https URL.", parsed is null ? FetchErrorKind.InvalidUrl : FetchErrorKind.UnsupportedScheme);
            return;
        }
        // A tab that shows a page keeps its process until another page arrives, which may never happen.
        if (!renderer.IsWanted)
            renderer.Want(parsed.Origin);
        fetches.StartPage(record, settings, parsed, navigation);
    }

    private void WantRenderer(string site)
    {
        if (renderer.IsFor(site))
            return;
        _before = null;
        renderer.Want(site);
    }

    private void StayOnPage(int status)
    {
        if (_before is not { } before)
        {
            Fail($"The server answered with status {status} (no content), and the previous page is already gone.");
            return;
        }
        var answered = record.Url;
        Return(before);
        events.Tell(new StayedOnPage(record.Load, answered, status, Summary));
    }

    private void Return(ShownPage before)
    {
        (State, record.Url, Title, Problem, Summary, _navigation, Document) = (before.State, before.Url, before.Title, before.Problem, before.Page, before.Navigation, before.Document);
        _before = null;
        if (State == TabState.Loaded)
            scripts.Resume(record.Url);
    }

    // Nothing of the previous page was given up for a file.
    private void OnDownloaded(PageFetch.Done done, string path)
    {
        var url = record.Url;
        if (_before is { } before)
            Return(before);
        events.Tell(new Downloaded(record.Load, url, path, done.Length, done.Headers?.ValueOf("Content-Type") ?? "", Summary));
    }

    internal void OnFetched(PageFetch.Done done)
    {
        if (done.Headers is not { } headers || done.Problem is not null)
        {
            Fail(done.Problem ?? "The server sent no answer.", done.Kind);
            return;
        }
        record.Url = done.Url;
        if (done.IsGet && _navigation is { Post: not null })
            _navigation = new PageNavigation(done.Url) { Initiator = record.Initiator };
        if (done.Path is { } path)
        {
            OnDownloaded(done, path);
            return;
        }
        if (headers.Status is 204 or 205)
        {
            StayOnPage(headers.Status);
            return;
        }
        _fetched = done;
        // A redirect may have led to another site, whose pages another process parses.
        WantRenderer(WebUrl.OriginOf(done.Url));
        Parse();
    }

    /// <summary>Sends the page to the renderer once both have arrived.</summary>
    internal void Parse()
    {
        if (_fetched is not { Headers: { } headers } done || !renderer.IsThere || State != TabState.Loading)
            return;
        (_fetched, _before) = (null, null);
        var type = headers.ValueOf("Content-Type") ?? "";
        Document = renderer.Load(done.Url, type, done.Body, settings.ShareAbove, settings.Document, scripts.Begin(done.Url, headers.AddressSpace), events.Spans.Current);
        Summary = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, renderer.ProcessId, default);
        resources.Space = headers.AddressSpace;
        onAsked();
    }

    /// <summary>The page is parsed.</summary>
    internal void OnParsed(in DocumentLoaded document)
    {
        Summary = Summary! with { Document = document, Elapsed = time.GetElapsedTime(_started) };
        Title = document.Title;
        record.History.Arrive(record.Url, _steps);
        _arrived = _navigation;
        _steps = 0;
        events.Tell(new TitleChanged(record.Load, Title));
        // The renderer announces the images once, right after the page, if the page has images and the tab loads them.
        if (record.LoadImages && document.Counts.Images > 0)
            resources.Await();
        if (scripts.Await(Document))
            onAsked();
        FinishIfReady();
    }

    /// <summary>The page's scripts have settled, or their time is over.</summary>
    internal void OnSettled(in PageSettled settled)
    {
        var now = Summary!.Document with { Title = settled.Title, Counts = settled.Counts };
        Summary = Summary with { Document = now, Scripts = new PageScriptsEnd(settled.Run, settled.Failed, settled.OverBudget) };
        if (Title != settled.Title)
            events.Tell(new TitleChanged(record.Load, Title = settled.Title));
        FinishIfReady();
    }

    /// <summary>A script wants another page. What a page may reach decides, not what the tab's owner may.</summary>
    internal void OnNavigates(in ScriptNavigation wanted)
    {
        if (Summary is null || scripts.Target(wanted) is not { } url)
            return;
        if (scripts.IsLedAround)
        {
            Fail($"Scripts have led the tab from page to page {settings.MaxRedirects} times; the last was {HttpRules.Shorten(record.Url, 100)}.", FetchErrorKind.Redirect);
            return;
        }
        var navigation = PageNavigation.Of(record.Url, url, resources.Initiator);
        if (State != TabState.Loading)
        {
            Go(navigation);
            return;
        }
        // A page that leaves before it was loaded is passed over, as a redirect is.
        GiveUp();
        (Summary, Document) = (null, 0);
        (record.Url, _navigation) = (navigation.Url, navigation);
        fetches.StartPage(record, settings, url, navigation);
    }

    private void FinishIfReady()
    {
        if (State == TabState.Loading && !scripts.IsAwaited && !resources.AreAwaited)
            Finish();
    }

    private void Finish()
    {
        State = TabState.Loaded;
        Summary = Summary! with { Elapsed = time.GetElapsedTime(_started) };
        events.Tell(new LoadFinished(record.Load, Summary));
    }

    internal void Fail(string message, FetchErrorKind? kind = null)
    {
        GiveUp();
        State = TabState.Failed;
        Problem = message;
        (Summary, _before) = (null, null);
        // A failed tab shows nothing, so it neither keeps a process nor waits for one.
        renderer.LetGo(reusable: true);
        events.Tell(new LoadFailed(record.Load, record.Url, message) { Kind = kind });
    }

    internal void OnRendererLost(ChildProcessProtocol.ChildExited? exited, string message)
    {
        renderer.Forget(message, exited);
        if (State is not (TabState.Loading or TabState.Loaded) || _reported)
            return;
        if (State == TabState.Loading && Summary is null)
        {
            // The process was lost before it got this page, so nothing of the page is lost: another process replaces it.
            if (_before is { State: TabState.Loaded } before)
                _before = before with { State = TabState.Crashed, Problem = message, Page = null };
            renderer.Want(WebUrl.OriginOf(record.Url));
            return;
        }
        GiveUp();
        _crashes.Add(record.Url, _started);
        State = TabState.Crashed;
        _reported = true;
        // The tab did reach the page: Back and Reload find it in the history.
        if (_steps == 0)
        {
            record.History.Visit(record.Url);
            _arrived = _navigation;
        }
        (Problem, Summary) = (message, null);
        TabMetrics.Crash();
        events.Tell(new Crashed(record.Load, message, exited, _crashes.Count));
    }
}
