namespace ActorBrowser;

/// <summary>Which pages belong to a crawl's site.</summary>
public enum CrawlSite
{
    /// <summary>Those of the start page's origin: the same scheme, host and port.</summary>
    Origin,

    /// <summary>Those of its registrable domain by the public suffix list, over http and https and on any port.</summary>
    Domain,
}

/// <summary>Which form of each page a crawl saves in its folder.</summary>
public enum CrawlSave
{
    /// <summary>None: the results alone.</summary>
    None,

    /// <summary>The bytes that the server sent, decoded.</summary>
    Html,

    /// <summary>The readable text as Markdown.</summary>
    Markdown,
}

/// <summary>What to crawl, and how far. Limits that are null are those of <c>actorbrowser.crawl</c>.</summary>
/// <param name="Url">The start page: an absolute http or https URL.</param>
public sealed record CrawlOptions(string Url)
{
    /// <summary>Which pages belong to the site.</summary>
    public CrawlSite Site { get; init; }

    /// <summary>How many links away from the start page pages may be; null for any number.</summary>
    public int? MaxDepth { get; init; }

    /// <summary>How many pages to load, with those of the folder's earlier runs; null for the configured number.</summary>
    public int? MaxPages { get; init; }

    /// <summary>
    /// A folder for the results, created if missing: a crawl of the same URL goes on where the last one with this folder ended, however
    /// it ended. Null for none.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>What is saved of each page in the folder.</summary>
    public CrawlSave Save { get; init; }

    /// <summary>Whether a crawl that the folder holds is begun again, from the start page, instead of going on. The cache stays.</summary>
    public bool Again { get; init; }

    /// <summary>The least time between two requests to one server; null for the configured time. Zero also lifts the limit of requests at once to one server.</summary>
    public TimeSpan? Pace { get; init; }

    /// <summary>The cookies and the proxy of all requests; null for a new identity.</summary>
    public NetworkIdentity? Identity { get; init; }

    /// <summary>A cache for this identity. Null for none; if <see cref="Identity"/> is null, too, for one in the folder, which no other identity uses.</summary>
    public HttpCache? Cache { get; init; }
}
