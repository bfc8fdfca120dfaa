using System.Net;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// Who a tab is to the network: a cookie jar, and a way out. Tabs that share an identity share both; others share neither
/// cookies nor connections. Thread-safe.
/// </summary>
public sealed class NetworkIdentity
{
    private readonly Lock _lock = new();
    private readonly CookieContainer _cookies = new();

    /// <summary>An identity with a jar of its own and no proxy.</summary>
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
        lock (_lock)
            return _cookies.GetCookieHeader(url);
    }

    /// <summary>Takes an answer's cookies. One that is malformed, or meant for another site, is passed over.</summary>
    /// <param name="url">Who answered.</param>
    /// <param name="headers">The answer's.</param>
    public void Take(Uri url, IReadOnlyList<HeaderField> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        foreach (var field in headers)
        {
            if (!field.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
                continue;
            try
            {
                lock (_lock)
                    _cookies.SetCookies(url, WithoutExpiresComma(field.Value));
            }
            catch (CookieException)
            {
                // A cookie that cannot be had is the server's loss.
            }
        }
    }

    // The container takes a comma for the beginning of another cookie; the only one that belongs into a header of its own
    // is the one in a date.
    private static string WithoutExpiresComma(string value) => value.Replace(", ", " ", StringComparison.Ordinal).Replace(',', ' ');
}
