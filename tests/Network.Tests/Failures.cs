using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorBrowser.Transport;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class Failures
{
    [Theory]
    [InlineData("", FetchErrorKind.InvalidUrl)]
    [InlineData(" ", FetchErrorKind.InvalidUrl)]
    [InlineData("/etc/passwd", FetchErrorKind.InvalidUrl)]
    [InlineData("//example.org/", FetchErrorKind.InvalidUrl)]
    [InlineData("example.org", FetchErrorKind.InvalidUrl)]
    [InlineData("page.html?x=1", FetchErrorKind.InvalidUrl)]
    [InlineData("http://", FetchErrorKind.InvalidUrl)]
    [InlineData("http://[::1", FetchErrorKind.InvalidUrl)]
    [InlineData("http://a b/", FetchErrorKind.InvalidUrl)]
    [InlineData("http://host:0/", FetchErrorKind.InvalidUrl)]
    [InlineData("http://host:65536/", FetchErrorKind.InvalidUrl)]
    [InlineData("http://host/\r\nX: y", FetchErrorKind.InvalidUrl)]
    [InlineData("http://host/\0", FetchErrorKind.InvalidUrl)]
    [InlineData("http://host/\u007f", FetchErrorKind.InvalidUrl)]
    [InlineData("ht\ttp://host/", FetchErrorKind.InvalidUrl)]
    [InlineData("file:///etc/passwd", FetchErrorKind.UnsupportedScheme)]
    [InlineData("FILE:/etc/passwd", FetchErrorKind.UnsupportedScheme)]
    [InlineData("javascript:alert(1)", FetchErrorKind.UnsupportedScheme)]
    [InlineData("ftp://host/", FetchErrorKind.UnsupportedScheme)]
    [InlineData("data:text/plain,hello", FetchErrorKind.UnsupportedScheme)]
    [InlineData("blob:http://host/1", FetchErrorKind.UnsupportedScheme)]
    [InlineData("ws://host/", FetchErrorKind.UnsupportedScheme)]
    [InlineData("localhost:80", FetchErrorKind.UnsupportedScheme)]
    public async Task A_url_that_cannot_be_fetched_is_refused_with_its_kind(string url, FetchErrorKind kind)
    {
        using var engine = new EngineHarness();
        Assert.Equal(kind, (await engine.FailAsync(Request(url))).Kind);
    }

    [Fact]
    public async Task A_url_of_ten_megabytes_is_refused_with_a_short_sentence()
    {
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request("http://127.0.0.1/" + new string('a', 10_000_000)));
        Assert.Equal(FetchErrorKind.InvalidUrl, error.Kind);
        Assert.InRange(error.Message.Length, 10, 200);
    }

    [Theory]
    [InlineData("X-A", "a\r\nX-B: b")]
    [InlineData("X-A", "a\nb")]
    [InlineData("X-A", "a\0b")]
    [InlineData("X-A", "\u20ac")]
    [InlineData("X A", "a")]
    [InlineData("X-A\r\n", "a")]
    [InlineData("", "a")]
    [InlineData(":authority", "a")]
    [InlineData("Content-Length", "5")]
    [InlineData("Content-Length", "x")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("Connection", "keep-alive")]
    [InlineData("Upgrade", "websocket")]
    [InlineData("Expect", "100-continue")]
    [InlineData("Proxy-Authorization", "Basic x")]
    [InlineData("Host", "a b")]
    [InlineData("Host", "")]
    public async Task A_header_that_cannot_be_sent_is_an_invalid_request(string name, string value)
    {
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.InvalidRequest, (await engine.FailAsync(Request("http://127.0.0.1:1/", headers: [new(name, value)]))).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GE T")]
    [InlineData("GET\r\n")]
    [InlineData("CONNECT")]
    public async Task A_method_that_is_none_is_an_invalid_request(string method)
    {
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.InvalidRequest, (await engine.FailAsync(Request("http://127.0.0.1:1/", method))).Kind);
    }

    [Fact]
    public async Task A_body_longer_than_declared_is_an_invalid_request()
    {
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.InvalidRequest, (await engine.FailAsync(Request("http://127.0.0.1:1/", "POST", body: [1, 2, 3], bodyLength: 2))).Kind);
        Assert.Equal(FetchErrorKind.InvalidRequest, (await engine.FailAsync(Request("http://127.0.0.1:1/", "POST", body: [1], bodyLength: -1))).Kind);
    }

    [Fact]
    public async Task A_port_where_nothing_listens_refuses()
    {
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request($"http://127.0.0.1:{FreePort()}/"));
        Assert.Equal(FetchErrorKind.Refused, error.Kind);
        Assert.Equal(FetchErrorKind.Refused, (await engine.FailAsync(Request($"https://127.0.0.1:{FreePort()}/"))).Kind);
    }

    [Fact]
    public async Task A_name_that_cannot_exist_is_a_dns_failure()
    {
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Dns, (await engine.FailAsync(Request($"http://{new string('a', 70)}.invalid/"))).Kind);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nNoColon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")]
    [InlineData("")]
    public async Task A_server_that_breaks_http_is_a_protocol_failure(string answer)
    {
        await using var server = RawServer.Answering(answer);
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Protocol, (await engine.FailAsync(Request(server.Root))).Kind);
    }

    [Fact]
    public async Task A_close_in_the_middle_of_the_body_keeps_what_came_and_then_fails_once()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(server.Root);
        Assert.Equal("short", fetch.Text);
        Assert.Equal(FetchErrorKind.Protocol, fetch.Error?.Kind);
        Assert.Contains("middle of the body", fetch.Error!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_the_body_is_a_protocol_failure()
    {
        var got = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"u8.ToArray(), stop);
            await got.Task;
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close();
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(server.Root));
        await fetch.Received(5);
        got.SetResult();
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Protocol, fetch.Error?.Kind);
    }

    [Fact]
    public async Task Headers_beyond_the_limit_are_too_large()
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 20_000)}\r\nContent-Length: 0\r\n\r\n");
        using var engine = new EngineHarness(Args(headerBytes: 8192));
        Assert.Equal(FetchErrorKind.TooLarge, (await engine.FailAsync(Request(server.Root))).Kind);
    }

    [Fact]
    public async Task More_fields_than_a_frame_may_carry_are_too_large()
    {
        var fields = new StringBuilder();
        for (var i = 0; i < 1100; i++)
            fields.Append(null, $"X-{i}: {i}\r\n");
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n");
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.TooLarge, (await engine.FailAsync(Request(server.Root))).Kind);
    }

    [Fact]
    public async Task Headers_that_do_not_fit_a_frame_are_too_large()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var engine = new EngineHarness { Refuse = type => type == MessageType.FetchHeaders ? WriteOutcome.TooLarge : WriteOutcome.Queued };
        Assert.Equal(FetchErrorKind.TooLarge, (await engine.FailAsync(Request(server.Root))).Kind);
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", true)]
    public async Task A_body_beyond_the_limit_is_too_large_and_one_at_the_limit_is_not(string answer, bool headersCome)
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\n" + answer);
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(server.Root, max: 10));
        Assert.Equal(FetchErrorKind.TooLarge, fetch.Error?.Kind);
        Assert.Equal(headersCome, fetch.Headers is not null);
        Assert.InRange(fetch.Body.Length, 0, 10);
        Assert.Null((await engine.FetchAsync(Request(server.Root, max: 11))).Error);
    }

    [Fact]
    public async Task A_bomb_is_stopped_at_the_limit_of_decoded_bytes()
    {
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "br";
            await using var brotli = new System.IO.Compression.BrotliStream(context.Response.Body, System.IO.Compression.CompressionLevel.Fastest);
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 64; i++)
                await brotli.WriteAsync(zeros, context.RequestAborted);
        });
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(site.Root, max: 1_000_000));
        Assert.Equal(FetchErrorKind.TooLarge, fetch.Error?.Kind);
        Assert.InRange(fetch.Body.Length, 0, 1_000_000);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
