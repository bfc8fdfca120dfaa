using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>The cookies of one identity, stored and sent as in RFC 6265bis (5.7, 5.8). Not thread-safe.</summary>
internal sealed class CookieJar
{
    /// <summary>The same number as Chromium keeps for one site.</summary>
    private const int MostOfSite = 180;

    private const int Most = 3300;

    private readonly List<Cookie> _cookies = [];
    private long _clock;

    internal int Count => _cookies.Count;

    /// <summary>Returns a request's Cookie field; empty for none.</summary>
    /// <param name="url">The request's URL.</param>
    /// <param name="page">The page that makes the request; null for a navigation by the user.</param>
    /// <param name="now">The time.</param>
    internal string For(WebUrl url, WebUrl? page, DateTimeOffset now) => For(url, new RequestContext(page, IsNavigation: false, IsSafe: true), now);

    /// <summary>Returns a request's Cookie field; empty for none.</summary>
    /// <param name="url">The request's URL.</param>
    /// <param name="context">Who makes the request.</param>
    /// <param name="now">The time.</param>
    internal string For(WebUrl url, in RequestContext context, DateTimeOffset now) => For(url, context, forScript: false, now);

    /// <summary>Returns what <c>document.cookie</c> is on a page: without cookies that are HttpOnly.</summary>
    /// <param name="page">The page.</param>
    /// <param name="now">The time.</param>
    internal string ForScript(WebUrl page, DateTimeOffset now) => For(page, new RequestContext(page, IsNavigation: false, IsSafe: true), forScript: true, now);

    private string For(WebUrl url, RequestContext context, bool forScript, DateTimeOffset now)
    {
        _cookies.RemoveAll(cookie => cookie.IsExpired(now));
        var crossSite = IsCrossSite(url, context.Page);
        // A link of another site shows the user's page, but its form must not act in the user's name.
        var follows = context is { IsNavigation: true, IsSafe: true };
        var matching = _cookies
            .Where(cookie => BelongsTo(cookie, url.Host ?? "") && PathMatches(url.Path, cookie.Path!) && (!cookie.IsSecure || url.Scheme == "https")
                && (!crossSite || cookie.SameSite == SameSite.None || (follows && cookie.SameSite != SameSite.Strict)) && !(forScript && cookie.IsHttpOnly))
            .OrderByDescending(static cookie => cookie.Path!.Length).ThenBy(static cookie => cookie.Created).ToArray();
        foreach (var cookie in matching)
            cookie.LastUsed = ++_clock;
        return string.Join("; ", matching.Select(static cookie => cookie.Name.Length > 0 ? $"{cookie.Name}={cookie.Value}" : cookie.Value));
    }

    /// <summary>Stores a Set-Cookie field's cookie, or ignores it.</summary>
    /// <param name="url">The URL that answered.</param>
    /// <param name="page">The page that made the request; null for a navigation by the user.</param>
    /// <param name="field">The field's value.</param>
    /// <param name="now">The time.</param>
    internal void Take(WebUrl url, WebUrl? page, string field, DateTimeOffset now) => Take(url, new RequestContext(page, IsNavigation: false, IsSafe: true), field, now);

    /// <summary>Stores a cookie that a page's script sets, or ignores it: it can neither be HttpOnly nor take the place of one that is.</summary>
    /// <param name="page">The page.</param>
    /// <param name="text">As given to <c>document.cookie</c>.</param>
    /// <param name="now">The time.</param>
    internal void TakeFromScript(WebUrl page, string text, DateTimeOffset now) => Take(page, new RequestContext(page, IsNavigation: false, IsSafe: true), text, fromScript: true, now);

    /// <summary>Stores a Set-Cookie field's cookie, or ignores it.</summary>
    /// <param name="url">The URL that answered.</param>
    /// <param name="context">Who made the request.</param>
    /// <param name="field">The field's value.</param>
    /// <param name="now">The time.</param>
    internal void Take(WebUrl url, in RequestContext context, string field, DateTimeOffset now) => Take(url, context, field, fromScript: false, now);

    private void Take(WebUrl url, in RequestContext context, string field, bool fromScript, DateTimeOffset now)
    {
        if (Cookie.Parse(field, now) is not { } cookie || (fromScript && cookie.IsHttpOnly) || !cookie.KeepsPrefix() || !TrySettleDomain(cookie, url.Host ?? ""))
            return;
        var isSecureChannel = url.Scheme == "https";
        if (cookie.IsSecure && !isSecureChannel)
            return;
        if (cookie.SameSite == SameSite.None && !cookie.IsSecure)
            return;
        if (cookie.SameSite != SameSite.None && !context.IsNavigation && IsCrossSite(url, context.Page))
            return;
        cookie.Path ??= DefaultPath(url.Path);
        if (!isSecureChannel && _cookies.Exists(kept => Shadows(kept, cookie)))
            return;
        cookie.LastUsed = cookie.Created = ++_clock;
        var at = _cookies.FindIndex(kept => kept.Key == cookie.Key);
        if (at >= 0 && fromScript && _cookies[at].IsHttpOnly)
            return;
        if (at >= 0)
        {
            cookie.Created = _cookies[at].Created;
            if (_cookies[at].Expires is not null)
                Note(cookie.Key);
            Revision++;
            _cookies.RemoveAt(at);
        }
        if (cookie.IsExpired(now))
            return;
        _cookies.Add(cookie);
        Note(cookie.Key);
        Evict(cookie, now);
    }

