using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Fetches what a page's script asks for, by the Fetch standard: redirect by redirect, each checked against the page's origin, with a
/// preflight request where another origin must allow it first. Sends its parent one <see cref="Done"/>, then stops.
/// </summary>
internal sealed class ScriptFetch : UntypedActor
{
    private readonly Request _request;
    private readonly IActorRef _coordinator;
    private readonly List<HeaderField> _headers;
    private WebUrl _url;
    private string _method;
    private ReadOnlyMemory<byte>? _body;
    private FetchInitiator _initiator;
    private bool _isTainted;
    private bool _isPreflight;
    private int _redirects;

    public ScriptFetch(Request request, IActorRef coordinator)
    {
        _request = request;
        _coordinator = coordinator;
        _headers = CorsRules.Sendable(request.Wanted.Headers, safeOnly: request.Wanted.Mode == PageRequestMode.NoCors);
        _url = request.Url;
        _method = request.Wanted.Method;
        _body = request.Wanted.Body.IsEmpty ? null : request.Wanted.Body;
        _initiator = request.Space == AddressSpace.Public ? FetchInitiator.PublicPage : FetchInitiator.PrivatePage;
    }

    private bool IsCrossOrigin => _isTainted || !_url.HasOriginOf(_request.Page);

    // After a redirect between two foreign origins, neither learns which page it works for.
    private string Origin => _isTainted ? "null" : _request.Page.Origin;

    private bool SendsCredentials => _request.Wanted.Credentials switch
    {
        PageRequestCredentials.Include => true,
        PageRequestCredentials.SameOrigin => !IsCrossOrigin,
        _ => false,
    };

    internal static Props Props(Request request, IActorRef coordinator) => Akka.Actor.Props.Create(typeof(ScriptFetch), request, coordinator);

    protected override void PreStart() => Begin();

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case FetchResponse answer when _isPreflight:
                OnPreflight(answer.Headers);
                break;
            case FetchResponse answer:
                OnAnswer(answer.Headers, answer.Body);
                break;
            case FetchFailed failed:
                Fail(failed.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        if (Refusal() is { } refusal)
        {
            Fail(refusal);
            return;
        }
        _isPreflight = IsCrossOrigin && _request.Wanted.Mode == PageRequestMode.Cors && CorsRules.NeedsPreflight(_method, _headers);
        if (_isPreflight)
            SendPreflight();
        else
            Send();
    }

    private string? Refusal()
    {
        // A secure page takes nothing from an insecure address but this machine's.
        if (_request.Page.Scheme == "https" && _url.Scheme != "https" && !IsThisMachine(_url.HostName))
            return $"A secure page may fetch nothing from the insecure {HttpRules.Shorten(_url.Origin)}.";
        return !IsCrossOrigin ? null : _request.Wanted.Mode switch
        {
            PageRequestMode.SameOrigin => $"The request is for the page's own origin, and {HttpRules.Shorten(_url.Origin)} is another.",
            PageRequestMode.NoCors when !CorsRules.IsSimple(_method) => $"The method {HttpRules.Shorten(_method)} cannot be used in a no-cors request.",
            PageRequestMode.NoCors when _request.Wanted.Redirect != PageRequestRedirect.Follow => "A no-cors request to another origin follows redirects.",
            PageRequestMode.Cors when _redirects > 0 && (_url.Username.Length > 0 || _url.Password.Length > 0) => "A redirect to another origin names a user.",
            _ => null,
        };
    }

