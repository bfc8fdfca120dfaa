using System.Text;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class BasicFetches
{
    [Fact]
    public async Task A_page_arrives_with_status_headers_body_and_counts()
    {
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.Headers["X-Two"] = new(["one", "two"]);
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = 5;
            await context.Response.WriteAsync("hello");
        });
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(site.Root + "/hello");
        Assert.Null(fetch.Error);
        Assert.Equal(200, fetch.Headers!.Value.Status);
        Assert.Equal("1.1", fetch.Headers.Value.HttpVersion);
        Assert.Equal(site.Root + "/hello", fetch.Headers.Value.FinalUrl);
        Assert.Equal("text/plain", fetch.Header("content-type"));
        Assert.Equal(["one", "two"], fetch.Headers.Value.Headers.Where(h => h.Name == "X-Two").Select(h => h.Value));
        Assert.Equal(5, fetch.Headers.Value.ContentLength);
        Assert.Equal($"127.0.0.1:{site.Port}", fetch.Headers.Value.RemoteAddress);
        Assert.Equal(AddressSpace.Loopback, fetch.Headers.Value.AddressSpace);
        Assert.Equal("hello", fetch.Text);
        Assert.Equal(5, fetch.End!.Value.BodyBytes);
        Assert.Equal(5, fetch.End.Value.WireBytes);
        Assert.True(fetch.End.Value.TotalTime >= fetch.Headers.Value.Timings.FirstByte);
        Assert.True(fetch.Headers.Value.Timings.Connect > TimeSpan.Zero);
        Assert.Equal(0, engine.Engine.Pending);
    }

    [Fact]
    public async Task A_second_fetch_reuses_the_connection_and_has_no_connect_time()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Connection.Id));
        using var engine = new EngineHarness();
        var first = await engine.FetchAsync(site.Root);
        var second = await engine.FetchAsync(site.Root);
        Assert.Equal(first.Text, second.Text);
        Assert.True(first.Headers!.Value.Timings.Connect > TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, second.Headers!.Value.Timings.Connect);
        Assert.Equal(first.Headers.Value.RemoteAddress, second.Headers.Value.RemoteAddress);
    }

    [Fact]
    public async Task Method_headers_and_body_reach_the_server_as_given()
    {
        await using var site = await Site.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = context.Request;
            await context.Response.WriteAsync(
                $"{request.Method} {request.Headers["X-Name"]} {request.ContentType} {request.ContentLength} {request.Headers.UserAgent} {await reader.ReadToEndAsync()}");
        });
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(site.Root, "PUT", [new("X-Name", " Ümlaut "), new("Content-Type", "text/x")], Encoding.UTF8.GetBytes("body")));
        Assert.Equal("PUT Ümlaut text/x 4 ActorBrowser-Tests body", fetch.Text);
    }

    [Fact]
    public async Task A_given_user_agent_and_host_replace_the_default_ones()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync($"{context.Request.Headers.UserAgent} {context.Request.Host} {context.Request.Headers.Accept}"));
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(site.Root, headers: [new("User-Agent", "me"), new("Host", "example.org"), new("accept", "text/html")]));
        Assert.Equal("me example.org text/html", fetch.Text);
    }

    [Fact]
    public async Task Nothing_is_sent_that_nobody_asked_for()
    {
        await using var site = await Site.StartAsync(context =>
            context.Response.WriteAsync(string.Join(' ', context.Request.Headers.Select(h => h.Key).Order())));
        using var engine = new EngineHarness(Args(userAgent: ""));
        using var activity = new System.Diagnostics.Activity("outer").Start();
        var fetch = await engine.FetchAsync(Request(site.Root, decompress: false));
        Assert.Equal("Accept Host", fetch.Text);
    }

    [Fact]
    public async Task Cookies_are_not_kept()
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Cookies.Append("a", "b");
            return context.Response.WriteAsync(context.Request.Headers.Cookie.ToString());
        });
        using var engine = new EngineHarness();
        Assert.Contains("a=b", (await engine.FetchAsync(site.Root)).Header("Set-Cookie"), StringComparison.Ordinal);
        Assert.Equal("", (await engine.FetchAsync(site.Root)).Text);
    }

    [Theory]
    [InlineData("GET", 204)]
    [InlineData("GET", 304)]
    [InlineData("HEAD", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("DELETE", 404)]
    [InlineData("PROPFIND", 207)]
    public async Task An_answer_without_a_body_ends_at_once(string method, int status)
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            if (method == "HEAD")
                context.Response.ContentLength = 1_000_000;
            return Task.CompletedTask;
        });
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(Request(site.Root, method, max: 10, credit: 0));
        Assert.Null(fetch.Error);
        Assert.Equal(status, fetch.Headers!.Value.Status);
        Assert.Equal(0, fetch.Chunks);
    }

    [Fact]
    public async Task An_empty_url_credential_is_sent_as_basic_authorization_and_hidden_from_the_final_url()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Request.Headers.Authorization.ToString()));
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync($"http://us%65r:pass@127.0.0.1:{site.Port}/x");
        Assert.Equal("Basic " + Convert.ToBase64String("user:pass"u8), fetch.Text);
        Assert.Equal($"http://127.0.0.1:{site.Port}/x", fetch.Headers!.Value.FinalUrl);
    }

    [Fact]
    public async Task A_chunked_body_with_trailers_ends_cleanly()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-T: 1\r\n\r\n");
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(server.Root);
        Assert.Equal("hello world", fetch.Text);
        Assert.Equal(-1, fetch.Headers!.Value.ContentLength);
    }

    [Fact]
    public async Task A_body_that_ends_with_its_connection_is_whole()
    {
        await using var server = RawServer.Answering("HTTP/1.0 200 OK\r\n\r\nall of it");
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(server.Root);
        Assert.Equal("all of it", fetch.Text);
        Assert.Equal("1.0", fetch.Headers!.Value.HttpVersion);
    }

    [Fact]
    public async Task Interim_answers_are_passed_over()
    {
        await using var server = RawServer.Answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var engine = new EngineHarness();
        Assert.Equal("ok", (await engine.FetchAsync(server.Root)).Text);
    }

    [Fact]
    public async Task Header_bytes_above_ascii_come_through_one_character_a_byte()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nX-Raw: \u00e9\u00ff\r\nContent-Length: 0\r\n\r\n");
        using var engine = new EngineHarness();
        Assert.Equal("\u00e9\u00ff", (await engine.FetchAsync(server.Root)).Header("X-Raw"));
    }

    [Fact]
    public async Task A_pooled_connection_that_the_server_has_closed_is_replaced_without_a_failure()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
            // Takes the next request's first byte and closes.
            await stream.ReadExactlyAsync(new byte[1], stop);
        });
        using var engine = new EngineHarness();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal("ok", (await engine.FetchAsync(server.Root)).Text);
            Assert.Equal(i, server.Accepted);
        }
    }

    [Fact]
    public void A_user_agent_that_is_no_header_value_is_refused_with_a_sentence() =>
        Assert.Contains("user agent", Assert.Throws<FormatException>(() => new EngineHarness(Args(userAgent: "a\r\nb"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_small_answer_is_flushed_once()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var engine = new EngineHarness();
        await engine.FetchAsync(server.Root);
        Assert.InRange(engine.Flushes, 0, 1);
    }

    [Theory]
    [InlineData("GET", HttpProtocols.Http1, null)]
    [InlineData("HEAD", HttpProtocols.Http1, null)]
    [InlineData("OPTIONS", HttpProtocols.Http1, null)]
    [InlineData("DELETE", HttpProtocols.Http1, null)]
    [InlineData("GET", HttpProtocols.Http2, null)]
    [InlineData("DELETE", HttpProtocols.Http2, null)]
    [InlineData("POST", HttpProtocols.Http1, "0")]
    [InlineData("PUT", HttpProtocols.Http1, "0")]
    public async Task A_header_about_content_makes_no_content(string method, HttpProtocols protocols, string? declared)
    {
        await using var site = await Site.StartAsync(
            context =>
            {
                context.Response.Headers["X-Seen"] =
                    $"{context.Request.ContentType}|{context.Request.Headers.ContentLanguage}|{context.Request.Headers.ContentLength}|{context.Request.Headers.TransferEncoding}";
                return Task.CompletedTask;
            },
            protocols);
        using var engine = new EngineHarness();
        HeaderField[] headers = [new("Content-Type", "application/json"), new("Content-Language", "en")];
        var version = protocols == HttpProtocols.Http2 ? HttpVersionChoice.Http2 : HttpVersionChoice.Any;
        for (var i = 0; i < 2; i++)
        {
            var record = await engine.FetchAsync(Request(site.Root, method, headers, version: version));
            Assert.Equal($"application/json|en|{declared}|", record.Headers?.ValueOf("X-Seen"));
        }
    }
}
