using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>A navigation, from the URL to the parsed page and its images, and what may come between.</content>
internal sealed partial class TabActor
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private CancellationTokenSource _loading = new();

    private void Go(string url, int steps)
    {
        StopLoading();
        _before = Settled();
        _record.Load++;
        // The answer about a page that was left may still come: it is no page's any more.
        (_steps, _record.Url, _title, _problem, _page, _fetched, _document) = (steps, url, "", null, null, null, 0);
        _started = Timers.Time.GetTimestamp();
        _state = TabState.Loading;
        _reported = false;
        _awaitsImages = false;
        _events.Tell(new LoadStarted(_record.Load, url));
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Fail($"'{HttpRules.Shorten(url, 100)}' is no http or https URL.", parsed is null ? FetchErrorKind.InvalidUrl : FetchErrorKind.UnsupportedScheme);
            return;
        }
        // A tab that shows a page keeps its process until another page comes: there may be none.
        if (!_renderer.IsWanted)
            _renderer.Want(parsed.Origin);
        Fetch(new PageFetch.Request(_record.Load, parsed, null, _record.Identity, FetchInitiator.Embedder, AcceptPage, null, _settings.MaxPage, _settings.MaxRedirects, TellsProgress: true));
    }

    /// <summary>What the tab shows and would stay on; what was shown before a navigation that another one has overtaken.</summary>
    private Shown? Settled() => _state switch
    {
        TabState.Loading when _page is null => _before,
        // Parsed, with images on their way.
        TabState.Loading when _page is { Document.Encoding: not null } => new Shown(TabState.Loaded, _record.Url, _title, null, _page),
        TabState.Loading => null,
        _ => new Shown(_state, _record.Url, _title, _problem, _page),
    };

    private void WantRenderer(string site)
    {
        if (_renderer.IsFor(site))
            return;
        _before = null;
        _renderer.Want(site);
    }

    private void StayOnPage(int status)
    {
        if (_before is not { } before)
        {
            Fail($"The server answered with status {status}, that there is nothing to show, and the page before was left.");
            return;
        }
        var answered = _record.Url;
        (_state, _record.Url, _title, _problem, _page) = (before.State, before.Url, before.Title, before.Problem, before.Page);
        _before = null;
        _events.Tell(new StayedOnPage(_record.Load, answered, status, _page));
    }

    /// <summary>Scheme, host and port: nothing that another origin has sent is ever parsed by the same process.</summary>
    private static string SiteOf(string url) => WebUrl.TryParse(url, out var parsed) ? parsed.Origin : "null";

    private void Fetch(PageFetch.Request request)
    {
        var fetch = Context.ActorOf(PageFetch.Props(request, _coordinator, _credit));
        Context.Watch(fetch);
        _fetches.Add(fetch, request);
    }

    private void OnFetched(IActorRef fetch, PageFetch.Done done)
    {
        // What was stopped with a page that was left may have had its answer on the way.
        if (!_fetches.Remove(fetch))
            return;
        if (done.Tag is ImageWork image)
            OnImageFetched(image, done);
        else if (done.Tag is IActorRef asker)
            OnResourceFetched(asker, done);
        else
            OnPageFetched(done);
    }

    private void StopLoading()
    {
        foreach (var fetch in _fetches.Keys)
            Context.Stop(fetch);
        _fetches.Clear();
        foreach (var asker in _resourceAskers)
            asker.Tell(new QueryFailed(null, "The page was left."));
        _resourceAskers.Clear();
        _loading.Cancel();
        _loading.Dispose();
        _loading = new CancellationTokenSource();
        _imagesToFetch.Clear();
        (_imagesLeft, _imagesUnderWay) = (0, 0);
    }

    private void OnPageFetched(PageFetch.Done done)
    {
        if (done.Headers is not { } headers || done.Problem is not null)
        {
            Fail(done.Problem ?? "The server sent no answer.", done.Kind);
            return;
        }
        _record.Url = done.Url;
        if (headers.Status is 204 or 205)
        {
            StayOnPage(headers.Status);
            return;
        }
        _fetched = done;
        // A redirect may have led to another site, whose page another process parses.
        WantRenderer(SiteOf(done.Url));
        Parse();
    }

    private void Parse()
    {
        if (_fetched is not { Headers: { } headers } done || !_renderer.IsThere || _state != TabState.Loading)
            return;
        (_fetched, _before) = (null, null);
        var type = headers.ValueOf("Content-Type") ?? "";
        _document = _renderer.Load(done.Url, type, done.Body, _settings.ShareAbove, _settings.Document);
        _page = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, _renderer.ProcessId, default);
        _space = headers.AddressSpace;
        WatchAnswers();
    }

    private void OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.Wanted wanted when frame.Id == _document && _state is TabState.Loading or TabState.Loaded:
                OnImagesWanted(wanted.Value);
                break;
            case ChildFrames.Wanted:
                break;
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.Answer or ChildFrames.TooLarge:
                if (_renderer.Take(frame.Id) is { } question)
                    OnAnswer(frame, question.Asker);
                break;
            default:
                _renderer.Violated($"A renderer may not send a {frame.GetType().Name}.");
                break;
        }
    }

    private void OnAnswer(ChildFrames.UserFrame frame, IActorRef? asker)
    {
        switch (frame)
        {
            case ChildFrames.Document document when asker is null:
                if (frame.Id == _document && _state == TabState.Loading)
                    OnParsed(document.Value);
                break;
            case ChildFrames.NoDocument failed when asker is null:
                if (frame.Id == _document && _state == TabState.Loading)
                    Fail(failed.Value.Message);
                break;
            case ChildFrames.TooLarge tooLarge when asker is null:
                if (frame.Id == _document && _state == TabState.Loading)
                    Fail($"The page's address and content type take more than the {tooLarge.Limit} bytes that a message to a renderer may have.");
                break;
            case ChildFrames.TooLarge tooLarge:
                asker.Tell(new QueryFailed(DocumentFailure.TooLarge, $"The query takes more than the {tooLarge.Limit} bytes that a message to a renderer may have."));
                break;
            case ChildFrames.Answer answer when asker is not null:
                asker.Tell(new QueryResult(answer.Value.Total, answer.Value.Items));
                break;
            case ChildFrames.NoDocument failed:
                asker!.Tell(new QueryFailed(failed.Value.Kind, failed.Value.Message));
                break;
            default:
                _renderer.Violated($"A {frame.GetType().Name} answered another question.");
                break;
        }
    }

    private void OnParsed(in DocumentLoaded document)
    {
        _page = _page! with { Document = document, Elapsed = Timers.Time.GetElapsedTime(_started) };
        _title = document.Title;
        if (_steps == 0)
        {
            History.Visit(_record.Url);
        }
        else
        {
            History.Go(_steps);
            History.Replace(_record.Url);
        }
        _steps = 0;
        _events.Tell(new TitleChanged(_record.Load, _title));
        // Images are announced right behind the page, if it has any that are to be loaded.
        if (!_record.LoadImages || document.Counts.Images == 0)
            Finish();
        else
            _awaitsImages = true;
    }

    private void Finish()
    {
        _state = TabState.Loaded;
        _page = _page! with { Elapsed = Timers.Time.GetElapsedTime(_started) };
        _events.Tell(new LoadFinished(_record.Load, _page));
    }

    private void Fail(string message, FetchErrorKind? kind = null)
    {
        StopLoading();
        _state = TabState.Failed;
        _problem = message;
        (_page, _before) = (null, null);
        _awaitsImages = false;
        // It shows nothing: it neither keeps a process nor waits for one.
        _renderer.LetGo(reusable: true);
        _events.Tell(new LoadFailed(_record.Load, _record.Url, message) { Kind = kind });
    }

    private void OnRendererLost(ChildProcessProtocol.ChildExited? exited, string how)
    {
        var message = _hung ?? $"This page's renderer {_renderer.ProcessId} is gone: {how}";
        _hung = null;
        _renderer.Forget(message, exited);
        if (_state is not (TabState.Loading or TabState.Loaded) || _reported)
            return;
        if (_state == TabState.Loading && _page is null)
        {
            // Before it was given this page there was nothing of it to lose: another process takes its place.
            if (_before is { State: TabState.Loaded } before)
                _before = before with { State = TabState.Crashed, Problem = message, Page = null };
            _renderer.Want(SiteOf(_record.Url));
            return;
        }
        StopLoading();
        // One that lived for long enough is no page that kills its renderer each time.
        _crashes = _crashedUrl == _record.Url && Timers.Time.GetElapsedTime(_started) < _settings.CrashWindow ? _crashes + 1 : 1;
        _crashedUrl = _record.Url;
        _state = TabState.Crashed;
        _reported = true;
        _awaitsImages = false;
        // It was reached all the same: Back and Reload know it.
        if (_steps == 0)
            History.Visit(_record.Url);
        (_problem, _page) = (message, null);
        TabMetrics.Crash();
        _events.Tell(new Crashed(_record.Load, message, exited, _crashes));
    }

    /// <summary>What a tab shows while a navigation has brought nothing yet.</summary>
    private sealed record Shown(TabState State, string Url, string Title, string? Problem, PageSummary? Page);
}
