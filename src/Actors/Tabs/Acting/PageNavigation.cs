using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>A navigation: where to, and for whom.</summary>
/// <param name="Url">As it was given.</param>
internal sealed record PageNavigation(string Url)
{
    /// <summary>A navigation that a script of a page begins.</summary>
    internal static PageNavigation Of(string page, WebUrl target, FetchInitiator initiator) =>
        new(target.ToString()) { From = WebUrl.TryParse(page, out var from) ? from : null, Initiator = initiator };

    /// <summary>How many steps it goes in the history; 0 for a new page.</summary>
    internal int Steps { get; init; }

    /// <summary>The form's body of a POST; null for a GET.</summary>
    internal FormPost? Post { get; init; }

    /// <summary>Whether it was a POST of which nothing is left: it cannot be made again.</summary>
    internal bool IsLostForm { get; init; }

    /// <summary>The page whose link or form it is; null for one by the tab's owner.</summary>
    internal WebUrl? From { get; init; }

    /// <summary>On whose behalf it is.</summary>
    internal FetchInitiator Initiator { get; init; }

    /// <summary>Whether the server may not learn of <see cref="From"/>.</summary>
    internal bool IsReferrerHidden { get; init; }

    /// <summary>Whether the answer is a file, whatever its type.</summary>
    internal bool IsDownload { get; init; }

    /// <summary>The file name that the link suggests.</summary>
    internal string DownloadName { get; init; } = "";
}

/// <summary>The headers that say where a request comes from, as browsers send them without a policy of the page's own.</summary>
internal static class RequestOrigins
{
    /// <summary>The Referer: only the origin to other sites, and nothing from a secure page to an insecure address. Null for none.</summary>
    internal static string? Referrer(WebUrl? page, WebUrl target)
    {
        if (page is null || (page.Scheme == "https" && target.Scheme != "https"))
            return null;
        return page.HasOriginOf(target) ? page.WithoutFragment : page.Origin + "/";
    }

    /// <summary>The Origin of a POST.</summary>
    /// <param name="page">The page whose form it is; null for the tab's owner.</param>
    /// <param name="target">Where it goes.</param>
    /// <param name="isHidden">Whether the page hides itself, or other sites have redirected the request.</param>
    internal static string Origin(WebUrl? page, WebUrl target, bool isHidden) =>
        page is null || isHidden || (page.Scheme == "https" && target.Scheme != "https") ? "null" : page.Origin;
}
