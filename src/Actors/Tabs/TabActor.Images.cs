using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>The images of a page: fetched a few at a time, decoded in decoder processes; the renderer learns their sizes.</content>
internal sealed partial class TabActor
{
    private const string AcceptImage = "image/webp,image/png,image/jpeg,image/gif,image/bmp,image/x-icon;q=0.8,*/*;q=0.5";

    private readonly Dictionary<IActorRef, ImageWork> _decoding = [];
    private readonly Queue<ImageWork> _imagesToFetch = new();
    private readonly List<IActorRef> _resourceAskers = [];
    private int _imagesLeft;
    private int _imagesUnderWay;

    private void OnImagesWanted(in ResourcesWanted wanted)
    {
        if (!_awaitsImages)
            return;
        _awaitsImages = false;
        for (var i = 0; i < Math.Min(wanted.Images.Count, _settings.MaxImages); i++)
        {
            if (WebUrl.TryParse(wanted.Images[i], out var url) && url.IsHttp)
                _imagesToFetch.Enqueue(new ImageWork(_record.Load, i, url));
        }
        _imagesLeft = _imagesToFetch.Count;
        FetchImages();
    }

    private void FetchImages()
    {
        while (_imagesUnderWay < _settings.ImagesAtOnce && _imagesToFetch.TryDequeue(out var image))
        {
            _imagesUnderWay++;
            FetchForPage(image, image.Url);
        }
        if (_imagesLeft == 0 && _state == TabState.Loading)
            Finish();
    }

    // The one way to a page's parts: on behalf of the page, never of the embedder.
    private void FetchForPage(object tag, WebUrl url) => Fetch(new PageFetch.Request(
        tag, url, Page, _record.Identity, _space == AddressSpace.Public ? FetchInitiator.PublicPage : FetchInitiator.PrivatePage,
        AcceptImage, ReferrerFor(url), _settings.MaxImage, _settings.MaxRedirects, TellsProgress: false));

    private void OnFetchResource(string url)
    {
        if (_state != TabState.Loaded)
        {
            Sender.Tell(new QueryFailed(DocumentFailure.NoDocument, _problem ?? "No page is loaded."));
        }
        else if (!WebUrl.TryParse(url, out var parsed) || !parsed.IsHttp)
        {
            Sender.Tell(new QueryFailed(DocumentFailure.InvalidQuery, $"'{HttpRules.Shorten(url, 100)}' is no http or https URL."));
        }
        else
        {
            _resourceAskers.Add(Sender);
            FetchForPage(Sender, parsed);
        }
    }

    private void OnResourceFetched(IActorRef asker, PageFetch.Done done)
    {
        _resourceAskers.Remove(asker);
        asker.Tell(done is { Problem: null, Headers: { } headers }
            ? new ResourceFetched(done.Url, headers.Status, headers.ValueOf("Content-Type") ?? "", done.Body)
            : new QueryFailed(null, done.Problem ?? "The server sent no answer."));
    }

    // The origin alone leaves the site, and nothing leaves a secure page for an insecure address.
    private string? ReferrerFor(WebUrl target)
    {
        if (Page is not { } page || (page.Scheme == "https" && target.Scheme != "https"))
            return null;
        return page.HasOriginOf(target) ? page.WithoutFragment : page.Origin + "/";
    }

    private WebUrl? Page => WebUrl.TryParse(_record.Url, out var page) ? page : null;

    private void OnImageFetched(ImageWork image, PageFetch.Done done)
    {
        var status = done.Headers?.Status ?? 0;
        var problem = done.Problem ?? (status is >= 200 and < 300 ? null : $"The server answered with status {status}.");
        _events.Gather(new ResourceLoaded(_record.Load, image.Url.ToString(), status, done.Body.Length, problem));
        if (problem is not null || done.Body.IsEmpty)
        {
            OnImageOver(image, 0, 0);
            return;
        }
        // One relay for each image: the reply's sender says which image it is.
        var relay = Context.ActorOf(Akka.Actor.Props.Create(typeof(ImageRelay)));
        Context.Watch(relay);
        _decoding.Add(relay, image);
        _images.Tell(new ImageProtocol.Decode(done.Body) { Site = SiteOf(_record.Url), Cancellation = _loading.Token }, relay);
    }

    private void OnImageDecoded(IActorRef relay, DecodedImage? decoded, ImageProtocol.DecodeRefused? refused)
    {
        var mine = _decoding.Remove(relay, out var image) && image.Load == _record.Load;
        using (decoded)
        {
            if (!mine)
                return;
            if (decoded is null)
                _events.Gather(new ResourceLoaded(_record.Load, image!.Url.ToString(), 0, 0, refused!.Message));
            else
                _events.Gather(new TabProtocol.ImageDecoded(_record.Load, image!.Url.ToString(), decoded.Format, decoded.Width, decoded.Height, decoded.Delays.Count));
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

    private sealed record ImageWork(int Load, int Resource, WebUrl Url);

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
