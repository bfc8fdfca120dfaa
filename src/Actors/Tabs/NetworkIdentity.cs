using System.Net;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>
/// A tab's identity on the network: a cookie jar and an optional proxy. Tabs with the same identity share both; others share neither
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

    /// <summary>An identity that connects through a SOCKS5 proxy, which also resolves names.</summary>
    /// <param name="host">The proxy's host.</param>
    /// <param name="port">The proxy's port.</param>
    /// <param name="user">The user by which the proxy tells identities apart; null for a random one, as Tor's IsolateSOCKSAuth expects.</param>
    /// <param name="password">The user's password.</param>
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

    /// <summary>Returns the Cookie field of a request; empty for none.</summary>
    /// <param name="url">The request's URL.</param>
    public string CookiesFor(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return WebUrl.TryParse(url.OriginalString, out var parsed) ? CookiesFor(parsed, null) : "";
    }

    /// <summary>Stores a response's cookies. Ignores those that are malformed or for another site.</summary>
    /// <param name="url">The URL that answered.</param>
    /// <param name="headers">The response's headers.</param>
    public void Take(Uri url, IReadOnlyList<HeaderField> headers)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(headers);
        if (WebUrl.TryParse(url.OriginalString, out var parsed))
            Take(parsed, null, headers);
    }

    /// <summary>Returns the cookies of a request by a page; of a navigation if the page is null.</summary>
    internal string CookiesFor(WebUrl url, WebUrl? page)
    {
        lock (_lock)
            return _cookies.For(url, page, DateTimeOffset.UtcNow);
    }

    /// <summary>What the pages of this identity have stored by scripts, by origin.</summary>
    internal LocalStorage Storage { get; } = new();

    /// <summary>Returns the cookies that a page's scripts may see.</summary>
    internal string CookiesForScript(WebUrl page)
    {
        lock (_lock)
            return _cookies.ForScript(page, DateTimeOffset.UtcNow);
    }

    /// <summary>Stores a cookie that a page's script sets.</summary>
    internal void TakeFromScript(WebUrl page, string text)
    {
        lock (_lock)
            _cookies.TakeFromScript(page, text, DateTimeOffset.UtcNow);
    }

    /// <summary>Stores the cookies of the response to that request.</summary>
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
