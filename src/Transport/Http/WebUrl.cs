using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>A parsed URL (WHATWG URL standard). Immutable; all text is ASCII and is sent unchanged.</summary>
internal sealed class WebUrl
{
    // The text of a plain URL, which is also its serialized form.
    private readonly string? _text;

    private WebUrl(in PlainUrl plain, string text)
    {
        (Scheme, Host, ExplicitPort, Path, Query) = (plain.Scheme, plain.Host, plain.Port, plain.Path, plain.Query);
        (Username, Password, _text) = ("", "", text);
    }

    private WebUrl(UrlParts parts)
    {
        Scheme = parts.Scheme;
        Username = parts.Username;
        Password = parts.Password;
        Host = parts.Host;
        ExplicitPort = parts.Port;
        Path = parts.Opaque ?? Join(parts.Path);
        IsOpaque = parts.Opaque is not null;
        Query = parts.Query;
        Fragment = parts.Fragment;
    }

    /// <summary>The scheme in lower case, without its colon.</summary>
    internal string Scheme { get; }

    /// <summary>Percent-encoded; empty for none.</summary>
    internal string Username { get; }

    /// <summary>Percent-encoded; empty for none.</summary>
    internal string Password { get; }

    /// <summary>The host as written in a URL: an IPv6 address in brackets, a name in ASCII. Null if the scheme has no host.</summary>
    internal string? Host { get; }

    /// <summary>−1 for the scheme's default port, or none.</summary>
    internal int ExplicitPort { get; }

    /// <summary>The port to connect to; −1 for none.</summary>
    internal int Port => ExplicitPort >= 0 ? ExplicitPort : UrlParts.DefaultPort(Scheme);

    /// <summary>The path; begins with a slash, unless it is opaque.</summary>
    internal string Path { get; }

    /// <summary>Whether the path is one opaque text instead of segments, as in <c>mailto:</c>.</summary>
    internal bool IsOpaque { get; }

    /// <summary>The query without its question mark; null for none, empty for a bare question mark.</summary>
    internal string? Query { get; }

    /// <summary>The fragment without its number sign; null for none.</summary>
    internal string? Fragment { get; }

    internal bool IsHttp => Scheme is "http" or "https";

    /// <summary>The host without an IPv6 address's brackets, for resolvers and sockets.</summary>
    internal string HostName => Host is ['[', ..] ? Host[1..^1] : Host ?? "";

    /// <summary>The request target: path and query.</summary>
    internal string PathAndQuery => Query is null ? Path : $"{Path}?{Query}";

    /// <summary>Scheme, host and port as text: equal for two URLs of the same origin.</summary>
    internal string Origin => IsHttp ? $"{Scheme}://{Host}{(ExplicitPort < 0 ? "" : $":{ExplicitPort}")}" : "null";

    /// <summary>The URL without user name, password and fragment: for headers, histories and error messages.</summary>
    internal string WithoutCredentials => Write(credentials: false, fragment: true);

    internal static bool TryParse(string text, [NotNullWhen(true)] out WebUrl? url) => TryParse(text, null, null, out url);

    /// <summary>Parses a reference.</summary>
    /// <param name="text">Absolute, or relative to the base.</param>
    /// <param name="relativeTo">The base; null for none.</param>
    /// <param name="encoding">The encoding of the document with the reference, used for queries. Null for UTF-8.</param>
    /// <param name="url">The result.</param>
    /// <returns>False if the standard's parser fails.</returns>
    internal static bool TryParse(string text, WebUrl? relativeTo, Encoding? encoding, [NotNullWhen(true)] out WebUrl? url)
    {
        if (PlainUrl.TryRead(text, out var plain))
        {
            url = new WebUrl(plain, text);
            return true;
        }
        var parts = new UrlParts(encoding);
        url = parts.Read(text, relativeTo) ? new WebUrl(parts) : null;
        return url is not null;
    }

    /// <summary>The URL with another fragment.</summary>
    internal WebUrl WithFragment(string? fragment)
    {
        var parts = new UrlParts(null);
        parts.CopyFrom(this);
        (parts.Query, parts.Fragment) = (Query, fragment);
        return new WebUrl(parts);
    }

    /// <summary>The origin of a URL as text; <c>null</c>, as the standard writes it, if the text is not a URL.</summary>
    internal static string OriginOf(string url) => TryParse(url, out var parsed) ? parsed.Origin : "null";

    internal bool HasOriginOf(WebUrl other) => Port == other.Port && Scheme == other.Scheme && Host == other.Host;

    /// <summary>The whole URL as the standard serializes it.</summary>
    public override string ToString() => Write(credentials: true, fragment: true);

    /// <summary>The URL as a Referer names it.</summary>
    internal string WithoutFragment => Write(credentials: false, fragment: false);

    private string Write(bool credentials, bool fragment)
    {
        if (_text is not null)
            return _text;
        var text = new StringBuilder(Scheme.Length + Path.Length + 32).Append(Scheme).Append(':');
        if (Host is not null)
        {
            text.Append("//");
            if (credentials && (Username.Length > 0 || Password.Length > 0))
            {
                text.Append(Username);
                if (Password.Length > 0)
                    text.Append(':').Append(Password);
                text.Append('@');
            }
            text.Append(Host);
            if (ExplicitPort >= 0)
                text.Append(':').Append(ExplicitPort);
        }
        else if (!IsOpaque && Path.StartsWith("//", StringComparison.Ordinal))
        {
            // Otherwise the path would be read as a host.
            text.Append("/.");
        }
        text.Append(Path);
        if (Query is not null)
            text.Append('?').Append(Query);
        if (fragment && Fragment is not null)
            text.Append('#').Append(Fragment);
        return text.ToString();
    }

    private static string Join(List<string> segments)
    {
        var text = new StringBuilder();
        foreach (var segment in segments)
            text.Append('/').Append(segment);
        return text.ToString();
    }
}
