using System.Buffers;
using System.IO.Compression;
using System.Text;
using Akka.Actor;

namespace ActorBrowser.TabsTests;

/// <summary>What a crawl loads, and what it says of it.</summary>
public sealed class CrawlSpecs : CrawlingSpecs
{
    [Fact]
    public async Task Each_of_a_thousand_pages_is_loaded_once()
    {
        var site = await ServePagesAsync((_, path) => path == "/robots.txt" ? null
            : int.TryParse(path.AsSpan(1), out var n) && n is >= 1 and <= 1000 ? $"<title>Page {n}</title><p>Three words here</p>{Links($"/{2 * n}", $"{2 * n + 1}#part", $"/{n / 2}")}" : null);
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site + "/1") { MaxDepth = 9, Folder = Folder, Save = CrawlSave.Html });
        Assert.Equal(Enumerable.Range(1, 1000).Append(1001).Concat(Enumerable.Range(1002, 22)).Append(0).Where(n => n is >= 1 and <= 1023).Select(n => $"/{n}").Append("/0").Order(StringComparer.Ordinal), PathsOf(pages));
        Assert.Equal((1024, 24, true, 0), (summary.Pages, summary.Failed, summary.IsComplete, summary.Waiting));
        Assert.Equal(Asked.Count, Asked.Distinct().Count());
        var page = pages.Single(page => page.Url == site + "/7");
        Assert.Equal((2, 200, "Page 7", "text/html; charset=utf-8", 3), (page.Depth, page.Status, page.Title, page.ContentType, page.Links));
        Assert.Equal("<title>Page 7</title><p>Three words here</p>", (await File.ReadAllTextAsync(Path.Combine(Folder, page.File!)))[..44]);
        Assert.Equal(page.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Folder, page.File!)))));
        Assert.Equal(1024, (await File.ReadAllLinesAsync(Path.Combine(Folder, "pages.jsonl"))).Length);
    }

    [Theory]
    [InlineData(503, 0)]
    [InlineData(404, 2)]
    [InlineData(403, 2)]
    [InlineData(301, 2)]
    public async Task The_status_of_robots_txt_says_what_may_be_loaded(int status, int expected)
    {
        var site = await ServePagesAsync((context, path) =>
        {
            if (!path.StartsWith("/robots", StringComparison.Ordinal))
                return path == "/" ? Links("/a") : "a";
            // Five redirects are followed; the sixth would be one too many, and is no reason not to load anything.
            context.Response.StatusCode = status;
            context.Response.Headers.Location = path + "x";
            return null;
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal((expected, true), (pages.Count, summary.IsComplete));
        Assert.Equal(status == 301 ? 6 : 1, Asked.Count(static path => path.StartsWith("/robots", StringComparison.Ordinal)));
        Assert.Equal(expected == 0, summary.Problem is not null);
    }

    [Fact]
    public async Task What_robots_txt_forbids_is_not_asked_for()
    {
        var site = await ServePagesAsync((context, path) => path switch
        {
            "/robots.txt" => "user-agent: *\ndisallow: /\n\nuser-agent: actorbrowser\ndisallow: /no\nallow: /no/but\nsitemap: /no/sitemap.xml",
            "/" => Links("/no", "/no/way", "/no/but", "/%6Eo", "/yes"),
            _ => path,
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal(["/", "/no/but", "/yes"], PathsOf(pages));
        Assert.Equal(3, summary.Disallowed);
        Assert.DoesNotContain(Asked, static path => path is "/no" or "/no/way" or "/%6Eo" or "/no/sitemap.xml");
    }

    [Fact]
    public async Task Pages_say_what_is_not_to_be_followed_or_saved()
    {
        var site = await ServePagesAsync((context, path) =>
        {
            if (path == "/header")
                context.Response.Headers["X-Robots-Tag"] = "actorbrowser: nofollow";
            return path switch
            {
                "/" => Links("/header", "/meta", "/hidden", "/canonical") + "<a rel='x NoFollow' href=/rel>no</a><iframe src=/frame></iframe>",
                "/header" or "/meta" => "<meta name=ROBOTS content='NOFOLLOW'>" + path + Links("/never"),
                "/hidden" => "<meta name=actorbrowser content=noindex>" + Links("/behind"),
                "/canonical" => "<link rel=canonical href=/own>canonical",
                "/robots.txt" or "/sitemap.xml" or "/never" or "/rel" => null,
                _ => path,
            };
        });
        var (pages, _) = await CrawlAsync(new CrawlOptions(site) { Folder = Folder, Save = CrawlSave.Markdown });
        Assert.Equal(["/", "/behind", "/canonical", "/frame", "/header", "/hidden", "/meta", "/own"], PathsOf(pages));
        var hidden = pages.Single(static page => page.Url.EndsWith("/hidden", StringComparison.Ordinal));
        Assert.Equal((true, null), (hidden.NoIndex, hidden.File));
        var canonical = pages.Single(static page => page.Url.EndsWith("/canonical", StringComparison.Ordinal));
        Assert.Equal((site + "/own", "canonical\n"), (canonical.Canonical, (await File.ReadAllTextAsync(Path.Combine(Folder, canonical.File!))).TrimEnd('\n') + "\n"));
    }

    [Fact]
    public async Task Sitemaps_are_read_in_each_of_their_forms()
    {
        var site = "";
        site = await ServePagesAsync((context, path) =>
        {
            string Set(string page) => $"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc> {site}{page} </loc><lastmod>2026-11-29</lastmod></url><url><loc>http://elsewhere.example/</loc></url></urlset>";
            context.Response.ContentType = path.EndsWith(".xml", StringComparison.Ordinal) ? "text/xml" : path.EndsWith(".txt", StringComparison.Ordinal) ? "text/plain" : "text/html";
            switch (path)
            {
                case "/robots.txt":
                    return $"Sitemap: {site}/index.xml\nSitemap: /list.txt\nSitemap: /feed.xml\nSitemap: /bomb.gz\nSitemap: /broken.xml";
                case "/index.xml":
                    return $"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{site}/one.xml</loc></sitemap><sitemap><loc>{site}/two.gz</loc></sitemap><sitemap><loc>http://elsewhere.example/x.xml</loc></sitemap></sitemapindex>";
                case "/one.xml":
                    return Set("/from-one?a=1&amp;b=2");
                case "/two.gz":
                    context.Response.ContentType = "application/octet-stream";
                    context.Response.BodyWriter.Write(Gzip(Encoding.UTF8.GetBytes(Set("/from-two"))));
                    return "";
                case "/bomb.gz":
                    context.Response.ContentType = "application/gzip";
                    context.Response.BodyWriter.Write(Gzip(new byte[100 << 20]));
                    return "";
                case "/list.txt":
                    return $"{site}/from-list\r\n\r\nnot a url\n{site}/from-list-2";
                case "/feed.xml":
                    return $"<rss><channel><link>{site}/no-entry</link><item><title>x</title><link>{site}/from-feed</link></item></channel></rss>";
                case "/broken.xml":
                    return $"<urlset><url><loc>{site}/from-broken</loc></url>";
                default:
                    return path;
            }
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site) { Folder = Folder });
        Assert.Equal(["/", "/from-broken", "/from-feed", "/from-list", "/from-list-2", "/from-one?a=1&b=2", "/from-two"], PathsOf(pages));
        Assert.All(pages.Where(page => page.Url != site + "/"), static page => Assert.Equal(1, page.Depth));
        Assert.Equal((true, 0), (summary.IsComplete, summary.Crashes));
    }

    [Fact]
    public async Task Pages_with_one_content_are_parsed_once()
    {
        var site = await ServePagesAsync((_, path) => path == "/" ? Links("/a", "/b", "/c?x=1") : path is "/robots.txt" or "/sitemap.xml" ? null : "<title>same</title>");
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal((4, 2), (pages.Count, summary.Duplicates));
        var first = pages.Single(static page => page.Title == "same").Url;
        Assert.All(pages.Where(static page => page.DuplicateOf is not null), page => Assert.Equal((first, "", 0), (page.DuplicateOf, page.Title, page.Words)));
    }

    [Fact]
    public async Task A_site_is_an_origin_or_a_registrable_domain()
    {
        var other = await ServePagesAsync(static (_, path) => path == "/robots.txt" ? null : "other");
        var site = await ServePagesAsync((_, path) => path == "/" ? Links(other + "/x", "https://elsewhere.example/") : null);
        Assert.Equal(["/"], PathsOf((await CrawlAsync(new CrawlOptions(site))).Pages));
        // An address is its own domain, on any port.
        Assert.Equal(["/", "/x"], PathsOf((await CrawlAsync(new CrawlOptions(site) { Site = CrawlSite.Domain })).Pages));
    }

    [Fact]
    public async Task The_pace_is_kept_and_robots_txt_may_ask_for_a_slower_one()
    {
        var times = new List<long>();
        var site = await ServePagesAsync((_, path) =>
        {
            if (path is "/robots.txt" or "/sitemap.xml")
                return path == "/robots.txt" ? "user-agent: *\ncrawl-delay: 0.2" : null;
            lock (times)
                times.Add(TimeProvider.System.GetTimestamp());
            return path + Links("/a", "/b", "/c");
        });
        await CrawlAsync(new CrawlOptions(site) { Pace = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(4, times.Count);
        // Requests leave 200 ms apart, and may take different times on their way.
        Assert.InRange(TimeProvider.System.GetElapsedTime(times[0], times[^1]), TimeSpan.FromMilliseconds(500), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_second_crawl_asks_only_whether_pages_have_changed()
    {
        var (conditional, version) = (0, 1);
        var site = await ServePagesAsync((context, path) =>
        {
            if (path is "/robots.txt" or "/sitemap.xml")
                return null;
            var tag = path == "/changes" ? $"\"{version}\"" : "\"x\"";
            if (path != "/fresh")
                context.Response.Headers.ETag = tag;
            context.Response.Headers.CacheControl = path == "/fresh" ? "max-age=1000" : "no-cache";
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                Interlocked.Increment(ref conditional);
                context.Response.StatusCode = 304;
                return null;
            }
            return $"<title>{path}{(path == "/changes" ? version : "")}</title>" + Links("/fresh", "/changes", "/same");
        });
        var options = new CrawlOptions(site) { Folder = Folder, Again = true };
        Assert.Equal(4, (await CrawlAsync(options)).Pages.Count);
        version = 2;
        Asked.Clear();
        var (pages, summary) = await CrawlAsync(options);
        Assert.Equal((4, 3, 2), (pages.Count, summary.FromCache, conditional));
        Assert.DoesNotContain("/fresh", Asked);
        Assert.Equal(["/", "/changes2", "/fresh", "/same"], pages.Select(static page => page.Title).Order(StringComparer.Ordinal));
        Assert.All(pages, static page => Assert.Equal(3, page.Links));
    }

    [Fact]
    public async Task A_folder_holds_one_crawl_and_its_crawl_goes_on_with_more_pages()
    {
        var site = await ServePagesAsync((_, path) => path is "/robots.txt" or "/sitemap.xml" ? null : path + Links(Enumerable.Range(1, 30).Select(static n => $"/{n}")));
        var options = new CrawlOptions(site) { Folder = Folder, MaxPages = 7 };
        var (first, summary) = await CrawlAsync(options);
        Assert.Equal((7, false, true), (first.Count, summary.IsComplete, summary.Waiting > 0));
        var (rest, whole) = await CrawlAsync(options with { MaxPages = null });
        Assert.Equal((31, true), (whole.Pages, whole.IsComplete));
        Assert.Equal(31, first.Concat(rest).Select(static page => page.Url).Distinct().Count());
        Assert.Empty((await CrawlAsync(options with { MaxPages = null })).Pages);
        var refused = await Assert.ThrowsAsync<IOException>(() => CrawlAsync(options with { MaxDepth = 1 }));
        Assert.StartsWith("The folder holds another crawl: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invalid_options_are_refused()
    {
        foreach (var options in (CrawlOptions[])[new("x"), new("ftp://x/"), new(null!), new("http://x/") { MaxPages = 0 }, new("http://x/") { MaxDepth = -1 }, new("http://x/") { Pace = TimeSpan.FromSeconds(-1) },
            new("http://x/") { Save = CrawlSave.Html }, new("http://x/") { Folder = "" }, new("http://x/") { Site = (CrawlSite)7 }])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => CrawlAsync(options));
            Browser.Tell(new CrawlProtocol.StartCrawl(options, TestActor), TestActor);
            Assert.IsType<InvalidMessageException>((await ExpectMsgAsync<Status.Failure>()).Cause);
        }
        await Assert.ThrowsAsync<IOException>(() => CrawlAsync(new CrawlOptions("http://127.0.0.1:1/") { Folder = "/proc/no" }));
    }

    [Fact]
    public async Task A_subscriber_that_grants_no_more_pages_gets_no_more()
    {
        var site = await ServePagesAsync((_, path) => path is "/robots.txt" or "/sitemap.xml" ? null : path + Links(Enumerable.Range(1, 30).Select(static n => $"/{n}")));
        Browser.Tell(new CrawlProtocol.StartCrawl(new CrawlOptions(site), TestActor) { Credit = 5 }, TestActor);
        var crawl = (await ExpectMsgAsync<CrawlProtocol.CrawlStarted>()).Crawl;
        for (var i = 0; i < 5; i++)
            await ExpectMsgAsync<CrawlProtocol.PageCrawled>(Deadline.Long);
        await ExpectNoMsgAsync(TimeSpan.FromMilliseconds(300));
        crawl.Tell(new CrawlProtocol.GrantPages(3), TestActor);
        for (var i = 0; i < 3; i++)
            await ExpectMsgAsync<CrawlProtocol.PageCrawled>(Deadline.Long);
        crawl.Tell(new CrawlProtocol.StopCrawl(), TestActor);
        Assert.False((await ExpectMsgAsync<CrawlProtocol.CrawlEnded>(Deadline.Long)).Summary.IsComplete);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var packing = new GZipStream(packed, CompressionLevel.Fastest))
            packing.Write(bytes);
        return packed.ToArray();
    }
}
