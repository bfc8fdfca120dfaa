using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.TabsTests;

/// <summary>Proxies: Debian's Dante, whose log names each client.</summary>
public sealed class IdentitySpecs : BrowserSpecs
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-socks-").FullName;

    private async Task<(Process Proxy, int Port)> StartProxyAsync()
    {
        var port = FreePort();
        var secret = await HashAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "passwd"), "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\nalice:x:1001:1001::/:/bin/sh\nbob:x:1002:1002::/:/bin/sh\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "shadow"), $"root:*:1::::::\nnobody:*:1::::::\nalice:{secret}:1::::::\nbob:{secret}:1::::::\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "group"), "root:x:0:\nnogroup:x:65534:\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "danted.conf"), $$"""
            logoutput: stderr
            internal: 127.0.0.1 port = {{port}}
            external: lo
            socksmethod: username
            clientmethod: none
            {{(Environment.IsPrivilegedProcess ? "user.privileged: root" : "")}}
            client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect }
            socks pass { from: 127.0.0.0/8 to: 0.0.0.0/0 log: connect }
            """);
        var start = new ProcessStartInfo("/usr/sbin/danted", ["-f", Path.Combine(_folder, "danted.conf"), "-p", Path.Combine(_folder, "pid")])
        {
            RedirectStandardError = true,
            Environment =
            {
                ["LD_PRELOAD"] = "libnss_wrapper.so",
                ["NSS_WRAPPER_PASSWD"] = Path.Combine(_folder, "passwd"),
                ["NSS_WRAPPER_SHADOW"] = Path.Combine(_folder, "shadow"),
                ["NSS_WRAPPER_GROUP"] = Path.Combine(_folder, "group"),
            },
        };
        var proxy = Process.Start(start)!;
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        proxy.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
                _log.Add(line.Data ?? "");
            if (line.Data is null)
                running.TrySetException(new InvalidOperationException("Dante did not start: " + string.Join('\n', _log)));
            else if (line.Data.Contains("running", StringComparison.Ordinal))
                running.TrySetResult();
        };
        proxy.BeginErrorReadLine();
        await running.Task.Soon();
        return (proxy, port);
    }

    private readonly List<string> _log = [];

    private static async Task<string> HashAsync()
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl", ["passwd", "-6", "secret"]) { RedirectStandardOutput = true })!;
        return (await openssl.StandardOutput.ReadToEndAsync()).Trim();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [FactNeeds("dante-server", "libnss-wrapper", "openssl")]
    public async Task Each_identity_reaches_the_proxy_under_its_own_name_and_names_are_resolved_there()
    {
        var seen = new List<string>();
        var site = await ServeAsync(context =>
        {
            seen.Add($"{context.Request.Host.Host}{context.Request.Path}");
            return HtmlAsync(context, "<title>reached</title>");
        });
        var (proxy, port) = await StartProxyAsync();
        using (proxy)
        {
            var byName = site.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
            foreach (var name in new[] { "alice", "bob" })
            {
                var tab = await OpenAsync(new TabProtocol.OpenTab { Identity = new NetworkIdentity("127.0.0.1", port, name, "secret") });
                Assert.Equal("reached", (await tab.NavigateAsync($"{byName}/{name}").Soon()).Document.Title);
            }
            Assert.Equal(["localhost/alice", "localhost/bob"], seen);
            var stranger = await OpenAsync(new TabProtocol.OpenTab { Identity = new NetworkIdentity("127.0.0.1", port) });
            Assert.Contains("refused the user and the password", (await Assert.ThrowsAsync<PageException>(() => stranger.NavigateAsync(byName).Soon())).Message, StringComparison.Ordinal);
            lock (_log)
            {
                Assert.Contains(_log, static line => line.Contains("username%alice", StringComparison.Ordinal));
                Assert.Contains(_log, static line => line.Contains("username%bob", StringComparison.Ordinal));
            }
            // Without the proxy nothing is fetched; there is no direct connection.
            proxy.Kill(entireProcessTree: true);
            await proxy.WaitForExitAsync();
            var orphan = await OpenAsync(new TabProtocol.OpenTab { Identity = new NetworkIdentity("127.0.0.1", port, "alice", "secret") });
            Assert.Contains("cannot be used", (await Assert.ThrowsAsync<PageException>(() => orphan.NavigateAsync(byName).Soon())).Message, StringComparison.Ordinal);
            Assert.Equal(2, seen.Count);
        }
        Directory.Delete(_folder, true);
    }
}
