using System.Globalization;
using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>The variables by which programs find the proxy of a named egress.</summary>
internal static class EgressVariables
{
    private static readonly string Address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{WorldNetwork.ProxyPort}");

    /// <summary>Names and values. A program that knows none of them connects by name or address all the same.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> All { get; } =
    [
        new("http_proxy", $"http://{Address}"), new("HTTP_PROXY", $"http://{Address}"),
        new("https_proxy", $"http://{Address}"), new("HTTPS_PROXY", $"http://{Address}"),
        new("ftp_proxy", $"http://{Address}"), new("FTP_PROXY", $"http://{Address}"),
        new("all_proxy", $"socks5h://{Address}"), new("ALL_PROXY", $"socks5h://{Address}"),
        new("no_proxy", ""), new("NO_PROXY", ""),
        new("npm_config_proxy", $"http://{Address}"), new("npm_config_https_proxy", $"http://{Address}"), new("npm_config_noproxy", ""),
        new("NODE_USE_ENV_PROXY", "1"), new("PIP_PROXY", $"http://{Address}"), new("CARGO_HTTP_PROXY", $"http://{Address}"),
    ];
}
