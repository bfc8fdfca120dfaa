using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>Which page is fetched next: by server, within its robots.txt, its pace and its requests at once. It also fetches the robots.txt files.</summary>
/// <param name="options">The pace.</param>
/// <param name="settings">The limits.</param>
/// <param name="agent">The crawler's product token.</param>
/// <param name="time">The actor system's time.</param>
/// <param name="fetch">Fetches a robots.txt.</param>
internal sealed class CrawlQueue(CrawlOptions options, CrawlSettings settings, string agent, TimeProvider time, Action<CrawlQueue.RobotsTag, WebUrl, FetchInitiator> fetch)
{
    // RFC 9309, 2.3.1.2: at least five in succession are followed.
    private const int MostRedirects = 5;

    private readonly Dictionary<string, CrawlServer> _servers = new(StringComparer.Ordinal);
    private readonly List<CrawlServer> _order = [];
    private int _turn;

    /// <summary>How many pages wait.</summary>
    internal int Count { get; private set; }

    /// <summary>How many pages robots.txt has forbidden.</summary>
    internal int Disallowed { get; private set; }

    /// <summary>Whether a robots.txt is being fetched.</summary>
    internal bool IsAsking => _order.Exists(static server => server.AsksRobots);

    /// <summary>Called with each robots.txt: the start page's names the sitemaps.</summary>
    internal Action<CrawlServer, RobotsTxt, FetchInitiator>? OnRobots { get; set; }

    private TimeSpan Wanted => options.Pace ?? settings.Pace;

    internal void Add(CrawlTarget target)
    {
        ServerOf(target.Url).Waiting.Enqueue(target);
        Count++;
    }

    /// <summary>Takes the next page that may be fetched now.</summary>
    /// <param name="server">Its server; its request counts until its answer.</param>
    /// <param name="wait">If there is none: how long until there may be one; null if that depends on an answer.</param>
    internal CrawlTarget? Take(out CrawlServer? server, out TimeSpan? wait)
    {
        (server, wait) = (null, null);
        for (var i = 0; i < _order.Count; i++)
        {
            var one = _order[(_turn + i) % _order.Count];
            if (one.Waiting.Count == 0 || one.AsksRobots)
                continue;
            if (one.Robots(time) is not { } robots)
            {
                Ask(one);
                continue;
            }
            while (one.Waiting.TryPeek(out var next) && !robots.Allows(next.Url.PathAndQuery))
            {
                one.Waiting.Dequeue();
                Count--;
                Disallowed++;
            }
            if (one.Waiting.Count == 0 || one.AtOnce >= (one.Pace(Wanted, settings.MaxDelay) == TimeSpan.Zero ? settings.AtOnce : settings.AtOncePerServer))
                continue;
            if (one.NextAt > time.GetTimestamp())
            {
                var left = time.GetElapsedTime(time.GetTimestamp(), one.NextAt);
                wait = wait is { } other && other < left ? other : left;
                continue;
            }
            _turn = (_turn + i + 1) % _order.Count;
            Count--;
            one.AtOnce++;
            one.Pause(one.Pace(Wanted, settings.MaxDelay), time);
            server = one;
            return one.Waiting.Dequeue();
        }
        return null;
    }

    /// <summary>A request has its answer. A server that is overloaded gets no request for as long as it asks.</summary>
    internal void OnAnswered(CrawlServer server, FetchHeaders? headers)
    {
        server.AtOnce--;
        if (headers is not { Status: 429 or 503 } answer || answer.ValueOf("Retry-After") is not { } text)
            return;
        var pause = CacheRules.Date(text) is { } date ? date - DateTimeOffset.UtcNow : CacheControl.Seconds(text);
        server.Pause(pause < TimeSpan.Zero ? TimeSpan.Zero : pause < settings.MaxDelay ? pause : settings.MaxDelay, time);
    }

    /// <summary>Takes the answer to a request for robots.txt.</summary>
    internal void OnAnswered(RobotsTag tag, CrawlFetch.Done done)
    {
        if (done.Headers is not { } headers || done.Problem is not null)
        {
            Take(tag.Server, RobotsTxt.AllowsNothing, FetchInitiator.PublicPage);
            return;
        }
        var initiator = InitiatorOf(headers.AddressSpace);
        if (HttpRules.IsRedirect(headers.Status))
        {
            // After five, or to nowhere: there is none.
            if (tag.Redirects >= MostRedirects || headers.ValueOf("Location") is not { } location || HttpRules.ResolveLocation(tag.Url, location, out var next) is not null)
                Take(tag.Server, RobotsTxt.AllowsAll, initiator);
            else
                Fetch(tag with { Url = next, Redirects = tag.Redirects + 1 }, initiator);
            return;
        }
        Take(tag.Server, headers.Status switch
        {
            >= 200 and < 300 => RobotsTxt.Parse(done.Body.Span, agent),
            >= 500 => RobotsTxt.AllowsNothing,
            _ => RobotsTxt.AllowsAll,
        }, initiator);
    }

    /// <summary>Forgets what waits.</summary>
    internal void Clear()
    {
        foreach (var server in _order)
            server.Waiting.Clear();
        Count = 0;
    }

    /// <summary>On whose behalf is fetched what an answer names.</summary>
    internal static FetchInitiator InitiatorOf(AddressSpace space) => space == AddressSpace.Public ? FetchInitiator.PublicPage : FetchInitiator.PrivatePage;

    private void Take(CrawlServer server, RobotsTxt robots, FetchInitiator initiator)
    {
        server.Take(robots, time);
        OnRobots?.Invoke(server, robots, initiator);
    }

    private void Ask(CrawlServer server)
    {
        server.AsksRobots = true;
        // The first page that waits says on whose behalf.
        _ = WebUrl.TryParse(server.Url.Origin + "/robots.txt", out var url);
        Fetch(new RobotsTag(server, url!, 0), server.Waiting.Peek().Initiator);
    }

    private void Fetch(RobotsTag tag, FetchInitiator initiator) => fetch(tag, tag.Url, initiator);

    private CrawlServer ServerOf(WebUrl url)
    {
        if (_servers.TryGetValue(url.Origin, out var server))
            return server;
        server = new CrawlServer(url);
        _servers.Add(url.Origin, server);
        _order.Add(server);
        return server;
    }

    /// <summary>A request for a robots.txt.</summary>
    internal sealed record RobotsTag(CrawlServer Server, WebUrl Url, int Redirects);
}
