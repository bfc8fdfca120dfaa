using System;
using System.Collections.Immutable;
using System.Globalization;

namespace Akka.Actor;

public sealed partial class Address
{
    public static Address Parse(string address)
    {
        var uri = new Uri(address);
        return string.IsNullOrEmpty(uri.UserInfo)
            ? new(uri.Scheme, uri.Host)
            : new(uri.Scheme, uri.UserInfo, uri.Host, uri.Port);
    }

    public static bool TryParse(string path, out Address address) => TryParse(path.AsSpan(), out address);

    public static bool TryParse(string path, out Address address, out string absolutUri)
    {
        var parsed = TryParse(path.AsSpan(), out address, out var rest);
        absolutUri = parsed ? rest.ToString() : null;
        return parsed;
    }

    public static bool TryParse(ReadOnlySpan<char> span, out Address address) => TryParse(span, out address, out _);

    /// <summary>Reads an address and gives back what follows it, at least a slash.</summary>
    public static bool TryParse(ReadOnlySpan<char> span, out Address address, out ReadOnlySpan<char> absolutUri)
    {
        address = null;
        absolutUri = default;
        var colon = span.IndexOf(':');
        if (colon is < 4 or > 255 || !span.StartsWith("akka", StringComparison.OrdinalIgnoreCase) || !span[(colon + 1)..].StartsWith("//"))
        {
            return false;
        }

        var protocol = span[..colon].ToString().ToLowerInvariant();
        span = span[(colon + 3)..];
        var slash = span.IndexOf('/');
        absolutUri = slash < 0 ? "/" : span[slash..];
        span = slash < 0 ? span : span[..slash];
        var at = span.IndexOf('@');
        if (at < 0)
        {
            address = new(protocol, span.ToString());
            return true;
        }

        // An IPv6 host is in brackets and has colons of its own.
        var system = span[..at].ToString();
        span = span[(at + 1)..];
        var bracket = span.IndexOf(']');
        var portColon = span[(bracket + 1)..].IndexOf(':');
        if (portColon < 0)
        {
            return false;
        }

        portColon += bracket + 1;
        if (!int.TryParse(span[(portColon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        address = new(protocol, system, span[..portColon].ToString(), port);
        return true;
    }
}
