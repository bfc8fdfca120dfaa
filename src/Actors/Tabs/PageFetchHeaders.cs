using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>The requests of one fetch of a tab, hop by hop: URL, method, body, cookies, credentials, and where they come from.</summary>
internal sealed class PageFetchHeaders
{
    private readonly PageFetch.Request _request;
    private FetchInitiator _initiator;
    private FormPost? _post;
    private bool _hasLeftSite;
    private string? _authorization;

    internal PageFetchHeaders(PageFetch.Request request)
    {
        _request = request;
        _initiator = request.Initiator;
        _post = request.Navigation?.Post;
        Url = request.Url;
        _authorization = request.Identity.Credentials.Known(Url);
    }

    /// <summary>The URL of the hop.</summary>
    internal WebUrl Url { get; private set; }

    /// <summary>Whether the hop sends a form.</summary>
    internal bool HasBody => _post is not null;

    private RequestContext Context => new(_request.Page, _request.Navigation is not null, _post is null);

    /// <summary>The hop's fetch.</summary>
    internal FetchProtocol.Fetch Next()
    {
        var headers = new List<HeaderField> { new("Accept", _request.Accept) };
        if (_request.Identity.CookiesFor(Url, Context) is { Length: > 0 } cookies)
            headers.Add(new HeaderField("Cookie", cookies));
        var isHidden = _request.Navigation is { IsReferrerHidden: true };
        if (!isHidden && RequestOrigins.Referrer(_request.Page, Url) is { } referrer)
            headers.Add(new HeaderField("Referer", referrer));
        // Credentials in the URL itself are the network process's to send.
        if (_authorization is not null && Url.Username.Length == 0 && Url.Password.Length == 0)
            headers.Add(new HeaderField("Authorization", _authorization));
        if (_post is not { } post)
            return new FetchProtocol.Fetch(Url.ToString()) { Headers = headers, Initiator = _initiator, Replay = true };
        headers.Add(new HeaderField("Content-Type", post.ContentType));
        headers.Add(new HeaderField("Origin", RequestOrigins.Origin(_request.Page, Url, isHidden || _hasLeftSite)));
        var (bytes, source) = post.Body();
        return new FetchProtocol.Fetch(Url.ToString()) { Method = "POST", Headers = headers, Initiator = _initiator, Body = bytes, Upload = source };
    }

    /// <summary>Takes the cookies of an answer.</summary>
    internal void OnAnswer(IReadOnlyList<HeaderField> headers) => _request.Identity.Take(Url, Context, headers);

    /// <summary>Whether the server asks for credentials that the identity has for it and that were not sent yet; the next hop sends them.</summary>
    internal bool TryAuthenticate(IReadOnlyList<HeaderField> headers)
    {
        if (_authorization is not null || Url.Username.Length > 0 || Url.Password.Length > 0)
            return false;
        _authorization = _request.Identity.Credentials.For(Url, headers);
        return _authorization is not null;
    }

    /// <summary>Goes on to where a redirect leads.</summary>
    internal void Redirect(int status, WebUrl next, AddressSpace space)
    {
        if (HttpRules.BecomesGet(status, HasBody ? "POST" : "GET"))
            _post = null;
        // A public server must not redirect into a private network.
        if (space == AddressSpace.Public)
            _initiator = FetchInitiator.PublicPage;
        // What another site redirects does not count as the page's own request.
        _hasLeftSite |= _request.Page is { } page && !Url.HasOriginOf(next) && !page.HasOriginOf(Url);
        Url = next;
        // Credentials are for one origin.
        _authorization = _request.Identity.Credentials.Known(next);
    }
}

/// <summary>Who makes a request, for the rules of cookies.</summary>
/// <param name="Page">The page that makes it; null for the tab's owner.</param>
/// <param name="IsNavigation">Whether it navigates the tab.</param>
/// <param name="IsSafe">Whether its method changes nothing (GET).</param>
internal readonly record struct RequestContext(WebUrl? Page, bool IsNavigation, bool IsSafe);
