using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Fetches one resource for a tab, following redirects itself: each hop gets its own site's cookies, is checked against the page that
/// makes the request, and uses the tab's proxy. Sends its parent one <see cref="Done"/>, then stops.
/// </summary>
internal sealed class PageFetch : UntypedActor
{
    private readonly Request _request;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _owner = Context.Parent;
    private readonly long _credit;
    private MemoryStream _body = new();
    private WebUrl _url;
    private FetchInitiator _initiator;
    private FetchHeaders? _headers;
    private ulong _fetch;
    private ulong _left;
    private long _ungranted;
    private int _redirects;
    private bool _over;

    public PageFetch(Request request, IActorRef coordinator, long credit)
    {
        _request = request;
        _coordinator = coordinator;
        _credit = credit;
        _url = request.Url;
        _initiator = request.Initiator;
    }

    internal static Props Props(Request request, IActorRef coordinator, long credit) => Akka.Actor.Props.Create(typeof(PageFetch), request, coordinator, credit);

    protected override void PreStart() => Begin();

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FetchStarted started:
                _fetch = started.Id;
                break;
            case IEvent late when late.Id <= _left || _over:
                break;
            case FetchHeadersArrived arrived:
                OnHeaders(arrived.Headers);
                break;
            case FetchChunk chunk:
                OnChunk(chunk);
                break;
            case FetchCompleted:
                Finish(null, null);
                break;
            case FetchFailed failed:
                Finish(failed.Kind, failed.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        var headers = new List<HeaderField> { new("Accept", _request.Accept) };
        if (_request.Identity.CookiesFor(_url, _request.Page) is { Length: > 0 } cookies)
            headers.Add(new HeaderField("Cookie", cookies));
        if (_request.Referrer is { } referrer)
            headers.Add(new HeaderField("Referer", referrer));
        _headers = null;
        _body = new MemoryStream();
        _coordinator.Tell(new Fetch(_url.ToString())
        {
            Headers = headers,
            Streamed = true,
            MaxRedirects = 0,
            MaxBody = _request.MaxBytes,
            Initiator = _initiator,
            Proxy = _request.Identity.Proxy,
            Replay = true,
        });
    }

    private void OnHeaders(in FetchHeaders headers)
    {
        _request.Identity.Take(_url, _request.Page, headers.Headers);
        if (HttpRules.IsRedirect(headers.Status) && headers.ValueOf("Location") is { Length: > 0 } location)
        {
            _coordinator.Tell(new CancelFetch(_fetch));
            _left = _fetch;
            Redirect(location, headers.AddressSpace);
            return;
        }
        _headers = headers;
        // The first progress message announces a page; a 204 or 205 has none.
        if (_request.TellsProgress && headers.Status is not (204 or 205))
            _owner.Tell(new Advanced(_request.Tag, _url, 0, headers.ContentLength));
    }

    private void Redirect(string location, AddressSpace space)
    {
        if (++_redirects > _request.MaxRedirects)
        {
            Finish(FetchErrorKind.Redirect, $"The page made more than {_request.MaxRedirects} redirects; the last was from {HttpRules.Shorten(_url.WithoutCredentials)}.");
            return;
        }
        if (HttpRules.ResolveLocation(_url, location, out var next) is { } problem)
        {
            Finish(FetchErrorKind.Redirect, $"The redirect from {HttpRules.Shorten(_url.WithoutCredentials)} leads to {problem}.");
            return;
        }
        // A public server must not redirect into a private network.
        if (space == AddressSpace.Public)
            _initiator = FetchInitiator.PublicPage;
        _url = next;
        Begin();
    }

    private void OnChunk(FetchChunk chunk)
    {
        _body.Write(chunk.Data.Span);
        _ungranted += chunk.Data.Length;
        if (_ungranted >= _credit / 4)
        {
            _coordinator.Tell(new GrantCredit(_fetch, _ungranted));
            _ungranted = 0;
        }
        if (_request.TellsProgress && _headers?.Status is not (204 or 205))
            _owner.Tell(new Advanced(_request.Tag, _url, _body.Length, _headers?.ContentLength ?? -1));
    }

    private void Finish(FetchErrorKind? kind, string? problem)
    {
        if (_over)
            return;
        _over = true;
        _owner.Tell(new Done(_request.Tag, _url.ToString(), _headers, _body.GetBuffer().AsMemory(0, (int)_body.Length), kind, problem));
        Context.Stop(Self);
    }

    /// <summary>What to fetch, and for which page.</summary>
    internal sealed record Request(object Tag, WebUrl Url, WebUrl? Page, NetworkIdentity Identity, FetchInitiator Initiator, string Accept, string? Referrer, long MaxBytes, int MaxRedirects, bool TellsProgress);

    internal sealed record Advanced(object Tag, WebUrl Url, long Bytes, long Total) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    internal sealed record Done(object Tag, string Url, FetchHeaders? Headers, ReadOnlyMemory<byte> Body, FetchErrorKind? Kind, string? Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
