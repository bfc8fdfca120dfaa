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
internal sealed class TabPage(
    TabRecord record, TabSettings settings, TimeProvider time, RendererLease renderer, PageFetches fetches, PageResources resources, TabEvents events, Action onAsked)
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private Shown? _before;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _steps;
    private ulong _document;
    private bool _awaitsImages;
    private bool _loadsImages;
    private bool _awaitsScripts;
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
        resources.GiveUp();
        State = TabState.Closed;
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
        _loadsImages = false;
        if (State == TabState.Loading)
            FinishIfReady();
    }

    private void Go(string url, int steps)
    {
        resources.GiveUp();
        _before = Settled();
        record.Load++;
        // The renderer's answer about the previous page may still come; with no document set it is ignored.
        (_steps, record.Url, Title, Problem, Summary, _fetched, _document) = (steps, url, "", null, null, null, 0);
        _started = time.GetTimestamp();
        State = TabState.Loading;
        _reported = false;
        AwaitNothing();
        events.Tell(new LoadStarted(record.Load, url));
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Fail($"'{HttpRules.Shorten(url, 100)}' is not an absolute http or https URL.", parsed is null ? FetchErrorKind.InvalidUrl : FetchErrorKind.UnsupportedScheme);
            return;
        }
        // A tab that shows a page keeps its process until another page arrives, which may never happen.
        if (!renderer.IsWanted)
            renderer.Want(parsed.Origin);
        fetches.Start(new PageFetch.Request(record.Load, parsed, null, record.Identity, FetchInitiator.Embedder, AcceptPage, null, settings.MaxPage, settings.MaxRedirects, TellsProgress: true));
    }

    /// <summary>The page to return to if the next navigation shows nothing. While a navigation has brought nothing yet, the page before it.</summary>
    private Shown? Settled() => State switch
    {
        TabState.Loading when Summary is null => _before,
        // The page is parsed; its images are still being loaded.
        TabState.Loading when Summary is { Document.Encoding: not null } => new Shown(TabState.Loaded, record.Url, Title, null, Summary),
        TabState.Loading => null,
        _ => new Shown(State, record.Url, Title, Problem, Summary),
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
        _document = renderer.Load(done.Url, type, done.Body, settings.ShareAbove, settings.Document, record.RunsScripts ? settings.Scripts : default);
        Summary = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, renderer.ProcessId, default);
        resources.Space = headers.AddressSpace;
        onAsked();
    }

    internal void OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.Wanted wanted:
                if (frame.Id != _document || !_awaitsImages)
                    break;
                (_awaitsImages, _loadsImages) = (false, true);
                resources.OnImagesWanted(wanted.Value);
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.Answer or ChildFrames.ScriptValue or ChildFrames.NoScriptValue or ChildFrames.TooLarge:
                if (renderer.Take(frame.Id) is { } question)
                    OnAnswer(frame, question);
                break;
            case ChildFrames.PageIsSettled settled:
                OnSettled(settled);
                break;
            default:
                renderer.Violated($"A renderer may not send a {frame.GetType().Name}.");
                break;
        }
    }

    private void OnAnswer(ChildFrames.UserFrame frame, RendererLease.Question question)
    {
        switch (frame)
        {
            case var answer when question.Asker is { } asker:
                if (!(question.IsScript ? QueryAnswers.TryPassValue(answer, asker) : QueryAnswers.TryPass(answer, asker)))
                    goto default;
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.TooLarge when frame.Id != _document || State != TabState.Loading:
                // The answer is about a previous page.
                break;
            case ChildFrames.Document document:
                OnParsed(document.Value);
                break;
            case ChildFrames.NoDocument failed:
                Fail(failed.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge:
                Fail($"The page's URL and content type exceed the frame limit of {tooLarge.Limit} bytes.");
                break;
            default:
                renderer.Violated($"The renderer answered a request with a {frame.GetType().Name}, which does not answer it.");
                break;
        }
    }

    private void OnParsed(in DocumentLoaded document)
    {
        Summary = Summary! with { Document = document, Elapsed = time.GetElapsedTime(_started) };
        Title = document.Title;
        if (_steps == 0)
        {
            record.History.Visit(record.Url);
        }
        else
        {
            record.History.Go(_steps);
            record.History.Replace(record.Url);
        }
        _steps = 0;
        events.Tell(new TitleChanged(record.Load, Title));
        // The renderer announces the images once, right after the page, if the page has images and the tab loads them; and once that its scripts have settled.
        _awaitsImages = record.LoadImages && document.Counts.Images > 0;
        _awaitsScripts = record.RunsScripts;
        FinishIfReady();
    }

    private void OnSettled(ChildFrames.PageIsSettled settled)
    {
        if (settled.Id != _document || !_awaitsScripts || State != TabState.Loading)
            return;
        _awaitsScripts = false;
        if (settled.Value.Title != Title)
            events.Tell(new TitleChanged(record.Load, Title = settled.Value.Title));
        Summary = Summary! with { Document = Summary.Document with { Title = Title }, ScriptsRun = settled.Value.Run, ScriptsFailed = settled.Value.Failed, ScriptsUnfinished = settled.Value.OverBudget };
        FinishIfReady();
    }

    private void FinishIfReady()
    {
        if (!_awaitsImages && !_awaitsScripts && !_loadsImages)
            Finish();
    }

    private void AwaitNothing() => (_awaitsImages, _loadsImages, _awaitsScripts) = (false, false, false);

    private void Finish()
    {
        State = TabState.Loaded;
        Summary = Summary! with { Elapsed = time.GetElapsedTime(_started) };
        events.Tell(new LoadFinished(record.Load, Summary));
    }

    internal void Fail(string message, FetchErrorKind? kind = null)
    {
        resources.GiveUp();
        State = TabState.Failed;
        Problem = message;
        (Summary, _before) = (null, null);
        AwaitNothing();
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
        resources.GiveUp();
        _crashes.Add(record.Url, _started);
        State = TabState.Crashed;
        _reported = true;
        AwaitNothing();
        // The tab did reach the page: Back and Reload find it in the history.
        if (_steps == 0)
            record.History.Visit(record.Url);
        (Problem, Summary) = (message, null);
        TabMetrics.Crash();
        events.Tell(new Crashed(record.Load, message, exited, _crashes.Count));
    }

    /// <summary>The page that a tab shows until a navigation has brought another.</summary>
    private sealed record Shown(TabState State, string Url, string Title, string? Problem, PageSummary? Page);
}
