using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// The requests of a page's scripts: some at a time, the others wait, and each is answered once unless the renderer has cancelled it.
/// A page without scripts has none; a renderer that makes some anyway is ended.
/// </summary>
/// <param name="context">The tab's context.</param>
/// <param name="record">The tab's record.</param>
/// <param name="settings">The limits of a page.</param>
/// <param name="coordinator">The fetch coordinator.</param>
/// <param name="renderer">The page's renderer.</param>
/// <param name="events">The tab's subscribers.</param>
internal sealed class PageRequests(IActorContext context, TabRecord record, TabSettings settings, IActorRef coordinator, RendererLease renderer, TabEvents events)
{
    /// <summary>With three bytes for each character, they fit a frame.</summary>
    private const int MostHeaders = 192 << 10;

    private readonly Dictionary<ulong, IActorRef> _underWay = [];
    private readonly Dictionary<IActorRef, ulong> _ids = [];
    private readonly Queue<(ulong Id, PageRequest Wanted, WebUrl Url)> _waiting = new();
    private readonly HashSet<ulong> _wanted = [];
    private WebUrl? _page;
    private string _cookies = "";
    private AddressSpace _space;
    private int _made;

    /// <summary>The tab is about to give the renderer a page whose scripts run: what they may see comes first.</summary>
    internal void Begin(WebUrl page, AddressSpace space)
    {
        (_page, _space, _made) = (page, space, 0);
        renderer.Tell(new PageCookies(_cookies = record.Identity.CookiesForScript(page)));
        foreach (var items in record.Identity.Storage.Of(page.Origin))
            renderer.Tell(items);
    }

    /// <summary>The tab shows its page again: nothing has taken its place.</summary>
    internal void Resume(WebUrl page) => _page = page;

    /// <summary>A script has set a cookie, or stored something.</summary>
    /// <returns>Null, or the rule that the renderer broke.</returns>
    internal string? OnStored(in PageStorageChange change)
    {
        if (record.Scripts == PageScripts.None)
            return "A renderer may store nothing for a page whose scripts do not run.";
        if (_page is null)
            return null;
        if (change.Kind == PageStorageChangeKind.SetCookie)
        {
            record.Identity.TakeFromScript(_page, change.Value);
            renderer.Tell(new PageCookies(_cookies = record.Identity.CookiesForScript(_page)));
        }
        else
        {
            record.Identity.Storage.Change(_page.Origin, change);
        }
        return null;
    }

    /// <summary>The renderer asks for something.</summary>
    /// <returns>Null, or the rule that it broke.</returns>
    internal string? OnRequested(ulong id, in PageRequest wanted)
    {
        if (record.Scripts == PageScripts.None)
            return "A renderer may fetch nothing for a page whose scripts do not run.";
        // The tab has left the page, and the renderer does not know it yet.
        if (_page is null)
            return null;
        if (id == 0 || id >> 63 != 0 || !_wanted.Add(id))
            return $"The renderer used the id {id} for a request, which is not free.";
        if (Refusal(wanted, out var url) is { } refusal)
            Answer(id, PageResponse.Refused(refusal), default);
        else
            _waiting.Enqueue((id, wanted, url!));
        Start();
        return null;
    }

    /// <summary>The renderer no longer wants an answer, which may be on its way.</summary>
    internal void OnCancelled(ulong id)
    {
        if (!_wanted.Remove(id) || !_underWay.Remove(id, out var fetch))
            return;
        _ids.Remove(fetch);
        context.Unwatch(fetch);
        context.Stop(fetch);
        Start();
    }

    /// <summary>A fetch has ended.</summary>
    internal void OnDone(IActorRef fetch, ScriptFetch.Done done)
    {
        if (!_ids.Remove(fetch))
            return;
        context.Unwatch(fetch);
        _underWay.Remove(done.Id);
        var failed = done.Response.Outcome == PageResult.Failed;
        events.Gather(new TabProtocol.ResourceLoaded(record.Load, done.Response.Url, done.Response.Status, done.Body.Length, failed ? done.Response.Message : null));
        Answer(done.Id, done.Response, done.Body);
        Start();
    }

    /// <summary>A fetch's actor has failed.</summary>
    /// <returns>False if the actor fetched nothing for the page's scripts.</returns>
    internal bool OnTerminated(IActorRef fetch)
    {
        if (!_ids.TryGetValue(fetch, out var id))
            return false;
        OnDone(fetch, new ScriptFetch.Done(id, PageResponse.Refused("The actor that fetched it has failed."), default));
        return true;
    }

    /// <summary>The tab leaves the page.</summary>
    internal void GiveUp()
    {
        foreach (var fetch in _ids.Keys)
        {
            context.Unwatch(fetch);
            context.Stop(fetch);
        }
        _ids.Clear();
        _underWay.Clear();
        _waiting.Clear();
        _wanted.Clear();
        _page = null;
    }

    private string? Refusal(in PageRequest wanted, out WebUrl? url)
    {
        url = null;
        if (_made >= settings.MaxRequests)
            return $"The page's scripts have made {_made} requests, as many as actorbrowser.tabs.max-requests allows.";
        _made++;
        if (!HttpRules.IsToken(wanted.Method) || CorsRules.IsForbiddenMethod(wanted.Method))
            return $"A script may not use the method '{HttpRules.Shorten(wanted.Method)}'.";
        if (!wanted.Body.IsEmpty && wanted.Method is "GET" or "HEAD")
            return $"A request with the method {wanted.Method} has no body.";
        return WebUrl.TryParse(wanted.Url, out url) && url.IsHttp ? null : $"'{HttpRules.Shorten(wanted.Url, 100)}' is not an http or https URL.";
    }

    private void Start()
    {
        while (_underWay.Count < settings.RequestsAtOnce && _waiting.TryDequeue(out var next))
        {
            if (!_wanted.Contains(next.Id))
                continue;
            var fetch = context.ActorOf(ScriptFetch.Props(
                new ScriptFetch.Request(next.Id, context.Self, next.Wanted, next.Url, _page!, _space, record.Identity, settings.MaxResource, settings.MaxRedirects) { TraceParent = events.Spans.Context }, coordinator));
            context.Watch(fetch);
            _underWay.Add(next.Id, fetch);
            _ids.Add(fetch, next.Id);
        }
    }

    private void Answer(ulong id, in PageResponse response, ReadOnlyMemory<byte> body)
    {
        if (!_wanted.Remove(id))
            return;
        // A script sees the cookies that an answer has set as soon as it sees the answer.
        if (_page is not null && record.Identity.CookiesForScript(_page) is var cookies && cookies != _cookies)
            renderer.Tell(new PageCookies(_cookies = cookies));
        var tooLong = response.Headers.Sum(static header => header.Name.Length + header.Value.Length) > MostHeaders;
        renderer.Respond(
            id, tooLong ? PageResponse.Refused($"The answer's headers are longer than {MostHeaders} characters.") : response,
            tooLong ? default : body, settings.ShareAbove);
    }
}
