using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.TabsTests;

/// <summary>
/// The addresses that a page's resources may reach. Everything that arrives through a proxy counts as public, so a SOCKS server that
/// connects every name to one local port serves a public page without a public address.
/// </summary>
public sealed class PageResourceSpecs : BrowserSpecs
{
    private static readonly string[] Loopback = ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "a.localhost.", "[::1]", "[::ffff:127.0.0.1]"];

    [Fact]
    public async Task A_public_page_reaches_no_loopback_by_its_resources_neither_directly_nor_by_redirect()
    {
        var seen = new List<string>();
        var port = 0;
        var site = new Uri(await ServeAsync(context =>
        {
            var path = context.Request.Path.Value!;
            lock (seen)
                seen.Add(path);
            if (path.StartsWith("/to/", StringComparison.Ordinal))
            {
                context.Response.Redirect($"http://{Loopback[int.Parse(path[4..], null)]}:{port}/secret");
                return Task.CompletedTask;
            }
            return HtmlAsync(context, "<title>page</title>");
        }));
        port = site.Port;
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var serving = ServeProxyAsync(proxy, site.Port);
        var tab = await OpenAsync(new TabProtocol.OpenTab { Identity = new NetworkIdentity("127.0.0.1", ((IPEndPoint)proxy.LocalEndpoint).Port) });
        await tab.NavigateAsync("http://page.test/").Soon();

        Assert.Equal(200, (await tab.FetchResourceAsync("http://page.test/part").Soon()).Status);
        for (var i = 0; i < Loopback.Length; i++)
        {
            var direct = await Assert.ThrowsAsync<PageException>(() => tab.FetchResourceAsync($"http://{Loopback[i]}:{site.Port}/secret").Soon());
            var redirected = await Assert.ThrowsAsync<PageException>(() => tab.FetchResourceAsync($"http://page.test/to/{i}").Soon());
            Assert.All([direct, redirected], static refused => Assert.Contains("public page", refused.Message, StringComparison.Ordinal));
        }
        lock (seen)
            Assert.DoesNotContain("/secret", seen);
        proxy.Stop();
        await serving;
    }

    [Fact]
    public async Task A_page_of_this_machine_reaches_its_own_resources_and_without_a_page_there_are_none()
    {
        var site = await ServeAsync(static context => HtmlAsync(context, "<title>page</title>"));
        var tab = await OpenAsync(new TabProtocol.OpenTab());
        await Assert.ThrowsAsync<PageException>(() => tab.FetchResourceAsync(site).Soon());
        await tab.NavigateAsync(site).Soon();
        Assert.Equal(200, (await tab.FetchResourceAsync(site).Soon()).Status);
        Assert.Contains("is not an http or https URL", (await Assert.ThrowsAsync<PageException>(() => tab.FetchResourceAsync("file:///etc/passwd").Soon())).Message, StringComparison.Ordinal);
    }

    private static async Task ServeProxyAsync(TcpListener listener, int target)
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptTcpClientAsync(), target);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped with its test.
        }
    }

    private static async Task RelayAsync(TcpClient client, int target)
    {
        using var _ = client;
        var stream = client.GetStream();
        var buffer = new byte[256];
        async Task ReadAsync(int count) => await stream.ReadExactlyAsync(buffer.AsMemory(0, count));
        await ReadAsync(2);
        await ReadAsync(buffer[1]);
        await stream.WriteAsync(new byte[] { 5, 2 });
        await ReadAsync(2);
        int user = buffer[1];
        await ReadAsync(user + 1);
        await ReadAsync(buffer[user]);
        await stream.WriteAsync(new byte[] { 1, 0 });
        await ReadAsync(5);
        await ReadAsync(buffer[4] + 2);
        await stream.WriteAsync(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1, 0, 80 });
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(IPAddress.Loopback, target);
        await Task.WhenAny(stream.CopyToAsync(upstream.GetStream()), upstream.GetStream().CopyToAsync(stream));
    }
}
