using System.Text;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class Redirects
{
    private static Task<Site> EchoBehindAsync(int status, string location) => Site.StartAsync(async context =>
    {
        if (context.Request.Path == "/start")
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location;
            await context.Response.WriteAsync("moved");
            return;
        }
        using var reader = new StreamReader(context.Request.Body);
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} " +
            $"type={context.Request.ContentType} body={await reader.ReadToEndAsync()}");
    });

    [Theory]
    [InlineData(301, "GET", "GET", false)]
    [InlineData(301, "POST", "GET", false)]
    [InlineData(301, "PUT", "PUT", true)]
    [InlineData(302, "POST", "GET", false)]
    [InlineData(302, "DELETE", "DELETE", true)]
    [InlineData(303, "POST", "GET", false)]
    [InlineData(303, "PUT", "GET", false)]
    [InlineData(307, "POST", "POST", true)]
    [InlineData(308, "POST", "POST", true)]
    [InlineData(308, "PUT", "PUT", true)]
    public async Task Method_and_body_change_as_the_fetch_standard_says(int status, string method, string next, bool keepsBody)
    {
        await using var site = await EchoBehindAsync(status, "/end?q");
        using var engine = new EngineHarness();
        var body = method == "GET" ? null : "data"u8.ToArray();
        var fetch = await engine.FetchAsync(Request(site.Root + "/start", method, body is null ? [] : [new("Content-Type", "a/b")], body));
        Assert.Equal(keepsBody ? $"{next} /end?q type=a/b body=data" : $"{next} /end?q type= body=", fetch.Text);
        Assert.Equal([new RedirectHop(status, site.Root + "/start")], fetch.Headers!.Value.Redirects);
        Assert.Equal(site.Root + "/end?q", fetch.Headers.Value.FinalUrl);
    }

    [Fact]
    public async Task A_head_stays_a_head_after_303()
    {
        string? method = null;
        await using var site = await Site.StartAsync(context =>
        {
            method = context.Request.Method;
            if (context.Request.Path == "/start")
                context.Response.Redirect("/end");
            if (context.Request.Path == "/start")
                context.Response.StatusCode = 303;
            return Task.CompletedTask;
        });
        using var engine = new EngineHarness();
        await engine.FetchAsync(Request(site.Root + "/start", "HEAD"));
        Assert.Equal("HEAD", method);
    }

    [Theory]
    [InlineData("end", "/a/end")]
    [InlineData("../end", "/end")]
    [InlineData("/b/./c/../end", "/b/end")]
    [InlineData("?x=1", "/a/start?x=1")]
    [InlineData("end#there", "/a/end")]
    [InlineData("  /trimmed  ", "/trimmed")]
    [InlineData("/sp ace", "/sp%20ace")]
    [InlineData("/uml\u00c3\u00a4ut", "/uml%C3%A4ut")]
    [InlineData("/lat\u00e4in", "/lat%E4in")]
    public async Task A_location_is_resolved_against_the_url_that_answered(string location, string expected)
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            while (await RawServer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
            {
                var target = head.Split(' ')[1];
                var answer = target == "/a/start"
                    ? $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
                    : $"HTTP/1.1 200 OK\r\nContent-Length: {target.Length}\r\n\r\n{target}";
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stop);
            }
        });
        using var engine = new EngineHarness();
        Assert.Equal(expected, (await engine.FetchAsync(server.Root + "/a/start")).Text);
    }

    [Fact]
    public async Task A_fragment_is_inherited_unless_the_location_has_its_own()
    {
        await using var site = await EchoBehindAsync(302, "/end");
        using var engine = new EngineHarness();
        Assert.EndsWith("/end#here", (await engine.FetchAsync(site.Root + "/start#here")).Headers!.Value.FinalUrl, StringComparison.Ordinal);
        await using var other = await EchoBehindAsync(302, "/end#there");
        Assert.EndsWith("/end#there", (await engine.FetchAsync(other.Root + "/start#here")).Headers!.Value.FinalUrl, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("ftp://example.org/")]
    [InlineData("http://")]
    [InlineData("http://[::1")]
    [InlineData("http://host:99999/")]
    public async Task A_location_that_is_no_http_url_ends_the_fetch(string location)
    {
        await using var server = RawServer.Answering($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Redirect, (await engine.FailAsync(Request(server.Root))).Kind);
    }

    [Fact]
    public async Task A_redirect_without_location_and_one_that_may_not_be_followed_are_the_answer()
    {
        await using var bare = RawServer.Answering("HTTP/1.1 302 Found\r\nContent-Length: 4\r\n\r\nbare");
        await using var site = await EchoBehindAsync(302, "/end");
        using var engine = new EngineHarness();
        Assert.Equal("bare", (await engine.FetchAsync(bare.Root)).Text);
        var unfollowed = await engine.FetchAsync(Request(site.Root + "/start", redirects: 0));
        Assert.Equal(302, unfollowed.Headers!.Value.Status);
        Assert.Equal("/end", unfollowed.Header("Location"));
        Assert.Equal("moved", unfollowed.Text);
    }

    [Fact]
    public async Task A_loop_ends_at_the_limit_and_a_chain_within_it_is_followed()
    {
        await using var site = await Site.StartAsync(context =>
        {
            var left = int.Parse(context.Request.Path.Value![1..]);
            if (left > 0)
                context.Response.Redirect($"/{left - 1}");
            return Task.CompletedTask;
        });
        await using var loop = await Site.StartAsync(context =>
        {
            context.Response.Redirect("/");
            return Task.CompletedTask;
        });
        using var engine = new EngineHarness();
        var chain = await engine.FetchAsync(Request(site.Root + "/5", redirects: 5));
        Assert.Equal(["/5", "/4", "/3", "/2", "/1"], chain.Headers!.Value.Redirects.Select(r => new Uri(r.Url).AbsolutePath));
        var tooLong = await engine.FailAsync(Request(site.Root + "/6", redirects: 5));
        Assert.Equal(FetchErrorKind.Redirect, tooLong.Kind);
        Assert.Contains("5", tooLong.Message, StringComparison.Ordinal);
        Assert.Equal(FetchErrorKind.Redirect, (await engine.FailAsync(Request(loop.Root))).Kind);
    }

    [Fact]
    public async Task Secrets_stay_with_their_origin_and_come_along_within_it()
    {
        await using var other = await Site.StartAsync(Echo);
        await using var site = await Site.StartAsync(context =>
        {
            if (context.Request.Path == "/away")
                context.Response.Redirect(other.Root + "/there");
            else if (context.Request.Path == "/near")
                context.Response.Redirect("/there");
            else
                return Echo(context);
            return Task.CompletedTask;
        });
        using var engine = new EngineHarness();
        HeaderField[] headers = [new("Authorization", "A"), new("Cookie", "C=1"), new("X-Plain", "P"), new("Host", "override.example")];
        Assert.Equal("A C=1 P override.example", (await engine.FetchAsync(Request(site.Root + "/near", headers: headers))).Text);
        Assert.Equal($"  P 127.0.0.1:{other.Port}", (await engine.FetchAsync(Request(site.Root + "/away", headers: headers))).Text);

        static Task Echo(HttpContext context) => context.Response.WriteAsync(
            $"{context.Request.Headers.Authorization} {context.Request.Headers.Cookie} {context.Request.Headers["X-Plain"]} {context.Request.Host}");
    }

    [Fact]
    public async Task A_downgrade_to_clear_text_is_followed_without_referer_and_secrets()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var plain = await Site.StartAsync(context => context.Response.WriteAsync($"[{context.Request.Headers.Referer}{context.Request.Headers.Authorization}]"));
        await using var secure = await Site.StartAsync(context =>
        {
            context.Response.Redirect(plain.Root);
            return Task.CompletedTask;
        }, certificate: certificate);
        using var engine = new EngineHarness(Args(trusted: certificate.ExportCertificatePem()));
        var fetch = await engine.FetchAsync(Request(secure.Root, headers: [new("Referer", "https://a/"), new("Authorization", "A")]));
        Assert.Equal("[]", fetch.Text);
    }

    [Fact]
    public async Task A_redirect_s_connection_carries_the_next_hop()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            while (await RawServer.ReadHeadAsync(stream, stop) is { Length: > 0 } head)
                await stream.WriteAsync(Encoding.Latin1.GetBytes(head.StartsWith("GET /end", StringComparison.Ordinal)
                    ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
                    : "HTTP/1.1 301 Moved\r\nLocation: /end\r\nContent-Length: 5\r\n\r\nmoved"), stop);
        });
        using var engine = new EngineHarness();
        Assert.Equal("ok", (await engine.FetchAsync(server.Root)).Text);
        Assert.Equal(1, server.Accepted);
    }

    [Fact]
    public async Task A_redirect_with_an_endless_body_is_followed_all_the_same()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            var head = await RawServer.ReadHeadAsync(stream, stop);
            if (head.StartsWith("GET /end", StringComparison.Ordinal))
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
                return;
            }
            await stream.WriteAsync("HTTP/1.1 302 Found\r\nLocation: /end\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), stop);
            await RawServer.ClosedByPeerAsync(stream, stop);
        });
        using var engine = new EngineHarness();
        Assert.Equal("ok", (await engine.FetchAsync(server.Root)).Text);
    }
}
