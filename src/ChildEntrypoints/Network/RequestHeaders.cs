using System.Collections.Frozen;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>How a request header is handled.</summary>
internal enum HeaderRole
{
    /// <summary>Sent as given.</summary>
    Plain,

    /// <summary>Framing and hop-by-hop fields, which only the connection sets.</summary>
    Connection,

    ContentLength,
    Host,
    UserAgent,
    Accept,
    AcceptEncoding,
}

/// <summary>The header fields with special handling.</summary>
internal static class RequestHeaders
{
    private static readonly FrozenDictionary<string, HeaderRole> Roles = new Dictionary<string, HeaderRole>(StringComparer.OrdinalIgnoreCase)
    {
        ["Connection"] = HeaderRole.Connection,
        ["Expect"] = HeaderRole.Connection,
        ["HTTP2-Settings"] = HeaderRole.Connection,
        ["Keep-Alive"] = HeaderRole.Connection,
        ["Proxy-Authorization"] = HeaderRole.Connection,
        ["Proxy-Connection"] = HeaderRole.Connection,
        ["TE"] = HeaderRole.Connection,
        ["Trailer"] = HeaderRole.Connection,
        ["Transfer-Encoding"] = HeaderRole.Connection,
        ["Upgrade"] = HeaderRole.Connection,
        ["Content-Length"] = HeaderRole.ContentLength,
        ["Host"] = HeaderRole.Host,
        ["User-Agent"] = HeaderRole.UserAgent,
        ["Accept"] = HeaderRole.Accept,
        ["Accept-Encoding"] = HeaderRole.AcceptEncoding,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    internal static HeaderRole RoleOf(string name) => Roles.GetValueOrDefault(name, HeaderRole.Plain);

    /// <summary>The Fetch standard's request-body headers, dropped together with the body.</summary>
    internal static bool DescribesBody(string name) => Is(name, "Content-Encoding", "Content-Language", "Content-Location", "Content-Type");

    /// <summary>Secrets of an origin, dropped when a redirect leaves it.</summary>
    internal static bool StaysWithOrigin(string name) => Is(name, "Authorization", "Cookie", "Cookie2", "Proxy-Authorization");

    /// <summary>Writes the methods that browsers normalize in capitals; others keep their case, which is significant.</summary>
    internal static HttpMethod ToMethod(string token) => token.Length > 7 ? new HttpMethod(token) : token.ToUpperInvariant() switch
    {
        "GET" => HttpMethod.Get,
        "POST" => HttpMethod.Post,
        "HEAD" => HttpMethod.Head,
        "PUT" => HttpMethod.Put,
        "DELETE" => HttpMethod.Delete,
        "OPTIONS" => HttpMethod.Options,
        _ => token == "PATCH" ? HttpMethod.Patch : new HttpMethod(token),
    };

    private static bool Is(string name, params ReadOnlySpan<string> names)
    {
        foreach (var candidate in names)
            if (name.Equals(candidate, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
