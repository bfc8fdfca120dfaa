using System.Security.Cryptography;
using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The way of a page: the cache, the server, the renderer, its links, its result. Each page that is begun ends with one result.</summary>
/// <param name="options">What to crawl.</param>
/// <param name="identity">Whose cookies are sent.</param>
/// <param name="agent">The crawler's product token.</param>
/// <param name="time">The actor system's time.</param>
/// <param name="cache">Null for none.</param>
/// <param name="queue">Learns of answers and of new pages.</param>
/// <param name="urls">The known URLs.</param>
/// <param name="writer">Writes results and the cache.</param>
/// <param name="fetch">Starts a request for a page.</param>
internal sealed class CrawlPages(
    CrawlOptions options, NetworkIdentity identity, string agent, TimeProvider time, HttpCache? cache, CrawlQueue queue, CrawlUrls urls, CrawlWriter writer, Action<CrawlWork> fetch)
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private readonly Dictionary<string, string> _contents = new(StringComparer.Ordinal);

    /// <summary>Parses a page; set once the renderers exist.</summary>
    internal Action<CrawlParse>? Parse { get; set; }

    /// <summary>Whether a body of this type is a page, for the renderer to decide in detail.</summary>
    internal static bool IsPage(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
        return type is "" or "text/html" or "text/plain" or "application/xhtml+xml" or "application/xml" or "text/xml" || type.EndsWith("+xml", StringComparison.Ordinal) && type != "image/svg+xml";
    }

    /// <summary>Remembers a result of an earlier run.</summary>
    internal void Remember(CrawledPage page)
    {
        if (page is { DuplicateOf: null, Sha256.Length: > 0 })
            _contents.TryAdd(page.Sha256, page.Url);
    }

    internal void Begin(CrawlTarget target, CrawlServer server, IActorRef self)
    {
        var work = new CrawlWork(target, server, time.GetTimestamp());
        if (cache is not null && cache.Knows(target.Text))
            Task.Run(() => Read(cache, work)).PipeTo(self, failure: _ => new CrawlCacheRead(work, null, ""));
        else
            Fetch(work);
    }

    internal void OnCacheRead(CrawlCacheRead read)
    {
        var work = read.Work;
        work.Request = RequestOf(work);
        var use = read.Entry is null ? CacheUse.None : CacheRules.UseOf(read.Entry, work.Request, DateTimeOffset.UtcNow);
        if (use != CacheUse.None)
            (work.Cached, work.CachedHash) = (read.Entry, read.Hash);
        if (use != CacheUse.Fresh)
        {
            Fetch(work);
            return;
        }
        queue.OnAnswered(work.Server, null);
        work.LinksInitiator = CrawlQueue.InitiatorOf(read.Entry!.Space);
        OnContent(work, read.Entry.Status, read.Entry.Headers, read.Entry.Body, read.Hash, isCached: true);
    }

    internal void OnFetched(CrawlWork work, CrawlFetch.Done done)
    {
        queue.OnAnswered(work.Server, done.Headers);
        if (done.Headers is not { } headers)
        {
            Fail(work, done.Problem ?? "The server sent no answer.");
            return;
        }
        work.LinksInitiator = CrawlQueue.InitiatorOf(headers.AddressSpace);
        var type = headers.ValueOf("Content-Type") ?? "";
        work.Page = work.Page with { Status = headers.Status, ContentType = HttpRules.Shorten(type) };
        if (done.Problem is not null)
        {
            Fail(work, done.Problem);
        }
        else if (headers.Status == 304 && work.Cached is { } cached && CacheRules.Selects(headers.Headers, cached))
        {
            writer.Do(() => cache!.Freshen(cached, headers.Headers, done.Requested, DateTimeOffset.UtcNow));
            OnContent(work, cached.Status, CacheRules.Merge(cached.Headers, headers.Headers), cached.Body, work.CachedHash, isCached: true);
        }
        else
        {
            // A body that was not read must not be found again.
            if (cache is not null && (headers.Status is < 200 or >= 300 || IsPage(type)))
                writer.Do(() => cache.Take("GET", work.Request, new CacheEntry(work.Target.Text, headers.Status, headers.Headers, [], done.Requested, DateTimeOffset.UtcNow, headers.AddressSpace, done.Body)));
            OnContent(work, headers.Status, headers.Headers, done.Body, done.Sha256, isCached: false);
        }
    }

    internal void OnParsed(CrawlWork work, CrawlParse parse)
    {
        if (parse.Problem is not null || parse.Document is not { } document)
        {
            Fail(work, parse.Problem ?? "The page was not parsed.");
            return;
        }
        var robots = work.Robots | CrawlRobotsTag.Of(parse.Robots);
        var found = new List<CrawlTarget>();
        if (!robots.NoFollow)
        {
            foreach (var link in parse.Links)
                Find(link, work, work.Target.Depth + 1, found);
        }
        var canonical = document.CanonicalUrl.Length > 0 && document.CanonicalUrl != work.Target.Text ? document.CanonicalUrl : null;
        if (canonical is not null)
            Find(canonical, work, work.Target.Depth, found);
        work.Page = work.Page with
        {
            Title = document.Title,
            Words = document.Counts.Words,
            Links = parse.LinkCount,
            Canonical = canonical,
            NoIndex = robots.NoIndex,
            File = options.Save == CrawlSave.None || robots.NoIndex ? null : CrawlFolder.FileOf(work.Target.Text, options.Save),
        };
        Finish(work, found, parse.Markdown is { } markdown ? Encoding.UTF8.GetBytes(markdown.ToString()) : work.Body);
    }

    private static CrawlCacheRead Read(HttpCache cache, CrawlWork work) =>
        cache.Find(work.Target.Text) is { } entry ? new CrawlCacheRead(work, entry, entry.Body.IsEmpty ? "" : Convert.ToHexStringLower(SHA256.HashData(entry.Body.Span))) : new CrawlCacheRead(work, null, "");

    private List<HeaderField> RequestOf(CrawlWork work)
    {
        var headers = new List<HeaderField> { new("Accept", AcceptPage) };
        if (identity.CookiesFor(work.Target.Url, null) is { Length: > 0 } cookies)
            headers.Add(new HeaderField("Cookie", cookies));
        return headers;
    }

    private void Fetch(CrawlWork work)
    {
        work.Request = RequestOf(work);
        if (work.Cached is { } cached)
            work.Request = [.. work.Request, .. CacheRules.Validators(cached)];
        fetch(work);
    }

    private void OnContent(CrawlWork work, int status, IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, string hash, bool isCached)
    {
        var type = CacheRules.Value(headers, "Content-Type") ?? "";
        work.Robots = CrawlRobotsTag.Of(headers, agent);
        work.Page = work.Page with { Status = status, ContentType = HttpRules.Shorten(type), Bytes = body.Length, Sha256 = hash, FromCache = isCached };
        if (HttpRules.IsRedirect(status))
        {
            OnRedirect(work, CacheRules.Value(headers, "Location"));
        }
        else if (status is < 200 or >= 300)
        {
            Fail(work, $"The server answered with status {status}.");
        }
        else if (body.IsEmpty || !IsPage(type))
        {
            Finish(work, [], default);
        }
        else if (!_contents.TryAdd(hash, work.Target.Text) && _contents[hash] != work.Target.Text)
        {
            work.Page = work.Page with { DuplicateOf = _contents[hash] };
            Finish(work, [], default);
        }
        else
        {
            work.Body = body;
            Parse!(new CrawlParse(work, work.Target.Text, work.Target.Url.Origin, type, body) { Markdown = options.Save == CrawlSave.Markdown ? new StringBuilder() : null });
        }
    }

    private void OnRedirect(CrawlWork work, string? location)
    {
        if (location is null)
        {
            Fail(work, "The server redirects to nowhere.");
            return;
        }
        if (HttpRules.ResolveLocation(work.Target.Url, location, out var next) is { } problem)
        {
            Fail(work, $"The redirect leads to {problem}.");
            return;
        }
        var found = urls.Add(next, work.Target.Depth, work.LinksInitiator, work.Target.Redirects + 1);
        if (found is not null)
            queue.Add(found);
        work.Page = work.Page with { Redirect = next.WithoutFragment };
        Finish(work, found is null ? [] : [found], default);
    }

    private void Find(string link, CrawlWork work, int depth, List<CrawlTarget> found)
    {
        if (!WebUrl.TryParse(link, out var url) || urls.Add(url, depth, work.LinksInitiator) is not { } target)
            return;
        queue.Add(target);
        found.Add(target);
    }

    private void Fail(CrawlWork work, string problem)
    {
        work.Page = work.Page with { Problem = problem };
        Finish(work, [], default);
    }

    private void Finish(CrawlWork work, IReadOnlyList<CrawlTarget> found, ReadOnlyMemory<byte> content) =>
        writer.Write(new CrawlResult(work.Page with { Milliseconds = time.GetElapsedTime(work.Started).TotalMilliseconds }, found, content));
}
