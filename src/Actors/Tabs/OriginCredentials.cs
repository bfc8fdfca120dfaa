using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>The credentials of an identity for HTTP authentication, each for one origin. Thread-safe. Only the Basic scheme is spoken.</summary>
internal sealed class OriginCredentials
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Header, bool IsKnown)> _origins = new(StringComparer.Ordinal);

    internal void Set(string origin, string user, string password)
    {
        if (!WebUrl.TryParse(origin, out var url) || !url.IsHttp || url.PathAndQuery != "/" || url.Username.Length > 0 || url.Password.Length > 0)
            throw new ArgumentException($"'{HttpRules.Shorten(origin, 100)}' is not an origin, such as https://example.org.", nameof(origin));
        if (user.Contains(':', StringComparison.Ordinal) || user.AsSpan().ContainsAny(HttpRules.Controls) || password.AsSpan().ContainsAny(HttpRules.Controls))
            throw new ArgumentException("The user has a colon, or the user or the password a control character; HTTP authentication cannot carry those.", nameof(user));
        lock (_lock)
            _origins[url.Origin] = ("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")), false);
    }

    /// <summary>The header for an origin that has asked for it before; null for none.</summary>
    internal string? Known(WebUrl url)
    {
        lock (_lock)
            return _origins.TryGetValue(url.Origin, out var known) && known.IsKnown ? known.Header : null;
    }

    /// <summary>The header that answers a server's challenge; null without credentials for it, or if it does not accept Basic.</summary>
    internal string? For(WebUrl url, IReadOnlyList<HeaderField> headers)
    {
        if (!headers.Any(static field => field.Name.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase) && AsksForBasic(field.Value)))
            return null;
        lock (_lock)
        {
            if (!_origins.TryGetValue(url.Origin, out var credentials))
                return null;
            _origins[url.Origin] = (credentials.Header, true);
            return credentials.Header;
        }
    }

    // A field may hold several challenges: "Digest realm=x, Basic realm=y".
    private static bool AsksForBasic(string challenges) =>
        challenges.Split(',').Any(static part => part.Trim() is var challenge && (challenge.Equals("Basic", StringComparison.OrdinalIgnoreCase) || challenge.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)));
}
