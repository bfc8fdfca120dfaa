using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>
/// Who a tab is to the network: a cookie jar, and a way out. Tabs that share an identity share both; others share neither
/// cookies nor connections. Thread-safe.
/// </summary>
public sealed class NetworkIdentity
{
    private readonly Lock _lock = new();
    private readonly CookieJar _cookies = new();

    /// <summary>An identity with an empty cookie jar and no proxy.</summary>
    public NetworkIdentity()
    {
    }

    /// <summary>An identity that reaches everything through a SOCKS5 proxy, names included.</summary>
    /// <param name="host">The proxy's.</param>
    /// <param name="port">The proxy's.</param>
    /// <param name="user">By which the proxy tells identities apart; null for one made up for this identity alone, as Tor's IsolateSOCKSAuth wants it.</param>
    /// <param name="password">Goes with the user.</param>
    public NetworkIdentity(string host, int port, string? user = null, string? password = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, 65535);
        user ??= $"actorbrowser-{Guid.NewGuid():N}";
        var name = IPAddress.TryParse(host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{host}]" : host;
        Proxy = $"socks5://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password ?? Guid.NewGuid().ToString("N"))}@{name}:{port}";
    }

    /// <summary><c>socks5://user:password@host:port</c>, or null.</summary>
    public string? Proxy { get; }

    /// <summary>The cookies that a request to a URL carries; empty for none.</summary>
    /// <param name="url">Where the request goes.</param>
    public string CookiesFor(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return WebUrl.TryParse(url.OriginalString, out var parsed) ? CookiesFor(parsed, null) : "";
    }

    /// <summary>Takes an answer's cookies. One that is malformed, or meant for another site, is passed over.</summary>
    /// <param name="url">Who answered.</param>
    /// <param name="headers">The answer's.</param>
    public void Take(Uri url, IReadOnlyList<HeaderField> headers)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(headers);
        if (WebUrl.TryParse(url.OriginalString, out var parsed))
            Take(parsed, null, headers);
    }

    /// <summary>The cookies of a request on behalf of a page; of a navigation where the page is null.</summary>
    internal string CookiesFor(WebUrl url, WebUrl? page)
    {
        lock (_lock)
            return _cookies.For(url, page, DateTimeOffset.UtcNow);
    }

    /// <summary>Takes the cookies of an answer to such a request.</summary>
    internal void Take(WebUrl url, WebUrl? page, IReadOnlyList<HeaderField> headers)
    {
        foreach (var field in headers)
        {
            if (!field.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
                continue;
            lock (_lock)
                _cookies.Take(url, page, field.Value, DateTimeOffset.UtcNow);
        }
    }
}
