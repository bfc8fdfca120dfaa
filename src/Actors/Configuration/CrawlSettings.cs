using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary><c>actorbrowser.crawl</c>.</summary>
/// <param name="AtOnce">The most pages under way.</param>
/// <param name="AtOncePerServer">The most requests at once to one server, unless the pace is zero.</param>
/// <param name="Pace">The least time between two requests to one server.</param>
/// <param name="MaxDelay">The longest time that a server may ask for.</param>
/// <param name="PageTimeout">The longest time of one request.</param>
/// <param name="MaxPage">The longest page, in bytes.</param>
/// <param name="MaxPages">The most pages.</param>
/// <param name="MaxUrls">The most URLs that are remembered.</param>
/// <param name="MaxUrlLength">The longest URL, in characters.</param>
/// <param name="MaxPathDepth">The most segments of a path.</param>
/// <param name="MaxRepeats">How often one segment may occur in a path.</param>
/// <param name="MaxVariants">The most queries of one path.</param>
/// <param name="MaxPagesPerServer">The most pages of one server.</param>
/// <param name="MaxRedirects">The most redirects from page to page.</param>
/// <param name="MaxSitemaps">The most sitemaps that are read.</param>
/// <param name="Renderers">The most renderers.</param>
/// <param name="RenderersPerSite">The most renderers for one origin.</param>
/// <param name="PagesPerRenderer">The number of pages after which a renderer is replaced.</param>
internal sealed record CrawlSettings(
    int AtOnce, int AtOncePerServer, TimeSpan Pace, TimeSpan MaxDelay, TimeSpan PageTimeout, int MaxPage, int MaxPages, int MaxUrls, int MaxUrlLength, int MaxPathDepth,
    int MaxRepeats, int MaxVariants, int MaxPagesPerServer, int MaxRedirects, int MaxSitemaps, int Renderers, int RenderersPerSite, int PagesPerRenderer)
{
    internal static CrawlSettings Read(SettingsReader reader) => new(
        reader.Number("crawl.at-once", 1, 10_000),
        reader.Number("crawl.at-once-per-server", 1, 10_000),
        reader.Time("crawl.pace"),
        reader.Time("crawl.max-delay"),
        reader.Time("crawl.page-timeout", positive: true),
        (int)reader.Bytes("crawl.max-page", 1024, LoadDocument.MaxLength),
        reader.Number("crawl.max-pages", 1, int.MaxValue),
        reader.Number("crawl.max-urls", 1, 100_000_000),
        reader.Number("crawl.max-url-length", 16, 1 << 20),
        reader.Number("crawl.max-path-depth", 1, 10_000),
        reader.Number("crawl.max-repeats", 1, 10_000),
        reader.Number("crawl.max-variants", 0, 100_000_000),
        reader.Number("crawl.max-pages-per-server", 1, int.MaxValue),
        reader.Number("crawl.max-redirects", 0, 1000),
        reader.Number("crawl.max-sitemaps", 0, 100_000),
        reader.Number("crawl.renderers", 1, 10_000),
        reader.Number("crawl.renderers-per-site", 1, 10_000),
        reader.Number("crawl.pages-per-renderer", 1, int.MaxValue));
}
