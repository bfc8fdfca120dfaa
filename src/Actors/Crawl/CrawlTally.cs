namespace ActorBrowser;

/// <summary>Counts a crawl's results.</summary>
internal sealed class CrawlTally
{
    private int _failed, _redirects, _duplicates, _fromCache;
    private long _bytes;

    internal int Pages { get; private set; }

    internal void Add(CrawledPage page)
    {
        Pages++;
        _failed += page.Problem is null ? 0 : 1;
        _redirects += page.Redirect is null ? 0 : 1;
        _duplicates += page.DuplicateOf is null ? 0 : 1;
        _fromCache += page.FromCache ? 1 : 0;
        _bytes += page.Bytes;
    }

    internal CrawlSummary Summary => new() { Pages = Pages, Failed = _failed, Redirects = _redirects, Duplicates = _duplicates, FromCache = _fromCache, Bytes = _bytes };
}
