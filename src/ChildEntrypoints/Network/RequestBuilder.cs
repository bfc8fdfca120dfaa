using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Checks a fetch and makes the HTTP request of each hop.</summary>
internal static class RequestBuilder
{
    internal const int MaxUrlLength = 64 << 10;

    private static readonly string[] Forbidden =
        ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "Trailer", "TE", "Proxy-Connection", "Proxy-Authorization", "Expect"];

    private static readonly string[] CrossOrigin = ["Authorization", "Cookie", "Host"];

    /// <summary>The URL, or the failure that says what is wrong with it.</summary>
    internal static Uri ParseUrl(string text)
    {
        if (text.Length == 0)
            throw new FetchFailure(FetchErrorKind.InvalidUrl, "The URL is empty.");
        if (text.Length > MaxUrlLength)
            throw new FetchFailure(FetchErrorKind.InvalidUrl, $"The URL has {text.Length} characters; at most {MaxUrlLength} are allowed.");
        foreach (var c in text)
        {
            if (char.IsControl(c) || c == ' ')
                throw new FetchFailure(FetchErrorKind.InvalidUrl, "The URL contains a control character or a space.");
        }
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
            throw new FetchFailure(FetchErrorKind.InvalidUrl, $"'{Shorten(text)}' is not an absolute URL.");
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw new FetchFailure(FetchErrorKind.UnsupportedScheme, $"The scheme '{url.Scheme}' is not supported; only http and https are.");
        if (url.Host.Length == 0)
            throw new FetchFailure(FetchErrorKind.InvalidUrl, $"'{Shorten(text)}' names no host.");
        return url;
    }

    internal static void CheckRequest(in FetchRequest request)
    {
        if (!IsToken(request.Method))
            throw new FetchFailure(FetchErrorKind.InvalidRequest, $"'{Shorten(request.Method)}' is not an HTTP method.");
        if (request.Method.Equals("CONNECT", StringComparison.OrdinalIgnoreCase) || request.Method.Equals("TRACE", StringComparison.OrdinalIgnoreCase))
            throw new FetchFailure(FetchErrorKind.InvalidRequest, $"The method {request.Method} is not supported.");
        foreach (var field in request.Headers)
        {
            if (!IsToken(field.Name))
                throw new FetchFailure(FetchErrorKind.InvalidRequest, $"'{Shorten(field.Name)}' is not a header name.");
            if (field.Value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
                throw new FetchFailure(FetchErrorKind.InvalidRequest, $"The value of header {field.Name} contains a line break or NUL.");
            if (Array.Exists(Forbidden, f => f.Equals(field.Name, StringComparison.OrdinalIgnoreCase)))
                throw new FetchFailure(FetchErrorKind.InvalidRequest, $"Header {field.Name} is set by the connection, not by the request.");
        }
    }

    internal static HttpRequestMessage Build(in FetchRequest request, Uri url, string method, ReadOnlyMemory<byte>? body, bool crossedOrigin, string userAgent)
    {
        var message = new HttpRequestMessage(new HttpMethod(method), url)
        {
            Version = request.Version == HttpVersionChoice.Http11 ? HttpVersion.Version11
                : request.Version == HttpVersionChoice.Http2 || url.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20
                : HttpVersion.Version11,
            VersionPolicy = request.Version == HttpVersionChoice.Any ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact,
        };
        if (body is { } bytes)
            message.Content = new ReadOnlyMemoryContent(bytes);
        foreach (var field in request.Headers)
        {
            if (crossedOrigin && Array.Exists(CrossOrigin, h => h.Equals(field.Name, StringComparison.OrdinalIgnoreCase)))
                continue;
            if (message.Headers.TryAddWithoutValidation(field.Name, field.Value))
                continue;
            // A content header. Without a body only a request whose body was dropped by a redirect loses it.
            if (body is null && request.BodyLength >= 0)
                continue;
            message.Content ??= new ReadOnlyMemoryContent(default);
            if (!message.Content.Headers.TryAddWithoutValidation(field.Name, field.Value))
                throw new FetchFailure(FetchErrorKind.InvalidRequest, $"Header {field.Name} cannot be sent.");
        }
        if (request.Decompress && !message.Headers.Contains("Accept-Encoding"))
            message.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, deflate, br");
        if (userAgent.Length > 0 && !message.Headers.Contains("User-Agent"))
            message.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        if (request.ConnectTimeout > 0)
            message.Options.Set(Connector.ConnectTimeoutKey, TimeSpan.FromMilliseconds(request.ConnectTimeout));
        return message;
    }

    internal static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

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