    private static bool IsCrossSite(WebUrl url, WebUrl? page) => page is not null && SiteOf(page) != SiteOf(url);

    private static string SiteOf(string domain) => domain.TrimEnd('.') is { Length: > 0 } name ? PublicSuffixes.List.SiteOf(name) : "";

    private static string SiteOf(WebUrl url) => $"{url.Scheme}://{PublicSuffixes.List.SiteOf((url.Host ?? "").TrimEnd('.') is { Length: > 0 } host ? host : "-")}";

    // A public suffix may set cookies for its own host only, and an IP address has no domain.
    private static bool TrySettleDomain(Cookie cookie, string host)
    {
        var domain = Idna.ToAscii(cookie.Domain);
        if (domain is null)
            return false;
        if (domain.Length > 0 && domain != host)
        {
            if (!IsUnder(host, domain) || PublicSuffixes.List.IsSuffix(domain))
                return false;
        }
        cookie.IsHostOnly = domain.Length == 0 || (domain == host && (IsAddress(host) || PublicSuffixes.List.IsSuffix(domain)));
        cookie.Domain = cookie.IsHostOnly ? host : domain;
        cookie.Site = SiteOf(cookie.Domain);
        return true;
    }

    private static bool BelongsTo(Cookie cookie, string host) => cookie.Domain == host || (!cookie.IsHostOnly && IsUnder(host, cookie.Domain));

    private static bool IsUnder(string host, string domain) =>
        host.Length > domain.Length && host.EndsWith(domain, StringComparison.Ordinal) && host[^(domain.Length + 1)] == '.' && !IsAddress(host);

    // The URL parser allows a last label of digits only in an IPv4 address.
    private static bool IsAddress(string host) => host.StartsWith('[') || System.Net.IPAddress.TryParse(host, out _);

    // An insecure page must not set a cookie that a secure page could take for a secure one of the same name.
    private static bool Shadows(Cookie kept, Cookie cookie) => kept.IsSecure && kept.Name == cookie.Name
        && (kept.Domain == cookie.Domain || IsUnder(kept.Domain, cookie.Domain) || IsUnder(cookie.Domain, kept.Domain)) && PathMatches(cookie.Path!, kept.Path!);

    private static bool PathMatches(string path, string cookie) =>
        path.StartsWith(cookie, StringComparison.Ordinal) && (path.Length == cookie.Length || cookie.EndsWith('/') || path[cookie.Length] == '/');

    private static string DefaultPath(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";

    private void Evict(Cookie added, DateTimeOffset now)
    {
        if (_cookies.Count <= MostOfSite)
            return;
        DropOldest(_cookies.Where(cookie => cookie.Site == added.Site), MostOfSite, now);
        DropOldest(_cookies, Most, now);
    }

    private void DropOldest(IEnumerable<Cookie> cookies, int most, DateTimeOffset now)
    {
        var kept = cookies.ToList();
        if (kept.Count <= most)
            return;
        foreach (var cookie in kept.OrderByDescending(cookie => cookie.IsExpired(now)).ThenBy(cookie => most == MostOfSite && cookie.IsSecure).ThenBy(static cookie => cookie.LastUsed).Take(kept.Count - most))
        {
            _cookies.Remove(cookie);
            Note(cookie.Key);
        }
    }

    /// <summary>The cookies that were set or removed since they were last written to a file.</summary>
    internal HashSet<CookieKey> Changed { get; } = [];

    /// <summary>Counts the changes.</summary>
    internal long Revision { get; private set; }

    private void Note(CookieKey changed)
    {
        Changed.Add(changed);
        Revision++;
    }

    /// <summary>The cookies that a file keeps, oldest first.</summary>
    /// <param name="withSession">Whether those without an end are among them.</param>
    /// <param name="now">The time.</param>
    internal IReadOnlyList<Cookie> Kept(bool withSession, DateTimeOffset now) =>
        [.. _cookies.Where(cookie => !cookie.IsExpired(now) && (withSession || cookie.Expires is not null)).OrderBy(static cookie => cookie.Created)];

    /// <summary>Takes a file's cookies instead of those that a file keeps.</summary>
    /// <param name="cookies">The cookies, oldest first.</param>
    /// <param name="withSession">Whether those without an end are among them.</param>
    /// <param name="now">The time.</param>
    internal void Replace(IReadOnlyList<Cookie> cookies, bool withSession, DateTimeOffset now)
    {
        var uses = _cookies.ToDictionary(static cookie => cookie.Key, static cookie => (cookie.Created, cookie.LastUsed));
        _cookies.RemoveAll(cookie => withSession || cookie.Expires is not null);
        var session = _cookies.Select(static cookie => cookie.Key).ToHashSet();
        foreach (var cookie in cookies)
        {
            if (cookie.IsExpired(now) || !session.Add(cookie.Key))
                continue;
            cookie.Site = SiteOf(cookie.Domain);
            (cookie.Created, cookie.LastUsed) = uses.TryGetValue(cookie.Key, out var used) ? used : (++_clock, _clock);
            _cookies.Add(cookie);
            Evict(cookie, now);
        }
    }
}
