using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>The sitemaps of a crawl, read one after another: those that the start server's robots.txt names, else its <c>/sitemap.xml</c>, and those that an index names.</summary>
/// <param name="options">Whether pages other than the start page are wanted.</param>
/// <param name="settings">How many are read.</param>
/// <param name="urls">Says which belong to the site: an index names no others.</param>
/// <param name="fetch">Fetches one.</param>
/// <param name="parse">Parses one.</param>
/// <param name="found">Takes a page's URL.</param>
internal sealed class CrawlSitemaps(
    CrawlOptions options, CrawlSettings settings, CrawlUrls urls, Action<CrawlSitemaps.Tag> fetch, Action<CrawlParse> parse, Action<WebUrl, FetchInitiator> found)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<Tag> _waiting = new();
    private bool _isBegun;
    private bool _isReading;

    internal bool IsBusy => _isReading || _waiting.Count > 0;

    /// <summary>Learns of the start server's robots.txt.</summary>
    internal void OnRobots(CrawlServer server, RobotsTxt robots, FetchInitiator initiator)
    {
        if (_isBegun || options.MaxDepth == 0)
            return;
        _isBegun = true;
        _ = WebUrl.TryParse(server.Url.Origin + "/", out var root);
        foreach (var one in robots.Sitemaps.Count > 0 ? robots.Sitemaps : ["/sitemap.xml"])
        {
            if (WebUrl.TryParse(one, root, null, out var url) && (url.Origin != server.Url.Origin || robots.Allows(url.PathAndQuery)))
                Add(url, initiator, isOfIndex: false);
        }
        Next();
    }

    internal void OnFetched(Tag tag, CrawlFetch.Done done)
    {
        if (done is { Problem: null, Headers: { Status: >= 200 and < 300 } headers } && !done.Body.IsEmpty)
        {
            tag.Initiator = CrawlQueue.InitiatorOf(headers.AddressSpace);
            var isPacked = done.Body.Span.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);
            parse(new CrawlParse(tag, tag.Url.ToString(), tag.Url.Origin, isPacked ? LoadDocument.Packed : headers.ValueOf("Content-Type") ?? "", done.Body) { IsSitemap = true });
            return;
        }
        _isReading = false;
        Next();
    }

    internal void OnParsed(Tag tag, CrawlParse parsed)
    {
        if (parsed.Problem is null)
        {
            foreach (var link in parsed.Links)
            {
                if (WebUrl.TryParse(link, out var url))
                    found(url, tag.Initiator);
            }
            // An index names no further index.
            foreach (var one in tag.IsOfIndex ? [] : parsed.Sitemaps)
            {
                if (WebUrl.TryParse(one, out var url) && urls.IsOfSite(url))
                    Add(url, tag.Initiator, isOfIndex: true);
            }
        }
        _isReading = false;
        Next();
    }

    internal void Clear() => _waiting.Clear();

    private void Add(WebUrl url, FetchInitiator initiator, bool isOfIndex)
    {
        if (url.IsHttp && url.Port != 0 && _known.Count < settings.MaxSitemaps && _known.Add(url.WithoutFragment))
            _waiting.Enqueue(new Tag(url, isOfIndex) { Initiator = initiator });
    }

    private void Next()
    {
        if (_isReading || !_waiting.TryDequeue(out var next))
            return;
        _isReading = true;
        fetch(next);
    }

    /// <summary>A sitemap.</summary>
    internal sealed record Tag(WebUrl Url, bool IsOfIndex)
    {
        /// <summary>On whose behalf it, then what it names, is fetched.</summary>
        internal FetchInitiator Initiator { get; set; }
    }
}
