namespace ActorBrowser;

/// <summary>A page that a crawl has loaded, or could not load.</summary>
/// <param name="Url">Its URL, without a fragment.</param>
/// <param name="Depth">How many links it is away from the start page.</param>
public sealed record CrawledPage(string Url, int Depth)
{
    /// <summary>The HTTP status; 0 without an answer.</summary>
    public int Status { get; init; }

    /// <summary>Empty for none. Text of the page: it may hold control characters.</summary>
    public string Title { get; init; } = "";

    /// <summary>As the server says; empty for none.</summary>
    public string ContentType { get; init; } = "";

    /// <summary>The words of the readable text.</summary>
    public int Words { get; init; }

    /// <summary>How many different pages it links to, of any site.</summary>
    public int Links { get; init; }

    /// <summary>The body's length, decoded.</summary>
    public long Bytes { get; init; }

    /// <summary>The body's SHA-256 in lower-case hexadecimal; empty without a body.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>The file with the page, relative to the crawl's folder; null for none.</summary>
    public string? File { get; init; }

    /// <summary>From the request to the parsed page.</summary>
    public double Milliseconds { get; init; }

    /// <summary>Where the server redirects to; null for no redirect.</summary>
    public string? Redirect { get; init; }

    /// <summary>The page's own address as it declares it; null for none.</summary>
    public string? Canonical { get; init; }

    /// <summary>The page with the same content, whose links alone are followed; null for none.</summary>
    public string? DuplicateOf { get; init; }

    /// <summary>Whether the content is the cache's: fresh, or confirmed by the server.</summary>
    public bool FromCache { get; init; }

    /// <summary>Whether the page asks not to be indexed: it is not saved.</summary>
    public bool NoIndex { get; init; }

    /// <summary>Why there is no page, in one sentence; null if there is one.</summary>
    public string? Problem { get; init; }
}

/// <summary>What a crawl has done, with the folder's earlier runs.</summary>
public sealed record CrawlSummary
{
    /// <summary>The URLs with a result.</summary>
    public int Pages { get; init; }

    /// <summary>Those without a page.</summary>
    public int Failed { get; init; }

    /// <summary>Those that redirect.</summary>
    public int Redirects { get; init; }

    /// <summary>Those with the content of another.</summary>
    public int Duplicates { get; init; }

    /// <summary>Those whose content is the cache's.</summary>
    public int FromCache { get; init; }

    /// <summary>The bytes of all bodies.</summary>
    public long Bytes { get; init; }

    /// <summary>In this run: URLs that robots.txt forbids.</summary>
    public int Disallowed { get; init; }

    /// <summary>In this run: URLs left out because they look endless, or exceed a limit of <c>actorbrowser.crawl</c>.</summary>
    public int LeftOut { get; init; }

    /// <summary>In this run: renderers that were lost.</summary>
    public int Crashes { get; init; }

    /// <summary>URLs that are known and have no result.</summary>
    public int Waiting { get; init; }

    /// <summary>Of this run.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Whether everything that belongs to the site and its limits was loaded.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Why the crawl ended early, in one sentence; null if it did not, or was stopped.</summary>
    public string? Problem { get; init; }
}
