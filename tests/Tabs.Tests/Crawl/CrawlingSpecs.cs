using Microsoft.AspNetCore.Http;

namespace ActorBrowser.TabsTests;

/// <summary>Base: crawls of sites that the test serves, by real renderers.</summary>
public abstract class CrawlingSpecs(string more = "") : BrowserSpecs("actorbrowser.crawl.pace = 0\n" + more), IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-crawl-");

    /// <summary>A folder of this test.</summary>
    protected string Folder => Path.Combine(_folder.FullName, "out");

    /// <summary>The paths requested so far, robots.txt and sitemap.xml included.</summary>
    protected List<string> Asked { get; } = [];

    public new void Dispose()
    {
        base.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Serves pages by path; all else is 404.</summary>
    /// <param name="page">Answers a page, or returns null.</param>
    protected Task<string> ServePagesAsync(Func<HttpContext, string, string?> page) => ServeAsync(async context =>
    {
        var path = context.Request.Path.Value + context.Request.QueryString.Value;
        lock (Asked)
            Asked.Add(path);
        context.Response.ContentType = "text/html; charset=utf-8";
        if (page(context, path) is { } html)
            await context.Response.WriteAsync(html);
        else if (context.Response.StatusCode == 200)
            context.Response.StatusCode = 404;
    });

    protected async Task<(List<CrawledPage> Pages, CrawlSummary Summary)> CrawlAsync(CrawlOptions options)
    {
        var pages = new List<CrawledPage>();
        CrawlSummary? summary = null;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await foreach (var page in BrowserClient.For(Browser).CrawlAsync(options, end => summary = end, limit.Token))
            pages.Add(page);
        return (pages, summary!);
    }

    /// <summary>The results' paths, sorted.</summary>
    protected static string[] PathsOf(IEnumerable<CrawledPage> pages) => [.. pages.Select(static page => new Uri(page.Url).PathAndQuery).Order(StringComparer.Ordinal)];

    protected static string Links(params IEnumerable<string> links) => string.Concat(links.Select(static link => $"<a href=\"{link}\">{link}</a> "));
}
