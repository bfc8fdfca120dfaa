using System.Collections.Concurrent;
using System.Text;
using ActorBrowser.Transport;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>The bytes that are sent, and when a connection is used again.</summary>
public sealed class HttpRuleSpecs
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    private static RawServer Recording(ConcurrentQueue<string> heads, Func<string, string>? answer = null) => new(async (stream, stop) =>
    {
        var head = await RawServer.ReadHeadAsync(stream, stop);
        heads.Enqueue(head);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(answer?.Invoke(head.Split(' ')[1]) ?? Ok), stop);
    });

    [Theory]
    [InlineData("/%41%7e%2D", "/%41%7e%2D")]
    [InlineData("/?sig=%41%7e", "/?sig=%41%7e")]
    [InlineData("/%c3%a9", "/%c3%a9")]
    [InlineData("/%zz", "/%zz")]
    [InlineData("/100%", "/100%")]
    [InlineData("/a%2Fb/%2E/c", "/a%2Fb/c")]
    [InlineData("/?x=%28(", "/?x=%28(")]
    [InlineData("/a//b", "/a//b")]
    [InlineData("/日本?q=é", "/%E6%97%A5%E6%9C%AC?q=%C3%A9")]
    [InlineData("?q", "/?q")]
    [InlineData("/x#fragment", "/x")]
    public async Task A_url_is_sent_as_it_was_given(string given, string sent)
    {
        var heads = new ConcurrentQueue<string>();
        await using var server = Recording(heads);
        using var engine = new EngineHarness();
        Assert.Equal("ok", (await engine.FetchAsync(server.Root + given)).Text);
        Assert.Equal($"GET {sent} HTTP/1.1", Assert.Single(heads).Split("\r\n")[0]);
    }

    [Theory]
    [InlineData("/ziel/日本語", "/ziel/%E6%97%A5%E6%9C%AC%E8%AA%9E")]
    [InlineData("/بخش?q=é", "/%D8%A8%D8%AE%D8%B4?q=%C3%A9")]
    [InlineData("é", "/dir/%C3%A9")]
    [InlineData("//127.0.0.1:PORT/é%41", "/%C3%A9%41")]
    [InlineData("?ü", "/dir/start?%C3%BC")]
    [InlineData("\\back\\slash", "/back/slash")]
    public async Task Raw_bytes_of_a_location_are_asked_for_as_those_bytes(string location, string asked)
    {
        var heads = new ConcurrentQueue<string>();
        var port = 0;
        await using var server = Recording(heads, path => path != "/dir/start" ? Ok
            : $"HTTP/1.1 302 F\r\nLocation: {location.Replace("PORT", $"{port}", StringComparison.Ordinal)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        port = server.Port;
        using var engine = new EngineHarness();
        Assert.Null((await engine.FetchAsync(server.Root + "/dir/start")).Error);
        Assert.Equal([$"GET /dir/start HTTP/1.1", $"GET {asked} HTTP/1.1"], heads.Select(static head => head.Split("\r\n")[0]));
    }

    [Fact]
    public async Task An_empty_location_leads_nowhere()
    {
        var heads = new ConcurrentQueue<string>();
        await using var server = Recording(heads, static _ => "HTTP/1.1 302 F\r\nLocation: \r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(server.Root);
        Assert.Equal((302, "ok"), (fetch.Headers!.Value.Status, fetch.Text));
        Assert.Single(heads);
    }

    [Theory]
    [InlineData("GET", 0, false)]
    [InlineData("GET", -1, false)]
    [InlineData("HEAD", 0, false)]
    [InlineData("OPTIONS", 0, false)]
    [InlineData("DELETE", 0, false)]
    [InlineData("POST", 0, true)]
    [InlineData("PUT", 0, true)]
    [InlineData("POST", -1, true)]
    public async Task An_empty_body_is_declared_only_where_the_method_has_one(string method, long length, bool declared)
    {
        var heads = new ConcurrentQueue<string>();
        await using var server = Recording(heads);
        using var engine = new EngineHarness();
        Assert.Null((await engine.FetchAsync(Request(server.Root, method, bodyLength: length))).Error);
        Assert.Equal(declared, Assert.Single(heads).Contains("Content-Length: 0", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("user", "user:")]
    [InlineData("user:", "user:")]
    [InlineData(":secret", ":secret")]
    [InlineData("a%40b:c%3Ad", "a@b:c:d")]
    [InlineData("%C3%A9:x", "é:x")]
    public async Task Credentials_have_a_colon(string given, string sent)
    {
        var heads = new ConcurrentQueue<string>();
        await using var server = Recording(heads);
        using var engine = new EngineHarness();
        Assert.Null((await engine.FetchAsync($"http://{given}@127.0.0.1:{server.Port}/")).Error);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(sent))}\r\n", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("0x7f.1")]
    [InlineData("１２７。1")]
    public async Task However_an_address_is_spelled_it_is_reached(string host)
    {
        var heads = new ConcurrentQueue<string>();
        await using var server = Recording(heads);
        using var engine = new EngineHarness();
        Assert.Equal("ok", (await engine.FetchAsync($"http://{host}:{server.Port}/")).Text);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("DELETE")]
    public async Task A_request_over_a_kept_connection_that_the_server_closes_is_made_again(string method)
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), stop);
            await RawServer.ReadHeadAsync(stream, stop);
        });
        using var engine = new EngineHarness();
        for (var i = 0; i < 5; i++)
            Assert.Equal(204, (await engine.FetchAsync(Request(server.Root, method))).Headers?.Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_POST_waits_for_a_server_that_closes_after_an_answer_and_has_not_said_so(bool hasBody)
    {
        var heads = new ConcurrentQueue<string>();
        var close = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            heads.Enqueue(await RawServer.ReadHeadAsync(stream, stop));
            if (hasBody)
                await stream.ReadExactlyAsync(new byte[4], stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
            await close.Task;
        });
        using var engine = new EngineHarness();
        engine.Engine.ClosingTime = EngineHarness.Patience;
        var request = Request(server.Root, "POST", body: hasBody ? "body"u8.ToArray() : null);
        Assert.Equal("ok", (await engine.FetchAsync(request)).Text);
        // It gets the pooled connection, and writes nothing to it.
        var second = engine.Start(request);
        close.SetResult();
        Assert.Equal((null, "ok"), ((await second.Done.WaitAsync(EngineHarness.Patience)).Error?.Message, second.Text));
        Assert.Equal((2, 2), (heads.Count, server.Accepted));
    }

    [Fact]
    public async Task A_server_that_keeps_connections_gets_every_POST_over_one()
    {
        await using var server = new RawServer(static async (stream, stop) =>
        {
            while ((await RawServer.ReadHeadAsync(stream, stop)).Length > 0)
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
        });
        using var engine = new EngineHarness();
        for (var i = 0; i < 20; i++)
            Assert.Equal("ok", (await engine.FetchAsync(Request(server.Root, "POST"))).Text);
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData("Content-Length: 2\r\nContent-Length: 5", "two lengths, Content-Length 2 and 5")]
    [InlineData("Transfer-Encoding: chunked\v", "Transfer-Encoding is 'chunked")]
    [InlineData("Transfer-Encoding: \fchunked", "Transfer-Encoding is '")]
    [InlineData("Transfer-Encoding: chunked\u0085", "Transfer-Encoding is 'chunked")]
    [InlineData("Transfer-Encoding: \u00a0chunked", "Transfer-Encoding is '")]
    [InlineData("Content-Length: 2\u00a0", "Content-Length is '2")]
    [InlineData("Content-Length: 2\r\nContent-Length: 2", null)]
    [InlineData("Content-Length: +2", "Content-Length is '+2'")]
    [InlineData("Content-Length: two", "Content-Length is 'two'")]
    [InlineData("Content-Length: 99999999999999999999", "Content-Length is '99999999999999999999'")]
    [InlineData("Transfer-Encoding: gzip, chunked", "Transfer-Encoding is 'gzip, chunked'")]
    [InlineData("Transfer-Encoding: xchunked", "Transfer-Encoding is 'xchunked'")]
    [InlineData("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Transfer-Encoding is 'identity, chunked'")]
    public async Task An_answer_whose_end_is_in_doubt_is_none(string fields, string? problem)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\n{fields}\r\n\r\nok");
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(server.Root);
        Assert.Equal(problem is null ? null : FetchErrorKind.Protocol, fetch.Error?.Kind);
        Assert.Contains(problem ?? "", fetch.Error?.Message ?? "");
    }

    [Fact]
    public async Task A_connection_of_HTTP_1_0_ends_with_its_answer()
    {
        var second = new ConcurrentQueue<string>();
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
            // Left open: a client that trusts it sends its next request here.
            if (await RawServer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
                second.Enqueue(head);
        });
        using var engine = new EngineHarness();
        for (var i = 0; i < 5; i++)
            Assert.Equal("ok", (await engine.FetchAsync(Request(server.Root, i % 2 == 0 ? "GET" : "POST"))).Text);
        var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => engine.FetchAsync(server.Root)));
        Assert.All(all, static fetch => Assert.Equal((null, "ok"), (fetch.Error?.Message, fetch.Text)));
        Assert.Empty(second);
    }

    [Theory]
    [InlineData(2, "ok", true)]
    [InlineData(9, "ok", false)]
    [InlineData(1, "ok", false)]
    [InlineData(5, "", false)]
    public async Task An_HTTP_2_body_is_as_long_as_it_says(int declared, string body, bool complete)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            // SETTINGS; then to stream 1: ":status: 200", "content-length: N" and the data.
            await stream.WriteAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 }, stop);
            await WaitForHeadersAsync(stream, stop);
            await stream.WriteAsync(new byte[] { 0, 0, 5, 1, 4, 0, 0, 0, 1, 0x88, 0x0f, 0x0d, 1, (byte)('0' + declared) }, stop);
            await stream.WriteAsync((byte[])[0, 0, (byte)body.Length, 0, 1, 0, 0, 0, 1, .. Encoding.ASCII.GetBytes(body)], stop);
            await RawServer.ClosedByPeerAsync(stream, stop);
        });
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(server.Root, version: HttpVersionChoice.Http2));
        Assert.Equal(complete ? null : FetchErrorKind.Protocol, fetch.Error?.Kind);
    }

    private static async Task WaitForHeadersAsync(System.Net.Sockets.NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[65536];
        await stream.ReadExactlyAsync(buffer.AsMemory(0, 24), stop);
        while (true)
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 9), stop);
            var type = buffer[3];
            await stream.ReadExactlyAsync(buffer.AsMemory(0, buffer[0] << 16 | buffer[1] << 8 | buffer[2]), stop);
            if (type == 1)
                return;
        }
    }

    [Theory]
    [InlineData("gzip", "H4sIAAAAAAAAA8vPBgBH3dx5Bg==")]
    [InlineData("br", "//////8=")]
    [InlineData("deflate", "eJz/////")]
    public async Task A_damaged_body_is_called_a_body(string coding, string base64)
    {
        await using var server = await Site.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            await context.Response.Body.WriteAsync(Convert.FromBase64String(base64));
        });
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request(server.Root + "/"));
        Assert.Equal(FetchErrorKind.Protocol, error.Kind);
        Assert.Contains("The body of", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("archive", error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
