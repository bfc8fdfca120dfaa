using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>What a script may send and read, by the Fetch standard. The browser decides this, not the renderer, which may be compromised.</summary>
internal static class CorsRules
{
    private const int LongestSafeValue = 128;
    private const int LongestSafeHeaders = 1024;

    private static readonly HashSet<string> s_forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Access-Control-Request-Private-Network",
        "Connection", "Content-Length", "Cookie", "Cookie2", "Date", "DNT", "Expect", "Host", "Keep-Alive", "Origin", "Referer", "Set-Cookie", "TE",
        "Trailer", "Transfer-Encoding", "Upgrade", "Via",
    };

    private static readonly HashSet<string> s_override = new(StringComparer.OrdinalIgnoreCase) { "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override" };

    private static readonly HashSet<string> s_readable = new(StringComparer.OrdinalIgnoreCase)
    {
        "Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Expires", "Last-Modified", "Pragma",
    };

    private static readonly HashSet<string> s_javaScript = new(StringComparer.OrdinalIgnoreCase)
    {
        "application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript", "text/ecmascript", "text/javascript",
        "text/javascript1.0", "text/javascript1.1", "text/javascript1.2", "text/javascript1.3", "text/javascript1.4", "text/javascript1.5", "text/jscript",
        "text/livescript", "text/x-ecmascript", "text/x-javascript",
    };

    /// <summary>A method that no script may use.</summary>
    internal static bool IsForbiddenMethod(string method) => method.ToUpperInvariant() is "CONNECT" or "TRACE" or "TRACK";

    /// <summary>The headers of a script that are sent: those that belong to the browser are left out, as the standard says.</summary>
    /// <param name="headers">The script's.</param>
    /// <param name="safeOnly">Whether only the safelisted ones are, as in no-cors requests.</param>
    internal static List<HeaderField> Sendable(IReadOnlyList<HeaderField> headers, bool safeOnly)
    {
        var sent = new List<HeaderField>();
        foreach (var header in headers)
        {
            if (!IsForbidden(header) && HttpRules.IsToken(header.Name) && (!safeOnly || IsSafe(header)))
                sent.Add(header);
        }
        return sent;
    }

    /// <summary>The names of headers that another origin must allow, in lower case and in order; empty if no origin must allow any.</summary>
    internal static string[] UnsafeNames(IReadOnlyList<HeaderField> headers)
    {
        var names = headers.Where(static header => !IsSafe(header)).Select(static header => header.Name).ToList();
        if (headers.Where(IsSafe).Sum(static header => header.Value.Length) > LongestSafeHeaders)
            names.AddRange(headers.Select(static header => header.Name));
        return [.. names.Select(static name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    internal static bool NeedsPreflight(string method, IReadOnlyList<HeaderField> headers) => !IsSimple(method) || UnsafeNames(headers).Length > 0;

    internal static bool IsSimple(string method) => method is "GET" or "HEAD" or "POST";

    /// <summary>The CORS check of an answer.</summary>
    /// <param name="headers">The answer's.</param>
    /// <param name="origin">The request's Origin.</param>
    /// <param name="withCredentials">Whether cookies went with it.</param>
    /// <returns>One sentence on why the page may not have the answer; null if it may.</returns>
    internal static string? Refuses(in FetchHeaders headers, string origin, bool withCredentials)
    {
        var allowed = Values(headers, "Access-Control-Allow-Origin");
        if (allowed.Length == 0)
            return $"The server does not allow {origin} to read its answer (it sent no Access-Control-Allow-Origin).";
        if (allowed.Length > 1 || (allowed[0] != origin && (allowed[0] != "*" || withCredentials)))
            return $"The server does not allow {origin} to read its answer (Access-Control-Allow-Origin: {HttpRules.Shorten(string.Join(", ", allowed))}{(withCredentials ? ", with credentials" : "")}).";
        return !withCredentials || Values(headers, "Access-Control-Allow-Credentials") is ["true"]
            ? null : $"The server does not allow {origin} to read its answer with credentials (it sent no Access-Control-Allow-Credentials: true).";
    }

    /// <summary>The check of the answer to a preflight request.</summary>
    /// <returns>One sentence on why the request may not be made; null if it may.</returns>
    internal static string? PreflightRefuses(in FetchHeaders headers, string origin, bool withCredentials, string method, string[] names)
    {
        if (Refuses(headers, origin, withCredentials) is { } refusal)
            return refusal;
        if (headers.Status is < 200 or > 299)
            return $"The server answered the preflight request with status {headers.Status}.";
        var methods = List(headers, "Access-Control-Allow-Methods");
        if (!IsSimple(method) && !methods.Contains(method, StringComparer.Ordinal) && (withCredentials || !methods.Contains("*")))
            return $"The server does not allow the method {method} (Access-Control-Allow-Methods: {HttpRules.Shorten(string.Join(", ", methods))}).";
        var allowed = List(headers, "Access-Control-Allow-Headers");
        var any = !withCredentials && allowed.Contains("*");
        var missing = names.FirstOrDefault(name => !allowed.Contains(name, StringComparer.OrdinalIgnoreCase) && !(any && name != "authorization"));
        return missing is null ? null : $"The server does not allow the header {missing} (Access-Control-Allow-Headers: {HttpRules.Shorten(string.Join(", ", allowed))}).";
    }

    /// <summary>The headers of an answer that a page may see; cookies never.</summary>
    internal static List<HeaderField> Readable(in FetchHeaders headers, bool crossOrigin, bool withCredentials)
    {
        var exposed = crossOrigin ? List(headers, "Access-Control-Expose-Headers") : [];
        var all = !crossOrigin || (!withCredentials && exposed.Contains("*"));
        var seen = new List<HeaderField>();
        foreach (var header in headers.Headers)
        {
            if (header.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) || header.Name.Equals("Set-Cookie2", StringComparison.OrdinalIgnoreCase))
                continue;
            if (all || s_readable.Contains(header.Name) || exposed.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
                seen.Add(header);
        }
        return seen;
    }

    /// <summary>Whether an answer is declared to be JavaScript: nothing else of another origin goes to a renderer as a script.</summary>
    internal static bool IsJavaScript(in FetchHeaders headers) => s_javaScript.Contains(Essence(headers.ValueOf("Content-Type")));

    private static bool IsForbidden(in HeaderField header) =>
        s_forbidden.Contains(header.Name) || header.Name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase) || header.Name.StartsWith("Sec-", StringComparison.OrdinalIgnoreCase)
        || (s_override.Contains(header.Name) && header.Value.Split(',').Any(static method => IsForbiddenMethod(method.Trim())));

    private static bool IsSafe(HeaderField header)
    {
        if (header.Value.Length > LongestSafeValue)
            return false;
        return header.Name.ToLowerInvariant() switch
        {
            "accept" => !header.Value.Any(IsUnsafeByte),
            "accept-language" or "content-language" => header.Value.All(static c => char.IsAsciiLetterOrDigit(c) || " *,-.;=".Contains(c, StringComparison.Ordinal)),
            "content-type" => !header.Value.Any(IsUnsafeByte) && Essence(header.Value) is "application/x-www-form-urlencoded" or "multipart/form-data" or "text/plain",
            "range" => IsSimpleRange(header.Value),
            _ => false,
        };
    }

    private static bool IsUnsafeByte(char c) => (c < ' ' && c != '\t') || c == 0x7F || "\"():<>?@[\\]{}".Contains(c, StringComparison.Ordinal);

    private static bool IsSimpleRange(string value) =>
        value.StartsWith("bytes=", StringComparison.Ordinal) && value[6..].Split('-') is [var from, var to] && from.Length > 0
        && from.All(char.IsAsciiDigit) && to.All(char.IsAsciiDigit);

    private static string Essence(string? type) => (type ?? "").Split(';')[0].Trim().ToLowerInvariant();

    private static string[] Values(in FetchHeaders headers, string name) =>
        [.. headers.Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value.Trim())];

    private static string[] List(in FetchHeaders headers, string name) =>
        [.. Values(headers, name).SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
}
