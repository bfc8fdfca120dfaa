using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Sites that are endless, huge, or break their renderer: each page costs itself only.</summary>
public sealed class HostileCrawlSpecs() : CrawlingSpecs("""
    actorbrowser.tabs.max-time = 4s
    actorbrowser.crawl { max-page = 8 MiB, max-variants = 20, max-pages-per-server = 400, max-redirects = 5 }
    """)
{
    // The parser looks for the element of each end tag up to the body.
    private static readonly string NeverParsed = string.Concat(Enumerable.Repeat("<x>", 950)) + string.Concat(Enumerable.Repeat("</y>", 1_900_000));

    [Fact]
    public async Task Traps_end()
    {
        var site = await ServePagesAsync((context, path) =>
        {
            if (path is "/robots.txt" or "/sitemap.xml")
                return null;
            if (path == "/")
                return Links("/calendar?day=1", "/circle/x/", "/deeper/", "/numbers/1", "/fine");
            if (path.StartsWith("/calendar", StringComparison.Ordinal))
                return path + Links($"?day={int.Parse(path.Split('=')[1], CultureInfo.InvariantCulture) + 1}");
            if (path.StartsWith("/circle", StringComparison.Ordinal))
                return path + Links("x/");
            if (path.StartsWith("/deeper", StringComparison.Ordinal))
                return path + Links($"{path.Length}/");
            if (path.StartsWith("/numbers", StringComparison.Ordinal))
                return path + Links($"/numbers/{int.Parse(path.Split('/')[2], CultureInfo.InvariantCulture) + 1}");
            return "fine";
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        var paths = PathsOf(pages);
        Assert.Contains("/fine", paths);
        Assert.Equal(20, paths.Count(static path => path.StartsWith("/calendar", StringComparison.Ordinal)));
        Assert.Equal(3, paths.Count(static path => path.StartsWith("/circle", StringComparison.Ordinal)));
        Assert.Equal(20, paths.Count(static path => path.StartsWith("/deeper", StringComparison.Ordinal)));
        Assert.Equal((400, 0, true), (pages.Count, summary.Failed, summary.IsComplete));
        Assert.Equal(4, summary.LeftOut);
    }

    [Fact]
    public async Task Redirects_end()
    {
        var site = await ServePagesAsync((context, path) =>
        {
            if (path == "/")
                return Links("/self", "/there", "/on/1", "/out", "/nowhere", "/script");
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = path switch
            {
                "/there" => "/back",
                "/back" => "/there",
                "/self" => "/self#again",
                "/out" => "http://elsewhere.example/",
                "/script" => "javascript:alert(1)",
                _ when path.StartsWith("/on/", StringComparison.Ordinal) => $"/on/{int.Parse(path.AsSpan(4), CultureInfo.InvariantCulture) + 1}",
                _ => default,
            };
            return null;
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal(["/", "/back", "/nowhere", "/on/1", "/on/2", "/on/3", "/on/4", "/on/5", "/on/6", "/out", "/script", "/self", "/there"], PathsOf(pages));
        Assert.Equal((true, 2, 10), (summary.IsComplete, summary.Failed, summary.Redirects));
        Assert.Equal("http://elsewhere.example/", pages.Single(page => page.Url == site + "/out").Redirect);
    }

    [Fact]
    public async Task A_page_that_breaks_its_renderer_costs_itself_only()
    {
        var site = await ServePagesAsync((_, path) => path switch
        {
            "/robots.txt" or "/sitemap.xml" => null,
            "/" => Links(Enumerable.Range(1, 20).Select(static n => $"/{n}").Append("/never").Append("/deep").Concat(Enumerable.Range(21, 20).Select(static n => $"/{n}"))),
            "/never" => NeverParsed,
            "/deep" => string.Concat(Enumerable.Repeat("<div>", 50_000)),
            _ => $"<title>{path}</title>",
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal((43, 2, 1, true), (summary.Pages, summary.Failed, summary.Crashes, summary.IsComplete));
        Assert.Equal("The page was not parsed within 4000 ms.", pages.Single(page => page.Url == site + "/never").Problem);
        Assert.Equal("The page's elements are nested more than 1000 deep.", pages.Single(page => page.Url == site + "/deep").Problem);
        Assert.All(pages.Where(page => page.Problem is null && page.Depth == 1), page => Assert.Equal(new Uri(page.Url).AbsolutePath, page.Title));
    }

    [Fact]
    public async Task An_endless_page_and_one_that_is_no_page_are_not_read()
    {
        using var left = new SemaphoreSlim(0);
        var site = await ServeAsync(async context =>
        {
            context.Response.ContentType = context.Request.Path == "/image" ? "image/png" : "text/html";
            switch (context.Request.Path.Value)
            {
                case "/":
                    await context.Response.WriteAsync(Links("/declared", "/undeclared", "/image", "/small"));
                    return;
                case "/small" or "/robots.txt" or "/sitemap.xml":
                    return;
                case "/declared" or "/image":
                    context.Response.ContentLength = 100L << 30;
                    break;
                default:
                    break;
            }
            var piece = new byte[64 << 10];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(piece);
            left.Release();
        });
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site));
        Assert.Equal((5, 2, true), (summary.Pages, summary.Failed, summary.IsComplete));
        Assert.All(pages.Where(static page => page.Url.EndsWith("declared", StringComparison.Ordinal)), static page => Assert.Contains("longer than 8388608 bytes", page.Problem, StringComparison.Ordinal));
        Assert.Equal((null, "image/png", 0L), pages.Where(static page => page.Url.EndsWith("/image", StringComparison.Ordinal)).Select(static page => (page.Problem, page.ContentType, page.Bytes)).Single());
        for (var i = 0; i < 3; i++)
            Assert.True(await left.WaitAsync(Deadline.Long));
    }

    [Fact]
    public async Task Ten_thousand_links_a_page_and_names_of_every_kind_are_taken()
    {
        var site = await ServePagesAsync((_, path) => path == "/"
            ? Links(Enumerable.Range(0, 10_000).Select(static n => $"/{n}?{new string('q', 50)}")) + Links("/%00%1b%5B31m", "/..%2f..%2fetc", "/con.aux", "/" + new string('l', 1500), "//[::1", "http://", "mailto:x", "/\u202e\u001b]0;x\u0007", "?" + new string('x', 3000))
            : path is "/robots.txt" or "/sitemap.xml" ? null : $"<title>\u001b[31m{path}</title>");
        var (pages, summary) = await CrawlAsync(new CrawlOptions(site) { Folder = Folder, Save = CrawlSave.Html });
        Assert.Equal((400, true), (pages.Count, summary.IsComplete));
        var files = Directory.GetFiles(Folder, "*", SearchOption.AllDirectories);
        Assert.All(files, file => Assert.Matches("^[A-Za-z0-9_./-]+$", Path.GetRelativePath(Folder, file)));
        Assert.Equal(400, files.Count(static file => Path.GetDirectoryName(file)!.EndsWith("/pages", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', await File.ReadAllTextAsync(Path.Combine(Folder, "pages.jsonl")));
    }
}
