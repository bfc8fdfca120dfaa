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
internal sealed class TabPage(
    TabRecord record, TabSettings settings, TimeProvider time, RendererLease renderer, PageFetches fetches, PageResources resources, ScriptedPage scripts, TabEvents events, Action onAsked)
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private ShownPage? _before;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _steps;
    private bool _awaitsImages;
    private bool _imagesLeft;
    private readonly CrashCount _crashes = new(settings, time);
    private bool _reported;

    internal TabState State { get; private set; } = TabState.Blank;

    /// <summary>The renderer's id for the page; 0 for none.</summary>
    internal ulong Document { get; private set; }

    internal string Title { get; private set; } = "";

    /// <summary>Why there is no page; null if there is one, or if none was requested.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The page's summary; null without a page.</summary>
    internal PageSummary? Summary { get; private set; }

    /// <summary>How many history steps the navigation in progress will take; 0 without one.</summary>
    private int Ahead => State == TabState.Loading ? _steps : 0;

    /// <summary>Loads a page that the tab's owner names.</summary>
    internal void Navigate(string url)
    {
        _crashes.Reset();
        scripts.Reset();
        Go(url, steps: 0);
    }

    /// <summary>Goes back or forward in the history, if it has an entry there.</summary>
    internal void Step(int by)
    {
        if (record.History.Peek(Ahead + by) is { } url)
            Go(url, Ahead + by);
    }

    internal void Reload()
    {
        if (record.Url.Length == 0)
        {
            events.Tell(new LoadStarted(++record.Load, ""));
            events.Tell(new LoadFailed(record.Load, "", "The tab is blank and has no page to reload; navigate to a URL first."));
            return;
        }
        if (_crashes.IsAtLimit(record.Url))
        {
            events.Tell(new LoadFailed(record.Load, record.Url, $"This page has crashed its renderer {_crashes.Count} times in succession, as often as actorbrowser.tabs.max-crashes allows; navigate to its URL to load it again."));
            return;
        }
        Go(record.Url, steps: 0);
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
        WantRenderer(advanced.Url.Origin);
        events.Gather(new Progress(record.Load, advanced.Bytes, advanced.Total));
    }

    /// <summary>Finishes the load, because the last image was decoded or has failed.</summary>
    internal void OnImagesIn()
    {
        _imagesLeft = false;
        if (State == TabState.Loading)
            FinishIfReady();
    }

    private void Go(string url, int steps, FetchInitiator initiator = FetchInitiator.Embedder, WebUrl? page = null)
    {
        GiveUp();
        _before = ShownPage.Of(State, record.Url, Title, Problem, Summary) ?? (Summary is null ? _before : null);
        record.Load++;
        // The renderer's answer about the previous page may still come; with no document set it is ignored.
        (_steps, record.Url, Title, Problem, Summary, _fetched, Document) = (steps, url, "", null, null, null, 0);
        _started = time.GetTimestamp();
        State = TabState.Loading;
        _reported = false;
        (_awaitsImages, _imagesLeft) = (false, false);
        events.Tell(new LoadStarted(record.Load, url));
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Fail($"'{HttpRules.Shorten(url, 100)}' is not an absolute http or https URL.", parsed is null ? FetchErrorKind.InvalidUrl : FetchErrorKind.UnsupportedScheme);
            return;
        }
        // A tab that shows a page keeps its process until another page arrives, which may never happen.
        if (!renderer.IsWanted)
            renderer.Want(parsed.Origin);
        StartFetch(parsed, initiator, page);
    }

    private void StartFetch(WebUrl url, FetchInitiator initiator, WebUrl? page) => fetches.Start(new PageFetch.Request(
        record.Load, url, null, record.Identity, initiator, AcceptPage, page is null ? null : PageResources.ReferrerFor(page, url), settings.MaxPage, settings.MaxRedirects, TellsProgress: true));

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
        (State, record.Url, Title, Problem, Summary) = (before.State, before.Url, before.Title, before.Problem, before.Page);
        _before = null;
        events.Tell(new StayedOnPage(record.Load, answered, status, Summary));
    }

    internal void OnFetched(PageFetch.Done done)
    {
        if (done.Headers is not { } headers || done.Problem is not null)
        {
            Fail(done.Problem ?? "The server sent no answer.", done.Kind);
            return;
        }
        record.Url = done.Url;
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
        Document = renderer.Load(done.Url, type, done.Body, settings.ShareAbove, settings.Document, scripts.Begin(done.Url, headers.AddressSpace));
        Summary = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, renderer.ProcessId, default);
        resources.Space = headers.AddressSpace;
        onAsked();
    }

    /// <summary>The renderer has found images in the page.</summary>
    internal void OnImagesWanted(in ResourcesWanted wanted)
    {
        if (!_awaitsImages)
            return;
        _awaitsImages = false;
        resources.OnImagesWanted(wanted);
    }

    /// <summary>The page is parsed.</summary>
    internal void OnParsed(in DocumentLoaded document)
    {
        Summary = Summary! with { Document = document, Elapsed = time.GetElapsedTime(_started) };
        Title = document.Title;
        record.History.Arrive(record.Url, _steps);
        _steps = 0;
        events.Tell(new TitleChanged(record.Load, Title));
        // The renderer announces the images once, right after the page, if the page has images and the tab loads them.
        _awaitsImages = record.LoadImages && document.Counts.Images > 0;
        _imagesLeft = _awaitsImages;
        if (scripts.Await(Document))
            onAsked();
        FinishIfReady();
    }

    /// <summary>The page's scripts have settled, or their time is over.</summary>
    internal void OnSettled(in PageSettled settled)
    {
        Summary = Summary! with { Scripts = new PageScriptsEnd(settled.Run, settled.Failed, settled.OverBudget) };
        if (Title != settled.Title)
            events.Tell(new TitleChanged(record.Load, Title = settled.Title));
        FinishIfReady();
    }

    /// <summary>A script wants another page. What a page may reach decides, not what the tab's owner may.</summary>
    internal void OnNavigates(in PageNavigation wanted)
    {
        if (Summary is null || scripts.Target(wanted) is not { } url)
            return;
        if (scripts.IsLedAround)
        {
            Fail($"Scripts have led the tab from page to page {settings.MaxRedirects} times; the last was {HttpRules.Shorten(record.Url, 100)}.", FetchErrorKind.Redirect);
            return;
        }
        var initiator = resources.Initiator;
        var page = WebUrl.TryParse(record.Url, out var from) ? from : null;
        if (State != TabState.Loading)
        {
            Go(url.ToString(), steps: 0, initiator, page);
            return;
        }
        // A page that leaves before it was loaded is passed over, as a redirect is.
        GiveUp();
        (Summary, Document, _awaitsImages, _imagesLeft) = (null, 0, false, false);
        record.Url = url.ToString();
        StartFetch(url, initiator, page);
    }

    private void FinishIfReady()
    {
        if (!scripts.IsAwaited && !_imagesLeft)
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
        _awaitsImages = false;
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
        _awaitsImages = false;
        // The tab did reach the page: Back and Reload find it in the history.
        if (_steps == 0)
            record.History.Visit(record.Url);
        (Problem, Summary) = (message, null);
        TabMetrics.Crash();
        events.Tell(new Crashed(record.Load, message, exited, _crashes.Count));
    }
}
