using System.Buffers;
using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>Rules of HTTP and the Fetch standard, for the parent and its children.</summary>
internal static class HttpRules
{
    private const int ShownLength = 200;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Unicode's control characters (<see cref="char.IsControl(char)"/>).</summary>
    internal static SearchValues<char> Controls { get; } = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(static code => (char)code).Where(char.IsControl)]);

    /// <summary>The longest URL accepted, in characters; longer than any server accepts.</summary>
    internal const int MaxUrlLength = 65_536;

    /// <summary>RFC 9110, 5.6.2: methods and header names.</summary>
    internal static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    internal static bool IsRedirect(int status) => status is 301 or 302 or 303 or 307 or 308;

    /// <summary>Whether a redirect is followed by a GET without the request's body.</summary>
    internal static bool BecomesGet(int status, string method) =>
        (status is 301 or 302 && method == "POST") || (status == 303 && method is not ("GET" or "HEAD"));

    /// <summary>Whether a request may be repeated if its connection is lost before a response (RFC 9110, 9.2.2).</summary>
    internal static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" or "TRACE";

    /// <summary>Whether a request with this method and no content has a Content-Length of 0 (RFC 9110, 8.6); others have no Content-Length.</summary>
    internal static bool DeclaresEmptyBody(string method) => method is not ("GET" or "HEAD" or "OPTIONS" or "DELETE" or "TRACE");

    /// <summary>Resolves a redirect's target; the target inherits the fragment if it has none.</summary>
    /// <param name="current">The URL that answered.</param>
    /// <param name="location">The Location field as HTTP gave it: one character per byte.</param>
    /// <param name="target">The URL that it leads to.</param>
    /// <returns>Null, or the reason for a refusal, completing "The redirect leads to …".</returns>
    internal static string? ResolveLocation(WebUrl current, string location, out WebUrl target)
    {
        target = current;
        location = EscapeBytes(location.Trim(' ', '\t'));
        if (location.Length > MaxUrlLength)
            return $"a URL of {location.Length} characters; at most {MaxUrlLength} are allowed";
        if (location.AsSpan().ContainsAny(Controls))
            return "a URL with a control character";
        if (!WebUrl.TryParse(location, current, null, out var parsed))
            return $"'{Shorten(location)}', which is not a URL";
        if (!parsed.IsHttp)
            return $"the scheme '{Shorten(parsed.Scheme)}'; only http and https are followed";
        if (parsed.Port == 0)
            return $"'{Shorten(location)}', which names port 0";
        target = parsed.Fragment is null && current.Fragment is not null ? parsed.WithFragment(current.Fragment) : parsed;
        return null;
    }

    /// <summary>Shortens text for an error message, and replaces characters that could break a line.</summary>
    internal static string Shorten(ReadOnlySpan<char> text, int longest = ShownLength)
    {
        var cut = text.Length > longest;
        var shown = new StringBuilder(Math.Min(text.Length, longest) + 1);
        foreach (var c in cut ? text[..longest] : text)
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        return (cut ? shown.Append('…') : shown).ToString();
    }

    // Like browsers and curl: a byte that is not ASCII is passed on unchanged, whatever its encoding.
    private static string EscapeBytes(string location)
    {
        if (Ascii.IsValid(location))
            return location;
        var escaped = new StringBuilder(location.Length + 32);
        foreach (var c in location)
            _ = c is >= '\x80' and <= '\xFF' ? escaped.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{(int)c:X2}") : escaped.Append(c);
        return escaped.ToString();
    }
}
