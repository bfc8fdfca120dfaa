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
    private CookieFile? _file;

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
    internal string CookiesFor(WebUrl url, WebUrl? page) => CookiesFor(url, new RequestContext(page, IsNavigation: false, IsSafe: true));

    /// <summary>Returns the cookies of a request.</summary>
    internal string CookiesFor(WebUrl url, in RequestContext context)
    {
        lock (_lock)
            return _cookies.For(url, context, DateTimeOffset.UtcNow);
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
        long before;
        lock (_lock)
        {
            before = _cookies.Revision;
            _cookies.TakeFromScript(page, text, DateTimeOffset.UtcNow);
        }
        OnTaken(before);
    }

    /// <summary>Stores the cookies of the response to that request.</summary>
    internal void Take(WebUrl url, WebUrl? page, IReadOnlyList<HeaderField> headers) => Take(url, new RequestContext(page, IsNavigation: false, IsSafe: true), headers);

    /// <summary>Stores the cookies of the response to a request.</summary>
    internal void Take(WebUrl url, in RequestContext context, IReadOnlyList<HeaderField> headers)
    {
        long before;
        lock (_lock)
            before = _cookies.Revision;
        foreach (var field in headers)
        {
            if (!field.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase))
                continue;
            lock (_lock)
                _cookies.Take(url, context, field.Value, DateTimeOffset.UtcNow);
        }
        OnTaken(before);
    }

    /// <summary>Called after the cookies have changed, on any thread, by other than <see cref="Import"/>.</summary>
    internal Action? CookiesChanged { get; set; }

    /// <summary>The cookies, those without an end among them, as text of a file of cookies: the least used are left out until the rest is as short as it must be.</summary>
    /// <param name="shorten">Makes a text shorter that still can be too long.</param>
    /// <param name="most">In bytes, after that.</param>
    /// <param name="left">How many were left out.</param>
    internal byte[] Export(Func<byte[], byte[]> shorten, int most, out int left)
    {
        IReadOnlyList<Cookie> cookies;
        lock (_lock)
            cookies = _cookies.Kept(withSession: true, DateTimeOffset.UtcNow);
        var all = cookies.Count;
        while (true)
        {
            var text = shorten(CookieFileText.Write(cookies, indented: false));
            left = all - cookies.Count;
            if (text.Length <= most || cookies.Count == 0)
                return text;
            cookies = [.. cookies.OrderByDescending(static cookie => cookie.LastUsed).Take(cookies.Count * 3 / 4).OrderBy(static cookie => cookie.Created)];
        }
    }

    /// <summary>Takes exported cookies instead of its own.</summary>
    /// <returns>Null, or why they cannot be read.</returns>
    internal string? Import(ReadOnlyMemory<byte> text)
    {
        if (CookieFileText.Read(text, out var problem) is not { } cookies)
            return problem;
        lock (_lock)
            _cookies.Replace(cookies, withSession: true, DateTimeOffset.UtcNow);
        return null;
    }

    private void OnTaken(long before)
    {
        _file?.OnTaken();
        long now;
        lock (_lock)
            now = _cookies.Revision;
        if (now != before)
            CookiesChanged?.Invoke();
    }

    /// <summary>The credentials for HTTP authentication.</summary>
    internal OriginCredentials Credentials { get; } = new();

    /// <summary>
    /// Gives credentials to one origin (RFC 7617, Basic): sent when its server has asked for them, to that origin only, and never where a
    /// redirect leads elsewhere. Digest is not supported.
    /// </summary>
    /// <param name="origin">Scheme, host and port, such as <c>https://example.org</c>. Over http, anyone on the way reads the password.</param>
    /// <param name="user">The user; without a colon.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException">It is not an origin, or the credentials cannot be sent.</exception>
    public void Authenticate(string origin, string user, string password)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        Credentials.Set(origin, user, password);
    }

    /// <summary>An identity whose cookies are kept in a file. See <see cref="KeepCookiesIn"/>.</summary>
    /// <param name="path">The file; it need not exist yet.</param>
    /// <param name="keepSessionCookies">Whether cookies without an end are kept too.</param>
    /// <exception cref="CookieFileException">The file cannot be read, or holds something else.</exception>
    public static NetworkIdentity FromFile(string path, bool keepSessionCookies = false)
    {
        var identity = new NetworkIdentity();
        identity.KeepCookiesIn(path, keepSessionCookies);
        return identity;
    }

    /// <summary>
    /// Takes the cookies of a file, and from now on keeps this identity's in it: of mode 0600, replaced as a whole a moment after each
    /// change. Several identities and processes may share the file: each takes over what others have written when it writes itself.
    /// </summary>
    /// <param name="path">The file; it need not exist yet.</param>
    /// <param name="keepSessionCookies">Whether cookies without an end are kept too.</param>
    /// <exception cref="CookieFileException">The file cannot be read, or holds something else; it is not changed.</exception>
    /// <exception cref="InvalidOperationException">The identity has a file already.</exception>
    public void KeepCookiesIn(string path, bool keepSessionCookies = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new CookieFile(path, keepSessionCookies, _cookies, _lock);
        if (_file is not null)
            throw new InvalidOperationException("The identity keeps its cookies in a file already.");
        file.Load();
        _file = file;
    }

    /// <summary>Waits until the cookies are in the file; returns at once without one.</summary>
    /// <exception cref="CookieFileException">The file cannot be written, or another program has damaged it.</exception>
    public Task SaveCookiesAsync() => _file?.SaveAsync() ?? Task.CompletedTask;
}
