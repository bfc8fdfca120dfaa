using System.Diagnostics;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>A navigation, from the URL to the parsed page and its images, and what may come between.</content>
internal sealed partial class TabActor
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";
    private const string AcceptImage = "image/webp,image/png,image/jpeg,image/gif,image/bmp,image/x-icon;q=0.8,*/*;q=0.5";

    private readonly Dictionary<IActorRef, ImageWork> _decoding = [];
    private readonly Queue<ImageWork> _imagesToFetch = new();
    private int _imagesLeft;
    private int _imagesUnderWay;
    private CancellationTokenSource _loading = new();

    private void Go(string url, int steps)
    {
        StopLoading();
        _load++;
        (_steps, _url, _title, _problem, _page, _fetched) = (steps, url, "", null, null, null);
        _started = Stopwatch.GetTimestamp();
        _state = TabState.Loading;
        _reported = false;
        _events.Tell(new LoadStarted(_load, url));
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            Fail($"'{(url.Length <= 100 ? url : url[..100] + "…")}' is no http or https URL.");
            return;
        }
        // The process is got while the page is on its way.
        _renderer.Want(SiteOf(parsed));
        Fetch(new PageFetch.Request(_load, parsed, _identity, FetchInitiator.Embedder, AcceptPage, null, _settings.MaxPage, _settings.MaxRedirects, TellsProgress: true));
    }

    /// <summary>Scheme, host and port: nothing that another origin has sent is ever parsed by the same process.</summary>
    private static string SiteOf(Uri url) => $"{url.Scheme}://{url.IdnHost}:{url.Port}";

    private void Fetch(PageFetch.Request request) => _fetches.Add(Context.ActorOf(PageFetch.Props(request, _coordinator, _credit)));

    private void OnFetched(PageFetch.Done done)
    {
        // What was stopped with a page that was left may have had its answer on the way.
        if (!_fetches.Remove(Sender))
            return;
        if (done.Tag is ImageWork image)
            OnImageFetched(image, done);
        else
            OnPageFetched(done);
    }

    private void StopLoading()
    {
        foreach (var fetch in _fetches)
            Context.Stop(fetch);
        _fetches.Clear();
        _loading.Cancel();
        _loading.Dispose();
        _loading = new CancellationTokenSource();
        _imagesToFetch.Clear();
        (_imagesLeft, _imagesUnderWay) = (0, 0);
    }

    private void OnPageFetched(PageFetch.Done done)
    {
        if (done.Headers is null || done.Problem is not null)
        {
            Fail(done.Problem ?? "The server sent no answer.");
            return;
        }
        _fetched = done;
        _url = done.Url;
        // A redirect may have led to another site, whose page another process parses.
        _renderer.Want(SiteOf(new Uri(done.Url)));
        Parse();
    }

    private void Parse()
    {
        if (_fetched is not { Headers: { } headers } done || !_renderer.IsThere || _state != TabState.Loading)
            return;
        _fetched = null;
        var type = headers.ValueOf("Content-Type") ?? "";
        _document = _renderer.Load(done.Url, type, done.Body, _settings.ShareAbove, _settings.Document);
        _page = new PageSummary(done.Url, headers.Status, type, done.Body.Length, default, _renderer.ProcessId, default);
        _space = headers.AddressSpace;
        Watch();
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
            case ChildFrames.Document or ChildFrames.NoDocument or ChildFrames.Answer:
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
        _page = _page! with { Document = document, Elapsed = Stopwatch.GetElapsedTime(_started) };
        _title = document.Title;
        if (_steps == 0)
        {
            _history.Visit(_url);
        }
        else
        {
            _history.Go(_steps);
            _history.Replace(_url);
        }
        _steps = 0;
        _events.Tell(new TitleChanged(_load, _title));
        // Images are announced right behind the page, if it has any that are to be loaded.
        if (!_loadImages || document.Counts.Images == 0)
            Finish();
        else
            _awaitsImages = true;
    }

    private void OnImagesWanted(in ResourcesWanted wanted)
    {
        if (!_awaitsImages)
            return;
        _awaitsImages = false;
        for (var i = 0; i < Math.Min(wanted.Images.Count, _settings.MaxImages); i++)
        {
            if (Uri.TryCreate(wanted.Images[i], UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
                _imagesToFetch.Enqueue(new ImageWork(_load, i, url!));
        }
        _imagesLeft = _imagesToFetch.Count;
        FetchImages();
    }

    private void FetchImages()
    {
        while (_imagesUnderWay < _settings.ImagesAtOnce && _imagesToFetch.TryDequeue(out var image))
        {
            _imagesUnderWay++;
            Fetch(new PageFetch.Request(
                image, image.Url, _identity, _space == AddressSpace.Public ? FetchInitiator.PublicPage : FetchInitiator.PrivatePage,
                AcceptImage, ReferrerFor(image.Url), _settings.MaxImage, _settings.MaxRedirects, TellsProgress: false));
        }
        if (_imagesLeft == 0 && _state == TabState.Loading)
            Finish();
    }

    // The origin alone leaves the site, and nothing leaves a secure page for an insecure address.
    private string? ReferrerFor(Uri target)
    {
        var page = new Uri(_url);
        if (page.Scheme == "https" && target.Scheme != "https")
            return null;
        return SiteOf(page) == SiteOf(target) ? page.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped) : page.GetLeftPart(UriPartial.Authority) + "/";
    }

    private void OnImageFetched(ImageWork image, PageFetch.Done done)
    {
        var status = done.Headers?.Status ?? 0;
        var problem = done.Problem ?? (status is >= 200 and < 300 ? null : $"The server answered with status {status}.");
        _events.Gather(new ResourceLoaded(_load, image.Url.AbsoluteUri, status, done.Body.Length, problem));
        if (problem is not null || done.Body.IsEmpty)
        {
            OnImageOver(image, 0, 0);
            return;
        }
        // An actor of its own tells whose answer it is that comes.
        var relay = Context.ActorOf(Akka.Actor.Props.Create(typeof(ImageRelay)));
        _decoding.Add(relay, image);
        _images.Tell(new ImageProtocol.Decode(done.Body) { Site = SiteOf(new Uri(_url)), Cancellation = _loading.Token }, relay);
    }

    private void OnImageDecoded(DecodedImage? decoded, ImageProtocol.DecodeRefused? refused)
    {
        var mine = _decoding.Remove(Sender, out var image) && image.Load == _load;
        using (decoded)
        {
            if (!mine)
                return;
            if (decoded is null)
                _events.Gather(new ResourceLoaded(_load, image!.Url.AbsoluteUri, 0, 0, refused!.Message));
            else
                _events.Gather(new TabProtocol.ImageDecoded(_load, image!.Url.AbsoluteUri, decoded.Format, decoded.Width, decoded.Height, decoded.Delays.Count));
            OnImageOver(image, decoded?.SourceWidth ?? 0, decoded?.SourceHeight ?? 0);
        }
    }

    private void OnImageOver(ImageWork image, int width, int height)
    {
        _renderer.Arrived(image.Resource, width, height);
        _imagesLeft--;
        _imagesUnderWay--;
        FetchImages();
    }

    private void Finish()
    {
        _state = TabState.Loaded;
        _page = _page! with { Elapsed = Stopwatch.GetElapsedTime(_started) };
        _events.Tell(new LoadFinished(_load, _page));
    }

    private void Fail(string message)
    {
        _state = TabState.Failed;
        _problem = message;
        _title = message;
        _page = null;
        _awaitsImages = false;
        _events.Tell(new LoadFailed(_load, _url, message));
    }

    private void OnRendererLost(WorkerPool.WorkerLost lost)
    {
        var busy = _state is TabState.Loading or TabState.Loaded;
        var message = _problem ?? $"This page's renderer {_renderer.ProcessId} is gone: {lost.Message}";
        _renderer.Forget(message);
        if (!busy || _reported)
            return;
        // Before it was given anything there was nothing to lose: another process takes its place.
        if (_state == TabState.Loading && _page is null)
        {
            _renderer.Want(SiteOf(new Uri(_url)));
            return;
        }
        StopLoading();
        // One that lived for long enough is no page that kills its renderer each time.
        _crashes = _crashedUrl == _url && Stopwatch.GetElapsedTime(_started) < _settings.CrashWindow ? _crashes + 1 : 1;
        _crashedUrl = _url;
        _state = TabState.Crashed;
        _reported = true;
        _awaitsImages = false;
        // It was reached all the same: Back and Reload know it.
        if (_steps == 0)
            _history.Visit(_url);
        (_problem, _title, _page) = (message, message, null);
        _events.Tell(new Crashed(_load, message, lost.Exited, _crashes));
    }

    private sealed record ImageWork(int Load, int Resource, Uri Url);

    /// <summary>Passes one decoder's answer on, and stops.</summary>
    private sealed class ImageRelay : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Context.Parent.Tell(message);
            Context.Stop(Self);
        }
    }
}
