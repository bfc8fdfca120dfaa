using System.Globalization;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Attempts by commands to reach what no rule grants. One port of an address and the name localhost are granted; whether something arrived
/// elsewhere is counted there. Without a proxy, as outside, each attempt goes straight to its target.
/// </summary>
internal sealed class EgressAttempts(CliBrowser browser, ProbeRange range, EgressTarget target, CancellationToken cancellation)
{
    // $1 host, $2 port: a tunnel on descriptor 3, or a connection if there is no proxy.
    private const string Tunnel = """
        tunnel() {
          if [ -z "$http_proxy" ]; then exec 3<>/dev/tcp/$1/$2; return; fi
          exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT %s:%s HTTP/1.1\r\n\r\n' $1 $2 >&3 && read -t 10 line <&3 && [[ $line == *' 200 '* ]] || exit 1
          while read -t 10 line <&3 && [ "$line" != $'\r' ]; do :; done
        }
        """;

    // A ClientHello for other.example: a header, version, random, no session, one suite, no compression, the server's name.
    private const string Greeting = @"\x16\x03\x01\x00C\x01\x00\x00\x3f\x03\x0300000000000000000000000000000000\x00\x00\x02\x13\x01\x01\x00\x00\x14\x00\x00\x00\x10\x00\x0e\x00\x00\x0bother.examp";

    private const string Socks = """
        if [ -z "$http_proxy" ]; then exec 3<>/dev/tcp/127.0.0.1/PORT; exit; fi
        exec 3<>/dev/tcp/127.0.0.1/3128 && printf '\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\xHH\xLL' >&3 && head -c 4 <&3 | od -An -tx1 | grep -q '05 00 05 00'
        """;

    /// <summary>Every attempt: its name, and what holds if it fails.</summary>
    internal static IReadOnlyList<(string Name, string Protection, Func<EgressAttempts, string> Script)> All { get; } =
    [
        ("egress-address", "a command connects to no address that no rule grants", static self => $"exec 3<>/dev/tcp/127.0.0.1/{Port(self.Target.Other)}"),
        ("egress-address6", "nor to one of IPv6", static self => $"exec 3<>/dev/tcp/::1/{Port(self.Target.Other6)}"),
        ("egress-datagram", "no datagram leaves its network", static self => $"echo x > /dev/udp/127.0.0.1/{Port(self.Target.Datagrams)}"),
        ("egress-name", "a name that no rule grants is not resolved, so none carries anything out", static _ => "getent ahostsv4 secret.actorbrowser-probe.invalid"),
        ("egress-no-proxy", "a command that ignores the proxy reaches no more", static self => $"no_proxy='*' NO_PROXY='*' curl -s -m 10 http://127.0.0.1:{Port(self.Target.Other)}/"),
        ("egress-redirect", "a redirect leads to no host that no rule grants", static self => $"curl -s -m 10 -L http://127.0.0.1:{Port(self.Target.Granted)}/"),
        ("egress-greeting", "a TLS greeting for another host does not reach a granted one", static self => $"{Tunnel}\ntunnel 127.0.0.1 {Port(self.Target.Granted)}; printf '{Greeting}' >&3; read -t 2 line <&3"),
        ("egress-rebind", "a granted name does not lead to a private address", static self => $"{Tunnel}\ntunnel localhost {Port(self.Target.Other)}"),
        ("egress-port", "the proxy connects to no port that no rule grants", static self => $"{Tunnel}\ntunnel 127.0.0.1 {Port(self.Target.Other)}"),
        ("egress-socks", "nor does it for a client of SOCKS", static self => Socks.Replace("PORT", Port(self.Target.Other), StringComparison.Ordinal)
            .Replace("HH", (self.Target.Other >> 8).ToString("x2", CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("LL", (self.Target.Other & 255).ToString("x2", CultureInfo.InvariantCulture), StringComparison.Ordinal)),
        ("egress-control", "the proxy does not connect to itself", static _ => "[ -n \"$http_proxy\" ] || exit 1\n" + Tunnel + "\ntunnel 127.0.0.1 3128 && exit 0"),
    ];

    private EgressTarget Target => target;

    /// <summary>Makes one attempt.</summary>
    /// <param name="script">From <see cref="All"/>.</param>
    /// <param name="profile">Null for none: without a sandbox.</param>
    /// <param name="hasEgress">Whether rules apply to the profile.</param>
    /// <returns>Whether it succeeded.</returns>
    internal async Task<bool> TryAsync(Func<EgressAttempts, string> script, string? profile, bool hasEgress)
    {
        await target.TakeArrivedAsync().ConfigureAwait(false);
        var spawn = new Spawn(["bash", "-c", script(this)])
        {
            Profile = profile,
            Folder = range.Workspace,
            Egress = hasEgress ? [$"127.0.0.1:{Port(target.Granted)}", "localhost:*"] : null,
            TotalTimeout = TimeSpan.FromSeconds(30),
        };
        var end = await BrowserClient.For(browser.Browser).Commands.RunAsync(spawn, cancellation).ConfigureAwait(false);
        // These two are not seen by a server.
        return await target.TakeArrivedAsync().ConfigureAwait(false) || (end.Exit is { ShellCode: 0 } && script(this) is var text && (text.StartsWith("getent", StringComparison.Ordinal) || text.EndsWith("exit 0", StringComparison.Ordinal)));
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);
}
