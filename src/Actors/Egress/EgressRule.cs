using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>
/// One rule of a named egress: <c>[!][METHOD[,METHOD]] [http://|https://|ssh://]HOST[:PORT] [private]</c>. HOST is a name, <c>*.name</c> (names
/// below it), <c>*</c> (every public host), an address, or a network such as <c>10.0.0.0/8</c>. PORT is a number, a range, or <c>*</c>.
/// </summary>
internal sealed class EgressRule
{
    private const int MostText = 400;

    private static readonly (string Scheme, int Port)[] Schemes = [("http://", 80), ("https://", 443), ("ssh://", 22)];

    private string _host = "";
    private IPNetwork? _network;
    private string[] _methods = [];

    private EgressRule(string text) => Text = text;

    /// <summary>As it was written.</summary>
    internal string Text { get; }

    /// <summary>Whether it refuses what it matches.</summary>
    internal bool Denies { get; private set; }

    /// <summary>Whether the name may have a private address.</summary>
    internal bool IsPrivate { get; private set; }

    /// <summary>Whether it is about some methods only.</summary>
    internal bool HasMethods => _methods.Length > 0;

    /// <summary>The ranges of ports; empty for every port.</summary>
    internal IReadOnlyList<(int First, int Last)> Ports { get; private set; } = [];

    /// <summary>Reads a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="rule">The rule read.</param>
    /// <param name="problem">What is wrong, as a sentence.</param>
    internal static bool TryParse(string text, [NotNullWhen(true)] out EgressRule? rule, [NotNullWhen(false)] out string? problem)
    {
        rule = new EgressRule(text);
        problem = text.Length > MostText ? $"A rule has {text.Length} characters; at most {MostText} are allowed." : rule.Read(text);
        if (problem is null)
            return true;
        rule = null;
        return false;
    }

    /// <summary>Whether it is about a request.</summary>
    /// <param name="host">A name in ASCII and lower case, or an address.</param>
    /// <param name="address">The host, if it is an address.</param>
    /// <param name="port">0 for a name query, which every port matches.</param>
    /// <param name="method">The method of an HTTP request; empty if it is not known.</param>
    internal bool Matches(string host, IPAddress? address, int port, string method) =>
        MatchesHost(host, address) && MatchesPort(port) && MatchesMethod(method, port);

    /// <summary>Whether it names an address, itself or as part of a network.</summary>
    internal bool Names(IPAddress address, int port, string method) =>
        _network is { } network && network.Contains(address) && MatchesPort(port) && MatchesMethod(method, port);

    /// <summary>Whether it is about a host, of whichever port and method.</summary>
    internal bool MatchesHost(string host, IPAddress? address) =>
        _network is { } network ? address is not null && network.Contains(address)
        : _host == "*" || (address is null && (_host[0] == '*' ? host.EndsWith(_host[1..], StringComparison.Ordinal) && host.Length > _host.Length - 1 : host == _host));

    private bool MatchesPort(int port)
    {
        // A name is refused only if all its ports are.
        if (port == 0)
            return !Denies || Ports.Count == 0;
        foreach (var (first, last) in Ports)
        {
            if (port >= first && port <= last)
                return true;
        }
        return Ports.Count == 0;
    }

    // What is sent through a tunnel is not seen: a rule that grants methods grants no tunnel, and one that denies methods denies it. Some servers take
    // a method in any case: one that is denied is denied in every case.
    private bool MatchesMethod(string method, int port) =>
        _methods.Length == 0 || (method.Length == 0 ? (port == 0 ? !Denies : Denies) : _methods.Contains(method, Denies ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal));

    private string? Read(string text)
    {
        var rest = text.Trim();
        if (rest.StartsWith('!'))
            (Denies, rest) = (true, rest[1..].TrimStart());
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        if (words.Count > 1 && words[^1] == "private")
        {
            IsPrivate = true;
            words.RemoveAt(words.Count - 1);
        }
        if (words.Count == 2)
        {
            _methods = words[0].Split(',');
            if (!_methods.All(static method => HttpRules.IsToken(method) && method.All(static c => !char.IsAsciiLetterLower(c))))
                return $"In the rule '{text}', '{words[0]}' is not a list of HTTP methods such as GET,HEAD.";
            words.RemoveAt(0);
        }
        return words.Count == 1 ? ReadTarget(text, words[0]) : $"The rule '{text}' names no host. Write, for example, example.org, *.example.org:443 or GET http://example.org.";
    }

    private string? ReadTarget(string text, string target)
    {
        var byScheme = 0;
        foreach (var (scheme, port) in Schemes)
        {
            if (target.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                (byScheme, target) = (port, target[scheme.Length..].TrimEnd('/'));
        }
        if (_methods.Length > 0 && byScheme is not (0 or 80))
            return $"In the rule '{text}', methods cannot be told apart: only those of plain http are seen.";
        if (target.Contains("//", StringComparison.Ordinal))
            return $"The rule '{text}' has an unknown scheme; write http, https or ssh, or a port.";
        // A network in IPv6 without brackets holds colons; so does an address, which needs brackets before a port.
        var isWhole = target.Contains('/', StringComparison.Ordinal) && IPNetwork.TryParse(target, out _);
        var colon = isWhole ? -1 : target.IndexOf(':', Math.Max(Math.Max(target.LastIndexOf(']'), target.LastIndexOf('/')), 0));
        var host = colon < 0 ? target : target[..colon];
        return ReadHost(text, host) ?? ReadPorts(text, colon < 0 ? null : target[(colon + 1)..], byScheme);
    }

    private string? ReadHost(string text, string host)
    {
        if (host.Contains('/', StringComparison.Ordinal))
        {
            if (!IPNetwork.TryParse(host.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal), out var network))
                return $"In the rule '{text}', '{host}' is neither a host nor a network such as 10.0.0.0/8. A rule has no path.";
            _network = network;
        }
        else if (host == "*")
        {
            _host = host;
        }
        else
        {
            var isBelow = host.StartsWith("*.", StringComparison.Ordinal);
            if (!UrlHost.TryParse((isBelow ? host[2..] : host).TrimEnd('.'), special: true, out var ascii) || ascii.Contains('*', StringComparison.Ordinal))
                return $"In the rule '{text}', '{host}' is not the name of a host; a star stands for all hosts, or before a dot for all names below one.";
            if (IPAddress.TryParse(ascii.Trim('[', ']'), out var address))
                _network = isBelow ? null : new IPNetwork(address, address.GetAddressBytes().Length * 8);
            if (isBelow && address is not null)
                return $"In the rule '{text}', '{host}' mixes a star and an address.";
            _host = isBelow ? "*." + ascii : ascii;
        }
        return IsPrivate && (Denies || _host == "*" || _network is not null)
            ? $"In the rule '{text}', 'private' is for the name of a host; name a network, such as 10.0.0.0/8, to reach its addresses." : null;
    }

    private string? ReadPorts(string text, string? ports, int byScheme)
    {
        if (ports is null)
        {
            Ports = byScheme != 0 ? [(byScheme, byScheme)] : _methods.Length > 0 ? [(80, 80)] : Denies ? [] : [(80, 80), (443, 443)];
            return null;
        }
        if (ports == "*")
            return null;
        var ends = ports.Split('-');
        if (ends.Length > 2 || !TryReadPort(ends[0], out var first) || !TryReadPort(ends[^1], out var last) || last < first)
            return $"In the rule '{text}', '{ports}' is neither a port from 1 to 65535, nor a range such as 8000-8010, nor a star.";
        Ports = [(first, last)];
        return null;
    }

    private static bool TryReadPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue;
}
