using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>From text to a URL that can be fetched, or to the sentence that says why not.</summary>
internal static class FetchUrl
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Parses what the parent asked for.</summary>
    /// <param name="text">An absolute http or https URL.</param>
    /// <exception cref="FetchFailedException">It is not.</exception>
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

    /// <summary>Resolves a redirect's target; a fragment is inherited where the target has none.</summary>
    /// <param name="current">The URL that answered.</param>
    /// <param name="location">The Location field as HTTP gave it: one character a byte.</param>
    /// <exception cref="FetchFailedException">The target cannot be fetched.</exception>
    internal static WebUrl Resolve(WebUrl current, string location) => HttpRules.ResolveLocation(current, location, out var target) is { } problem
        ? throw new FetchFailedException(FetchErrorKind.Redirect, $"The redirect from {Show(current.WithoutCredentials)} leads to {problem}.")
        : target;

    /// <summary>The URL as .NET's HTTP takes it: path and query are sent as they stand.</summary>
    /// <exception cref="FetchFailedException">.NET has no such host.</exception>
    internal static Uri ForHttp(WebUrl url) =>
        Uri.TryCreate(url.WithoutFragment, AsGiven, out var uri) && uri.IdnHost.Length > 0 ? uri : throw Invalid($"The host '{Show(url.Host)}' cannot be reached: it is no host name.");

    /// <summary>Text for a sentence: short, and without anything that could break a line.</summary>
    internal static string Show(ReadOnlySpan<char> text) => HttpRules.Shorten(text);

    private static FetchFailedException Invalid(string sentence) => new(FetchErrorKind.InvalidUrl, sentence);
}
