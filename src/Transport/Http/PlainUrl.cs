using System.Buffers;
using System.Globalization;

namespace ActorBrowser.Transport.Http;

/// <summary>
/// The parts of an http or https URL that is already in the standard's normal form, as most URLs are. One pass detects that;
/// <see cref="UrlParts"/> parses all other URLs.
/// </summary>
internal readonly record struct PlainUrl(string Scheme, string Host, int Port, string Path, string? Query)
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> HostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-.");
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(Unreserved + "!$&()*+,;=:@/");
    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(Unreserved + "!$&()*+,;=:@/?%");

    /// <summary>Reads the URL, if it is a plain one.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="url">Its parts.</param>
    /// <returns>False for any other URL, valid or not.</returns>
    internal static bool TryRead(string text, out PlainUrl url)
    {
        url = default;
        var scheme = text.StartsWith("http://", StringComparison.Ordinal) ? "http" : text.StartsWith("https://", StringComparison.Ordinal) ? "https" : null;
        if (scheme is null)
            return false;
        var rest = text.AsSpan(scheme.Length + 3);
        var slash = rest.IndexOfAnyExcept(HostCharacters);
        if (slash <= 0)
            return false;
        var host = rest[..slash];
        var port = -1;
        if (rest[slash] == ':')
        {
            var digits = rest[(slash + 1)..];
            var end = digits.IndexOf('/');
            if (end < 0 || !TryReadPort(digits[..end], UrlParts.DefaultPort(scheme), out port))
                return false;
            slash += end + 1;
        }
        if (rest[slash] != '/' || !IsPlainHost(host))
            return false;
        var path = rest[slash..];
        var mark = path.IndexOfAnyExcept(PathCharacters);
        var query = mark < 0 ? default : path[mark..];
        path = mark < 0 ? path : path[..mark];
        // The standard removes some segments that begin with a dot.
        if ((mark >= 0 && (query[0] != '?' || query.ContainsAnyExcept(QueryCharacters))) || path.Contains("/.", StringComparison.Ordinal))
            return false;
        url = new PlainUrl(scheme, host.ToString(), port, path.ToString(), mark < 0 ? null : query[1..].ToString());
        return true;
    }

    private static bool TryReadPort(ReadOnlySpan<char> digits, int defaultPort, out int port)
    {
        port = 0;
        return digits is [not '0', ..] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue && port != defaultPort;
    }

    // A name whose last label begins with a digit may be an address: only four decimal numbers are plain. Punycode has to be checked.
    private static bool IsPlainHost(ReadOnlySpan<char> host)
    {
        var last = host[(host.LastIndexOf('.') + 1)..];
        return !last.IsEmpty && (!char.IsAsciiDigit(last[0]) || IsPlainAddress(host)) && !host.Contains(Idna.Prefix, StringComparison.Ordinal);
    }

    private static bool IsPlainAddress(ReadOnlySpan<char> host)
    {
        var numbers = 0;
        foreach (var range in host.Split('.'))
        {
            var number = host[range];
            if (++numbers > 4 || number is ['0', _, ..] || !byte.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                return false;
        }
        return numbers == 4;
    }
}
