using System.Buffers;
using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>An HTTP request as a program sent it: to the proxy, or without one to port 80.</summary>
internal sealed class ProxyRequest
{
    /// <summary>The longest head, in bytes.</summary>
    internal const int MostHead = 64 << 10;

    private const int MostFields = 256;
    private const int Http = 80;

    // Fields about the connection to the proxy. Upgrade would make the connection something whose requests nobody checks.
    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "Keep-Alive", "TE", "Upgrade", "Host", "HTTP2-Settings",
    };

    // All but tab, CR and LF.
    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private readonly List<string> _fields = [];
    private readonly int _usualPort;
    private string _target = "";
    private string _version = "";

    private ProxyRequest(int usualPort) => _usualPort = usualPort;

    internal string Method { get; private set; } = "";

    internal string Host { get; private set; } = "";

    internal int Port { get; private set; }

    internal bool IsTunnel { get; private set; }

    /// <summary>The length of the body; −1 if it comes in chunks.</summary>
    internal long BodyLength { get; private set; }

    /// <summary>The host in the request's Host field, without its port; null if it has none.</summary>
    internal string? NamedHost { get; private set; }

    /// <summary>Null, or the other host that the request's Host field names: where one address serves many hosts, it chooses whose the request is.</summary>
    internal string? HostBeside(string host) => NamedHost is { } named && !named.TrimEnd('.').Equals(host, StringComparison.OrdinalIgnoreCase) ? named : null;

    /// <summary>The index after the head's empty line; −1 if there is none yet.</summary>
    internal static int EndOf(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf("\r\n\r\n"u8);
        return end < 0 ? -1 : end + 4;
    }

    /// <summary>Reads a request.</summary>
    /// <param name="head">Up to the empty line.</param>
    /// <param name="host">The host to which a program without a proxy has connected; null for a request to the proxy.</param>
    /// <param name="request">The request.</param>
    /// <param name="port">The port to which it has connected.</param>
    /// <param name="usualPort">The port that URLs of the scheme leave out.</param>
    /// <returns>Null, or what is wrong, as a sentence.</returns>
    internal static string? TryRead(ReadOnlySpan<byte> head, string? host, out ProxyRequest request, int port = Http, int usualPort = Http)
    {
        request = new ProxyRequest(usualPort);
        if (head.ContainsAny(ControlCharacters))
            return "The request holds a control character.";
        var lines = Encoding.Latin1.GetString(head[..^4]).Split("\r\n");
        if (lines.Any(static line => line.AsSpan().ContainsAny('\r', '\n')))
            return "A line of the request does not end in CR LF.";
        var parts = lines[0].Split(' ');
        if (parts.Length != 3 || !HttpRules.IsToken(parts[0]) || parts[0].Length > EgressConnect.MostMethod || parts[2] is not ("HTTP/1.1" or "HTTP/1.0"))
            return "This is no HTTP/1.1 request.";
        (request.Method, request._version) = (parts[0], parts[2]);
        return request.ReadTarget(parts[1], host, port) ?? request.ReadFields(lines.AsSpan(1)) ?? request.CheckBody();
    }

    /// <summary>The path and the query.</summary>
    internal string Target => _target;

    /// <summary>The header fields that are passed on, a line each, without its end.</summary>
    internal List<string> Fields => _fields;

    /// <summary>The head to send to the host.</summary>
    internal byte[] ToHead()
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Method} {_target} {_version}\r\nHost: {Authority}\r\n");
        foreach (var field in _fields)
            head.Append(field).Append("\r\n");
        return Encoding.Latin1.GetBytes(head.Append("Connection: close\r\n\r\n").ToString());
    }

    private string Authority => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}{(Port == _usualPort ? "" : $":{Port.ToString(CultureInfo.InvariantCulture)}")}";

    private string? ReadTarget(string target, string? host, int port)
    {
        const string scheme = "http://";
        if (Method == "CONNECT")
        {
            IsTunnel = true;
            return host is null && TrySplit(target, 0) ? null : "CONNECT names a host and a port, to the proxy.";
        }
        if (host is not null)
        {
            (Host, Port, _target) = (host, port, target);
            return target.StartsWith('/') || target == "*" ? null : "The request's target is no path.";
        }
        if (target.StartsWith('/'))
            return "This is the proxy of a sandboxed command; it has no pages.";
        if (target.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return "Connect to an https host with CONNECT.";
        if (!target.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return "The proxy passes on http requests and CONNECT only.";
        var rest = target[scheme.Length..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var path = end < 0 ? "/" : rest[end..];
        if (path.Contains('#', StringComparison.Ordinal))
            return "The request's target has a fragment.";
        _target = path[0] == '?' ? "/" + path : path;
        return TrySplit(end < 0 ? rest : rest[..end], Http) ? null : "The request's target names no host.";
    }

    private bool TrySplit(string authority, int defaultPort)
    {
        if (authority.AsSpan().ContainsAny('@', '/', '?'))
            return false;
        var bracket = authority.LastIndexOf(']');
        var colon = authority.IndexOf(':', Math.Max(bracket, 0));
        var host = colon < 0 ? authority : authority[..colon];
        Port = colon < 0 ? defaultPort : int.TryParse(authority.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0;
        Host = host is ['[', .., ']'] ? host[1..^1] : host;
        return Host.Length is > 0 and <= EgressConnect.MostHost && Port is > 0 and <= ushort.MaxValue && Host.All(static c => c is > ' ' and < (char)127);
    }

    private string? ReadFields(ReadOnlySpan<string> lines)
    {
        if (lines.Length > MostFields)
            return $"The request has more than {MostFields} header fields.";
        var lengths = 0;
        foreach (var line in lines)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !HttpRules.IsToken(line[..colon]))
                return "A header field of the request has no name.";
            var (name, value) = (line[..colon], line[(colon + 1)..].Trim(' ', '\t'));
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                if (NamedHost is not null)
                    return "The request has two Host fields.";
                var port = value.IndexOf(':', Math.Max(value.LastIndexOf(']'), 0));
                NamedHost = (port < 0 ? value : value[..port]).Trim('[', ']');
            }
            else if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                if (++lengths > 1 || BodyLength < 0 || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
                    return "The request's length is not one number.";
                BodyLength = length;
            }
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                if (lengths > 0 || BodyLength < 0 || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                    return "The request's transfer encoding is not just chunked.";
                BodyLength = -1;
            }
            if (!Dropped.Contains(name))
                _fields.Add(line);
        }
        return null;
    }

    private string? CheckBody() => BodyLength < 0 && _version == "HTTP/1.0" ? "An HTTP/1.0 request has no chunks." : null;
}
