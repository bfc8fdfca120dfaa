using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// The resources of a tab's page: images, fetched a few at a time and decoded in decoder processes, whose sizes are sent to the
/// renderer; and resources that an embedder fetches as the page would.
/// </summary>
/// <param name="context">The tab's context.</param>
/// <param name="record">The tab's record.</param>
/// <param name="settings">The limits of a page.</param>
/// <param name="fetches">The tab's fetches.</param>
/// <param name="renderer">The renderer, which is told each image's size.</param>
/// <param name="events">The tab's subscribers.</param>
/// <param name="images">The image service.</param>
/// <param name="onImagesIn">Called when no image is pending any more.</param>
internal sealed class PageResources(
    IActorContext context, TabRecord record, TabSettings settings, PageFetches fetches, RendererLease renderer, TabEvents events, IActorRef images, Action onImagesIn)
{
    private const string AcceptImage = "image/webp,image/png,image/jpeg,image/gif,image/bmp,image/x-icon;q=0.8,*/*;q=0.5";

    private readonly Dictionary<IActorRef, ImageWork> _decoding = [];
    private readonly Queue<ImageWork> _imagesToFetch = new();
    private readonly List<IActorRef> _askers = [];
    private bool _mayAnnounce;
    private int _imagesLeft;
    private int _imagesUnderWay;
    private CancellationTokenSource _loading = new();

    /// <summary>The address space of the page's server: a page from a public server may fetch nothing private.</summary>
    internal AddressSpace Space { private get; set; }

    /// <summary>On whose behalf the page fetches: never the embedder's.</summary>
    internal FetchInitiator Initiator => Space == AddressSpace.Public ? FetchInitiator.PublicPage : FetchInitiator.PrivatePage;

    /// <summary>Whether images of the page are awaited.</summary>
    internal bool AreAwaited { get; private set; }

    /// <summary>The page has images, which the renderer announces once.</summary>
    internal void Await() => (AreAwaited, _mayAnnounce) = (true, true);

    /// <summary>The renderer has found these images in the page.</summary>
    internal void OnImagesWanted(in ResourcesWanted wanted)
    {
        if (!_mayAnnounce)
            return;
        _mayAnnounce = false;
        for (var i = 0; i < Math.Min(wanted.Images.Count, settings.MaxImages); i++)
        {
            if (WebUrl.TryParse(wanted.Images[i], out var url) && url.IsHttp)
                _imagesToFetch.Enqueue(new ImageWork(record.Load, i, url));
        }
        _imagesLeft = _imagesToFetch.Count;
        FetchImages();
    }

    private void FetchImages()
    {
        while (_imagesUnderWay < settings.ImagesAtOnce && _imagesToFetch.TryDequeue(out var image))
        {
            _imagesUnderWay++;
            FetchForPage(image, image.Url);
        }
        if (_imagesLeft > 0)
            return;
        AreAwaited = false;
        onImagesIn();
    }

    // The only way to fetch for a page: on behalf of the page, never of the embedder.
    private void FetchForPage(object tag, WebUrl url) => fetches.Start(
        new PageFetch.Request(tag, url, record.Identity, Initiator, AcceptImage, settings.MaxImage, settings.MaxRedirects) { Page = Page });

    /// <summary>Fetches a resource for an embedder, as the page would.</summary>
    internal void Fetch(string url, IActorRef asker)
    {
        if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            asker.Tell(new QueryFailed(DocumentFailure.InvalidQuery, $"'{HttpRules.Shorten(url, 100)}' is not an http or https URL."));
            return;
        }
        _askers.Add(asker);
        FetchForPage(asker, parsed);
    }

    /// <summary>A fetch has ended.</summary>
    /// <returns>False if it was the page itself.</returns>
    internal bool OnFetched(PageFetch.Done done)
    {
        if (done.Tag is ImageWork image)
            OnImageFetched(image, done);
        else if (done.Tag is IActorRef asker)
            OnResourceFetched(asker, done);
        else
            return false;
        return true;
    }

    /// <summary>Whether an actor waits for an image's pixels.</summary>
    internal bool Decodes(IActorRef relay) => _decoding.ContainsKey(relay);

    /// <summary>The tab leaves the page: stops everything in progress and tells each asker.</summary>
    internal void GiveUp()
    {
        fetches.StopAll();
        foreach (var asker in _askers)
            asker.Tell(new QueryFailed(null, "The page was left."));
        _askers.Clear();
        _loading.Cancel();
        _loading.Dispose();
        _loading = new CancellationTokenSource();
        _imagesToFetch.Clear();
        (_imagesLeft, _imagesUnderWay, AreAwaited, _mayAnnounce) = (0, 0, false, false);
    }

    private void OnResourceFetched(IActorRef asker, PageFetch.Done done)
    {
        _askers.Remove(asker);
        asker.Tell(done is { Problem: null, Headers: { } headers }
            ? new ResourceFetched(done.Url, headers.Status, headers.ValueOf("Content-Type") ?? "", done.Body)
            : new QueryFailed(null, done.Problem ?? "The server sent no answer."));
    }

    private WebUrl? Page => WebUrl.TryParse(record.Url, out var page) ? page : null;

    private void OnImageFetched(ImageWork image, PageFetch.Done done)
    {
        var status = done.Headers?.Status ?? 0;
        var problem = done.Problem ?? (status is >= 200 and < 300 ? null : $"The server answered with status {status}.");
        events.Gather(new ResourceLoaded(record.Load, image.Url.ToString(), status, done.Body.Length, problem));
        if (problem is not null || done.Body.IsEmpty)
        {
            OnImageOver(image, 0, 0);
            return;
        }
        // One relay for each image: the reply's sender says which image it is.
        var relay = context.ActorOf(Props.Create(typeof(ImageRelay)));
        context.Watch(relay);
        _decoding.Add(relay, image);
        images.Tell(new ImageProtocol.Decode(done.Body) { Site = WebUrl.OriginOf(record.Url), Cancellation = _loading.Token, TraceParent = events.Spans.Context }, relay);
    }

    /// <summary>A decoder has answered, or will not.</summary>
    internal void OnImageDecoded(IActorRef relay, DecodedImage? decoded, ImageProtocol.DecodeRefused? refused)
    {
        var mine = _decoding.Remove(relay, out var image) && image.Load == record.Load;
        using (decoded)
        {
            if (!mine)
                return;
            if (decoded is null)
                events.Gather(new ResourceLoaded(record.Load, image!.Url.ToString(), 0, 0, refused!.Message));
            else
                events.Gather(new TabProtocol.ImageDecoded(record.Load, image!.Url.ToString(), decoded.Format, decoded.Width, decoded.Height, decoded.Delays.Count));
            OnImageOver(image, decoded?.SourceWidth ?? 0, decoded?.SourceHeight ?? 0);
        }
    }

    private void OnImageOver(ImageWork image, int width, int height)
    {
        renderer.Arrived(image.Resource, width, height);
        _imagesLeft--;
        _imagesUnderWay--;
        FetchImages();
    }

    private sealed record ImageWork(int Load, int Resource, WebUrl Url);

    /// <summary>Passes on one decoder's answer, then stops.</summary>
    private sealed class ImageRelay : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            Context.Parent.Tell(message);
            Context.Stop(Self);
        }
    }
}
