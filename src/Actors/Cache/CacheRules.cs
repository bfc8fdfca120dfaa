using System.Globalization;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>How a stored response may be used.</summary>
internal enum CacheUse
{
    /// <summary>Not for this request.</summary>
    None,

    /// <summary>Once the server has said that it is current.</summary>
    Validate,

    /// <summary>As it is.</summary>
    Fresh,
}

/// <summary>The rules of a private cache (RFC 9111).</summary>
internal static class CacheRules
{
    private static readonly TimeSpan LongestGuess = TimeSpan.FromDays(1);

    private static readonly string[] s_dates =
        ["ddd, dd MMM yyyy HH:mm:ss 'GMT'", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    // Of the connection, or of the body's form on the way: the body is stored decoded (3.1). Cookies are the identity's, not the cache's.
    private static readonly HashSet<string> s_unstored = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "Content-Encoding", "Content-Length", "Content-Range", "Set-Cookie",
    };

    /// <summary>Whether a response to GET may be stored (3).</summary>
    internal static bool MayStore(IReadOnlyList<HeaderField> request, int status, IReadOnlyList<HeaderField> response)
    {
        var control = CacheControl.Of(response);
        var understood = IsUnderstood(status);
        if (status is < 200 or 206 or 304 || CacheControl.Of(request).NoStore || (control.NoStore && !(control.MustUnderstand && understood)))
            return false;
        if ((control.MustUnderstand && !understood) || VaryOf(response).Contains("*"))
            return false;
        return control.MayStore || control.MaxAge is not null || Value(response, "Expires") is not null || understood;
    }

    /// <summary>How a stored response may be used for a request (4).</summary>
    internal static CacheUse UseOf(CacheEntry entry, IReadOnlyList<HeaderField> request, DateTimeOffset now)
    {
        foreach (var name in VaryOf(entry.Headers))
        {
            if (name == "*" || Joined(request, name) != Joined(entry.Request, name))
                return CacheUse.None;
        }
        var wanted = CacheControl.Of(request);
        var stored = CacheControl.Of(entry.Headers);
        var age = AgeOf(entry, now);
        var mustAsk = wanted.NoCache || stored.NoCache || (wanted.MaxAge is { } most && age > most)
            || (Value(request, "Cache-Control") is null && (Value(request, "Pragma")?.Contains("no-cache", StringComparison.OrdinalIgnoreCase) ?? false));
        if (!mustAsk && LifetimeOf(entry) > age)
            return CacheUse.Fresh;
        return Value(entry.Headers, "ETag") is not null || Value(entry.Headers, "Last-Modified") is not null ? CacheUse.Validate : CacheUse.None;
    }

    /// <summary>The fields that ask whether a stored response is current (4.3.1).</summary>
    internal static IEnumerable<HeaderField> Validators(CacheEntry entry)
    {
        if (Value(entry.Headers, "ETag") is { } tag)
            yield return new HeaderField("If-None-Match", tag);
        if (Value(entry.Headers, "Last-Modified") is { } modified)
            yield return new HeaderField("If-Modified-Since", modified);
    }

    /// <summary>Whether a 304 is about the stored response (4.3.4).</summary>
    internal static bool Selects(IReadOnlyList<HeaderField> notModified, CacheEntry entry) => Value(notModified, "ETag") is { } tag
        ? Weak(tag) == Weak(Value(entry.Headers, "ETag") ?? "")
        : Value(notModified, "Last-Modified") is not { } modified || modified == Value(entry.Headers, "Last-Modified");

    /// <summary>The stored fields, replaced by those of a 304 (3.2).</summary>
    internal static IReadOnlyList<HeaderField> Merge(IReadOnlyList<HeaderField> stored, IReadOnlyList<HeaderField> notModified)
    {
        var newer = Storable(notModified);
        var names = newer.Select(static field => field.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. stored.Where(field => !names.Contains(field.Name)), .. newer];
    }

    internal static IReadOnlyList<HeaderField> Storable(IReadOnlyList<HeaderField> headers)
    {
        var named = headers.Where(static field => field.Name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
            .SelectMany(static field => field.Value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. headers.Where(field => !s_unstored.Contains(field.Name) && !named.Contains(field.Name))];
    }

    /// <summary>The request's fields that Vary names.</summary>
    internal static IReadOnlyList<HeaderField> Varying(IReadOnlyList<HeaderField> request, IReadOnlyList<HeaderField> response)
    {
        var names = VaryOf(response);
        return [.. request.Where(field => names.Contains(field.Name))];
    }

    /// <summary>How long a response is fresh (4.2.1); a tenth of its age at the server's, at most a day, if it does not say (4.2.2).</summary>
    internal static TimeSpan LifetimeOf(CacheEntry entry)
    {
        var control = CacheControl.Of(entry.Headers);
        if (control.MaxAge is { } age)
            return age;
        var date = Date(Value(entry.Headers, "Date")) ?? entry.Received;
        if (Value(entry.Headers, "Expires") is { } expires)
            return Date(expires) is { } end && end > date ? end - date : TimeSpan.Zero;
        if (Date(Value(entry.Headers, "Last-Modified")) is not { } modified || modified >= date || !(IsUnderstood(entry.Status) || control.MayStore))
            return TimeSpan.Zero;
        var guess = (date - modified) / 10;
        return guess < LongestGuess ? guess : LongestGuess;
    }

    /// <summary>A response's age (4.2.3).</summary>
    internal static TimeSpan AgeOf(CacheEntry entry, DateTimeOffset now)
    {
        var apparent = entry.Received - (Date(Value(entry.Headers, "Date")) ?? entry.Received);
        var corrected = CacheControl.Seconds(Value(entry.Headers, "Age")) + (entry.Received - entry.Requested);
        var initial = apparent > corrected ? apparent : corrected;
        // A clock that was set back makes nothing younger.
        return initial + (now > entry.Received ? now - entry.Received : TimeSpan.Zero);
    }

    /// <summary>Whether the answer to a request makes stored responses for its URL invalid (4.4).</summary>
    internal static bool Invalidates(string method, int status) => method is not ("GET" or "HEAD" or "OPTIONS" or "TRACE") && status is >= 200 and < 400;

    internal static DateTimeOffset? Date(string? text) => DateTimeOffset.TryParseExact(
        text?.Trim(), s_dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;

    internal static string? Value(IReadOnlyList<HeaderField> headers, string name)
    {
        foreach (var field in headers)
        {
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return field.Value;
        }
        return null;
    }

    private static HashSet<string> VaryOf(IReadOnlyList<HeaderField> response) => response
        .Where(static field => field.Name.Equals("Vary", StringComparison.OrdinalIgnoreCase))
        .SelectMany(static field => field.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string Joined(IReadOnlyList<HeaderField> headers, string name) =>
        string.Join(", ", headers.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value.Trim()));

    // Heuristically cacheable (RFC 9110, 15.1), without 206.
    private static bool IsUnderstood(int status) => status is 200 or 203 or 204 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    private static string Weak(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}
