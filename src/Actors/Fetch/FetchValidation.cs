using ActorBrowser.Transport;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>What is checked in the privileged process, before a child sees any of it.</summary>
internal static class FetchValidation
{
    /// <summary>Null, or why the fetch is refused.</summary>
    internal static FetchError? Check(Fetch fetch, FetchSettings settings)
    {
        var url = fetch.Url;
        if (string.IsNullOrEmpty(url))
            return new FetchError(FetchErrorKind.InvalidUrl, "The URL is empty.");
        if (url.Length > settings.MaxUrlLength)
            return new FetchError(FetchErrorKind.InvalidUrl, $"The URL has {url.Length} characters; at most {settings.MaxUrlLength} are allowed.");
        foreach (var c in url)
        {
            if (char.IsControl(c) || c == ' ')
                return new FetchError(FetchErrorKind.InvalidUrl, "The URL contains a control character or a space.");
        }
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || (url[0] == '/' && parsed.IsFile))
            return new FetchError(FetchErrorKind.InvalidUrl, $"'{Shorten(url)}' is not an absolute URL.");
        if (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps)
            return new FetchError(FetchErrorKind.UnsupportedScheme, $"The scheme '{parsed.Scheme}' is not supported; only http and https are.");
        if (parsed.HostNameType == UriHostNameType.Unknown)
            return new FetchError(FetchErrorKind.InvalidUrl, $"'{Shorten(url)}' names no host.");
        if (!IsToken(fetch.Method))
            return new FetchError(FetchErrorKind.InvalidRequest, $"'{Shorten(fetch.Method)}' is not an HTTP method.");
        foreach (var field in fetch.Headers)
        {
            if (!IsToken(field.Name))
                return new FetchError(FetchErrorKind.InvalidRequest, $"'{Shorten(field.Name)}' is not a header name.");
            if (field.Value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
                return new FetchError(FetchErrorKind.InvalidRequest, $"The value of header {field.Name} contains a line break or NUL.");
        }
        return fetch.Body is { Length: var length } && length > settings.MaxRequestBody
            ? new FetchError(FetchErrorKind.TooLarge, $"The request body has {length} bytes; at most {settings.MaxRequestBody} are allowed.")
            : null;
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static bool IsToken(string text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
                return false;
        }
        return text.Length > 0;
    }
}
