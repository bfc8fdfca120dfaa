using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>A URL that a crawl will load.</summary>
/// <param name="Text">Normal, without a fragment.</param>
/// <param name="Url">The same, parsed.</param>
/// <param name="Depth">How many links it is away from the start page.</param>
/// <param name="Initiator">On whose behalf it is fetched: a page from a public server leads into no private network.</param>
/// <param name="Redirects">How many redirects in succession led to it.</param>
internal sealed record CrawlTarget(string Text, WebUrl Url, int Depth, FetchInitiator Initiator, int Redirects);

/// <summary>The URLs that a crawl knows: each is loaded once, and those that look endless not at all.</summary>
/// <param name="options">Which belong to the site.</param>
/// <param name="settings">The limits.</param>
/// <param name="start">The start page.</param>
internal sealed class CrawlUrls(CrawlOptions options, CrawlSettings settings, WebUrl start)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _variants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ofServer = new(StringComparer.Ordinal);
    private readonly string _site = options.Site == CrawlSite.Domain ? PublicSuffixes.List.SiteOf(Name(start)) : start.Origin;

    internal int Count => _known.Count;

    /// <summary>How many URLs were left out for a limit.</summary>
    internal int LeftOut { get; private set; }

    /// <summary>Whether a URL belongs to the site.</summary>
    internal bool IsOfSite(WebUrl url) => url.IsHttp && (options.Site == CrawlSite.Origin ? url.Origin == _site : PublicSuffixes.List.SiteOf(Name(url)) == _site);

    /// <summary>Adds a URL.</summary>
    /// <param name="url">Any URL.</param>
    /// <param name="depth">How far it is away.</param>
    /// <param name="initiator">On whose behalf it is fetched.</param>
    /// <param name="redirects">How many redirects led to it.</param>
    /// <returns>Null for one that is known, of another site, or beyond a limit.</returns>
    internal CrawlTarget? Add(WebUrl url, int depth, FetchInitiator initiator, int redirects = 0)
    {
        if (depth > (options.MaxDepth ?? int.MaxValue) || !IsOfSite(url) || url.Port == 0)
            return null;
        var text = url.WithoutFragment;
        if (_known.Contains(text))
            return null;
        if (redirects > settings.MaxRedirects || text.Length > settings.MaxUrlLength || _known.Count >= settings.MaxUrls || LooksEndless(url) || !IsWithinCounts(url))
        {
            LeftOut++;
            return null;
        }
        _known.Add(text);
        // Without credentials: they are not sent, as each URL is written into files.
        return WebUrl.TryParse(text, out var plain) ? new CrawlTarget(text, plain, depth, initiator, redirects) : null;
    }

    private static string Name(WebUrl url) => (url.Host ?? "").TrimEnd('.') is { Length: > 0 } host ? host : ".";

    private bool LooksEndless(WebUrl url)
    {
        var segments = url.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length > settings.MaxPathDepth)
            return true;
        if (segments.Length <= settings.MaxRepeats)
            return false;
        return segments.GroupBy(static segment => segment, StringComparer.Ordinal).Any(group => group.Count() > settings.MaxRepeats);
    }

    private bool IsWithinCounts(WebUrl url)
    {
        var server = url.Origin;
        var path = server + url.Path;
        var (pages, variants) = (_ofServer.GetValueOrDefault(server), _variants.GetValueOrDefault(path));
        if (pages >= settings.MaxPagesPerServer || (url.Query is not null && variants >= settings.MaxVariants))
            return false;
        _ofServer[server] = pages + 1;
        if (url.Query is not null)
            _variants[path] = variants + 1;
        return true;
    }
}
