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
/// <param name="events">Sends events to the tab's subscribers.</param>
/// <param name="onAsked">Called after each request to the renderer.</param>
internal sealed partial class TabPage(
    TabRecord record, TabSettings settings, TimeProvider time, RendererLease renderer, PageFetches fetches, PageResources resources, TabEvents events, Action onAsked)
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private Shown? _before;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _steps;

    // The navigation to the page, or the one in progress.
    private PageNavigation? _navigation;
    private ulong _document;
    private bool _awaitsImages;
    private readonly CrashCount _crashes = new(settings, time);
    private bool _reported;

    internal TabState State { get; private set; } = TabState.Blank;

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
        Go(new PageNavigation(url));
    }

    /// <summary>Goes back or forward in the history, if it has an entry there.</summary>
    internal void Step(int by)
    {
        if (record.History.Peek(Ahead + by) is { } url)
            Go(new PageNavigation(url) { Steps = Ahead + by });
    }

    internal void Reload(bool resubmit)
    {
        if (ReloadRefusal(resubmit) is { } problem)
        {
            events.Tell(new LoadStarted(++record.Load, record.Url));
            // A form that is being sent is given up; a page that is there stays.
            if (State == TabState.Loading)
                Fail(problem);
            else
                events.Tell(new LoadFailed(record.Load, record.Url, problem));
            return;
        }
        // Whoever led here, leads here again: a page that was refused to another is refused once more.
        var again = _navigation ?? new PageNavigation(record.Url);
        Go(again.Post is null ? again with { Url = record.Url, Steps = 0, IsDownload = false } : again);
    }

    private string? ReloadRefusal(bool resubmit)
    {
        if (record.Url.Length == 0)
            return "The tab is blank and has no page to reload; navigate to a URL first.";
        if (_crashes.IsAtLimit(record.Url))
            return $"This page has crashed its renderer {_crashes.Count} times in succession, as often as actorbrowser.tabs.max-crashes allows; navigate to its URL to load it again.";
        return _navigation is { Post: not null } && !resubmit ? "This page is the answer to a form that was sent; reloading it sends the form again, which must be asked for (Resubmit)." : null;
    }

    /// <summary>Closes the page: stops loading it and its resources.</summary>
    internal void Close()
    {
        resources.GiveUp();
        State = TabState.Closed;
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

    /// <summary>Finishes the load, because the last image was decoded or has failed.</summary>
    internal void OnImagesIn()
    {
        if (State == TabState.Loading)
            Finish();
    }

    /// <summary>Begins a navigation.</summary>
    internal void Go(PageNavigation navigation)
    {
        var url = navigation.Url;
        resources.GiveUp();
        _before = Settled();
        record.Load++;
        // The renderer's answer about the previous page may still come; with no document set it is ignored.
        (_steps, _navigation, record.Url, Title, Problem, Summary, _fetched, _document) = (navigation.Steps, navigation, url, "", null, null, null, 0);
        _started = time.GetTimestamp();
        State = TabState.Loading;
        _reported = false;
        _awaitsImages = false;
        events.Tell(new LoadStarted(record.Load, url));
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Fail($"'{HttpRules.Shorten(url, 100)}' is not an absolute http or https URL.", parsed is null ? FetchErrorKind.InvalidUrl : FetchErrorKind.UnsupportedScheme);
            return;
        }
        // A tab that shows a page keeps its process until another page arrives, which may never happen.
        if (!renderer.IsWanted)
            renderer.Want(parsed.Origin);
        fetches.Start(new PageFetch.Request(record.Load, parsed, record.Identity, navigation.Initiator, AcceptPage, settings.MaxPage, settings.MaxRedirects)
        {
            Navigation = navigation,
            Page = navigation.From,
            Downloads = record.Downloads is { } folder ? new DownloadTarget(folder, settings.MaxDownload) : null,
        });
    }

    /// <summary>The page to return to if the next navigation shows nothing. While a navigation has brought nothing yet, the page before it.</summary>
    private Shown? Settled() => State switch
    {
        TabState.Loading when Summary is null => _before,
        // The page is parsed; its images are still being loaded.
        TabState.Loading when Summary is { Document.Encoding: not null } => new Shown(TabState.Loaded, record.Url, Title, null, Summary, _navigation),
        TabState.Loading => null,
        _ => new Shown(State, record.Url, Title, Problem, Summary, _navigation),
    };

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

    private void Return(Shown before)
    {
        (State, record.Url, Title, Problem, Summary, _navigation) = (before.State, before.Url, before.Title, before.Problem, before.Page, before.Navigation);
        _before = null;
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
            _navigation = new PageNavigation(done.Url);
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
        _document = renderer.Load(done.Url, type, done.Body, settings.ShareAbove, settings.Document);
        Summary = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, renderer.ProcessId, default);
        resources.Space = headers.AddressSpace;
        onAsked();
    }
}
