using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>Checks a fetch in the privileged process, before a child receives any part of it.</summary>
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
        if (url.Contains(' ', StringComparison.Ordinal) || url.AsSpan().ContainsAny(HttpRules.Controls))
            return new FetchError(FetchErrorKind.InvalidUrl, "The URL contains a control character or a space.");
        if (!WebUrl.TryParse(url, out var parsed))
            return new FetchError(FetchErrorKind.InvalidUrl, $"'{HttpRules.Shorten(url)}' is not an absolute URL with a host.");
        if (!parsed.IsHttp)
            return new FetchError(FetchErrorKind.UnsupportedScheme, $"The scheme '{parsed.Scheme}' is not supported; only http and https are.");
        if (!HttpRules.IsToken(fetch.Method))
            return new FetchError(FetchErrorKind.InvalidRequest, $"'{HttpRules.Shorten(fetch.Method)}' is not an HTTP method.");
        return fetch.Body is { Length: var length } && length > settings.MaxRequestBody
            ? new FetchError(FetchErrorKind.TooLarge, $"The request body has {length} bytes; at most {settings.MaxRequestBody} are allowed.")
            : null;
    }
}