    private static bool IsThisMachine(string host) =>
        host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) || (System.Net.IPAddress.TryParse(host, out var address) && System.Net.IPAddress.IsLoopback(address));

    private void SendPreflight()
    {
        var headers = new List<HeaderField> { new("Accept", "*/*"), new("Access-Control-Request-Method", _method) };
        if (CorsRules.UnsafeNames(_headers) is { Length: > 0 } names)
            headers.Add(new HeaderField("Access-Control-Request-Headers", string.Join(',', names)));
        headers.Add(new HeaderField("Origin", Origin));
        AddReferrer(headers);
        Fetch("OPTIONS", headers, null);
    }

    private void OnPreflight(in FetchHeaders headers)
    {
        if (CorsRules.PreflightRefuses(headers, Origin, SendsCredentials, _method, CorsRules.UnsafeNames(_headers)) is { } refusal)
        {
            Fail(refusal);
            return;
        }
        _isPreflight = false;
        Send();
    }

    private void Send()
    {
        var headers = new List<HeaderField>(_headers);
        if (!headers.Exists(static header => header.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
            headers.Add(new HeaderField("Accept", "*/*"));
        if (SendsCredentials && _request.Identity.CookiesFor(_url, _request.Page) is { Length: > 0 } cookies)
            headers.Add(new HeaderField("Cookie", cookies));
        if ((IsCrossOrigin && _request.Wanted.Mode == PageRequestMode.Cors) || _method is not ("GET" or "HEAD"))
            headers.Add(new HeaderField("Origin", _request.Wanted.Mode == PageRequestMode.NoCors && IsCrossOrigin && _request.Page.Scheme == "https" && _url.Scheme != "https" ? "null" : Origin));
        AddReferrer(headers);
        Fetch(_method, headers, _body);
    }

    private void AddReferrer(List<HeaderField> headers)
    {
        if (RequestOrigins.Referrer(_request.Page, _url) is { } referrer)
            headers.Add(new HeaderField("Referer", referrer));
    }

    private void Fetch(string method, List<HeaderField> headers, ReadOnlyMemory<byte>? body) => _coordinator.Tell(new Fetch(_url.ToString())
    {
        Method = method,
        Headers = headers,
        Body = body,
        MaxRedirects = 0,
        MaxBody = _request.MaxBytes,
        Initiator = _initiator,
        Proxy = _request.Identity.Proxy,
        TraceParent = _request.TraceParent,
        Replay = method is "GET" or "HEAD",
    });

    private void OnAnswer(in FetchHeaders headers, ReadOnlyMemory<byte> body)
    {
        if (SendsCredentials)
            _request.Identity.Take(_url, _request.Page, headers.Headers);
        var isCors = _request.Wanted.Mode == PageRequestMode.Cors;
        if (IsCrossOrigin && isCors && CorsRules.Refuses(headers, Origin, SendsCredentials) is { } refusal)
        {
            Fail(refusal);
            return;
        }
        if (HttpRules.IsRedirect(headers.Status) && headers.ValueOf("Location") is { Length: > 0 } location)
        {
            Redirect(headers.Status, location, headers.AddressSpace);
            return;
        }
        if (!IsCrossOrigin || isCors)
        {
            Finish(new PageResponse(PageResult.Ok, headers.Status, "", _url.ToString(), CorsRules.Readable(headers, IsCrossOrigin, SendsCredentials), "", body.Length, default), body);
            return;
        }
        // Another origin's answer, which did not allow the page to read it: a script may run, and nothing else reaches the renderer.
        if (_request.Wanted.Kind != PageRequestKind.Script)
            Finish(Opaque(0), default);
        else if (headers.Status is < 200 or > 299)
            Fail($"The server answered with status {headers.Status}.");
        else if (!CorsRules.IsJavaScript(headers))
            Fail($"A script of another origin must be declared as JavaScript, and is '{HttpRules.Shorten(headers.ValueOf("Content-Type") ?? "")}'.");
        else
            Finish(Opaque(body.Length), body);
    }

    private PageResponse Opaque(int length) => new(PageResult.Opaque, 0, "", _url.ToString(), [], "", length, default);

    private void Redirect(int status, string location, AddressSpace space)
    {
        switch (_request.Wanted.Redirect)
        {
            case PageRequestRedirect.Error:
                Fail($"The server redirects, with status {status}.");
                return;
            case PageRequestRedirect.Manual:
                Finish(Opaque(0), default);
                return;
            default:
                break;
        }
        if (++_redirects > _request.MaxRedirects)
        {
            Fail($"There were more than {_request.MaxRedirects} redirects; the last was from {HttpRules.Shorten(_url.WithoutCredentials)}.");
            return;
        }
        if (HttpRules.ResolveLocation(_url, location, out var next) is { } problem)
        {
            Fail($"The redirect from {HttpRules.Shorten(_url.WithoutCredentials)} leads to {problem}.");
            return;
        }
        if (!_url.HasOriginOf(_request.Page) && !next.HasOriginOf(_url))
            _isTainted = true;
        if (!next.HasOriginOf(_url))
            _headers.RemoveAll(static header => header.Name.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        if (HttpRules.BecomesGet(status, _method))
        {
            (_method, _body) = ("GET", null);
            _headers.RemoveAll(static header => header.Name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase));
        }
        // A public server must not redirect into a private network.
        if (space == AddressSpace.Public)
            _initiator = FetchInitiator.PublicPage;
        _url = next;
        Begin();
    }

    private void Fail(string problem) => Finish(PageResponse.Refused(problem), default);

    private void Finish(PageResponse response, ReadOnlyMemory<byte> body)
    {
        _request.Owner.Tell(new Done(_request.Id, response, body), Self);
        Context.Stop(Self);
    }

    /// <summary>What to fetch, and for which page.</summary>
    /// <param name="Id">The renderer's id for it.</param>
    /// <param name="Owner">The tab.</param>
    /// <param name="Wanted">As the renderer sent it; its method and URL are valid.</param>
    /// <param name="Url">The URL.</param>
    /// <param name="Page">The page.</param>
    /// <param name="Space">The address space of the page's server.</param>
    /// <param name="Identity">The tab's cookies and proxy.</param>
    /// <param name="MaxBytes">The longest body.</param>
    /// <param name="MaxRedirects">The most redirects.</param>
    internal sealed record Request(
        ulong Id, IActorRef Owner, PageRequest Wanted, WebUrl Url, WebUrl Page, AddressSpace Space, NetworkIdentity Identity, long MaxBytes, int MaxRedirects)
    {
        /// <summary>The span that it is part of.</summary>
        internal System.Diagnostics.ActivityContext TraceParent { get; init; }
    }

    /// <summary>The answer, without its body, and the body.</summary>
    internal sealed record Done(ulong Id, PageResponse Response, ReadOnlyMemory<byte> Body) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
