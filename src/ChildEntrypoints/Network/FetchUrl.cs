using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Parses a URL that can be fetched, or explains why it cannot be.</summary>
internal static class FetchUrl
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Parses the URL that the parent asked for.</summary>
    /// <param name="text">An absolute http or https URL.</param>
    /// <exception cref="FetchFailedException">The text is not such a URL.</exception>
    internal static WebUrl Parse(string text)
    {
        if (text.Length == 0)
            throw Invalid("The URL is empty.");
        if (text.Length > HttpRules.MaxUrlLength)
            throw Invalid($"The URL has {text.Length} characters; at most {HttpRules.MaxUrlLength} are allowed.");
        if (text.AsSpan().IndexOfAny(HttpRules.Controls) is var at and >= 0)
            throw Invalid($"The URL has a control character (0x{(int)text[at]:x2}) at position {at}.");
        if (!WebUrl.TryParse(text, out var url))
        {
            throw Invalid(text.Contains(':', StringComparison.Ordinal)
                ? $"The URL '{Show(text)}' is malformed."
                : $"The URL '{Show(text)}' is not absolute: it must start with http:// or https://.");
        }
        if (!url.IsHttp)
            throw new FetchFailedException(FetchErrorKind.UnsupportedScheme, $"The scheme '{Show(url.Scheme)}' cannot be fetched: only http and https can.");
        if (url.Port == 0)
            throw Invalid($"The URL '{Show(text)}' names port 0, which nothing can listen on.");
        return url;
    }

    /// <summary>Resolves a redirect's target; the target inherits the fragment if it has none.</summary>
    /// <param name="current">The URL that answered.</param>
    /// <param name="location">The Location field as HTTP gave it: one character per byte.</param>
    /// <exception cref="FetchFailedException">The target cannot be fetched.</exception>
    internal static WebUrl Resolve(WebUrl current, string location) => HttpRules.ResolveLocation(current, location, out var target) is { } problem
        ? throw new FetchFailedException(FetchErrorKind.Redirect, $"The redirect from {Show(current.WithoutCredentials)} leads to {problem}.")
        : target;

    /// <summary>The URL for .NET's HTTP client, which sends path and query unchanged.</summary>
    /// <exception cref="FetchFailedException">.NET does not accept the host.</exception>
    internal static Uri ForHttp(WebUrl url) =>
        Uri.TryCreate(url.WithoutFragment, AsGiven, out var uri) && uri.IdnHost.Length > 0 ? uri : throw Invalid($"The host '{Show(url.Host)}' cannot be reached: it is not a host name.");

    /// <summary>Shortens text for an error message, without characters that break a line.</summary>
    internal static string Show(ReadOnlySpan<char> text) => HttpRules.Shorten(text);

    private static FetchFailedException Invalid(string sentence) => new(FetchErrorKind.InvalidUrl, sentence);
}
