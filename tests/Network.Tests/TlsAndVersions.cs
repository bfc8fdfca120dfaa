using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class TlsAndVersions
{
    private static Task Echo(HttpContext context) => context.Response.WriteAsync($"{context.Request.Protocol} {context.Request.Host}");

    [Fact]
    public async Task A_trusted_certificate_is_accepted_and_the_tls_time_is_known()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var site = await Site.StartAsync(Echo, certificate: certificate);
        using var engine = new EngineHarness(Args(trusted: certificate.ExportCertificatePem()));
        var fetch = await engine.FetchAsync(site.Root);
        Assert.Null(fetch.Error);
        Assert.StartsWith("HTTP/1.1", fetch.Text, StringComparison.Ordinal);
        Assert.True(fetch.Headers!.Value.Timings.Tls > TimeSpan.Zero);
        Assert.Equal($"127.0.0.1:{site.Port}", fetch.Headers.Value.RemoteAddress);
        Assert.Equal(TimeSpan.Zero, (await engine.FetchAsync(site.Root)).Headers!.Value.Timings.Tls);
    }

    [Fact]
    public async Task A_certificate_of_a_trusted_authority_is_accepted_by_name()
    {
        var (authority, server) = Certificates.Issued("localhost");
        using var a = authority;
        using var s = server;
        await using var site = await Site.StartAsync(Echo, certificate: server);
        using var engine = new EngineHarness(Args(trusted: authority.ExportCertificatePem()));
        Assert.Null((await engine.FetchAsync($"https://localhost:{site.Port}/")).Error);
        Assert.Equal(FetchErrorKind.Tls, (await engine.FailAsync(Request(site.Root))).Kind);
    }

    [Theory]
    [InlineData("127.0.0.1", -30, -2, true, "expired on")]
    [InlineData("127.0.0.1", 2, 30, true, "not valid before")]
    [InlineData("127.0.0.1", -1, 30, false, "self-signed")]
    [InlineData("other.example", -1, 30, true, "'other.example'")]
    public async Task What_is_wrong_with_a_certificate_is_said_clearly(string name, int from, int to, bool trusted, string expected)
    {
        using var certificate = Certificates.SelfSigned(name, from, to);
        await using var site = await Site.StartAsync(Echo, certificate: certificate);
        using var engine = new EngineHarness(Args(trusted: trusted ? certificate.ExportCertificatePem() : ""));
        var error = await engine.FailAsync(Request(site.Root));
        Assert.Equal(FetchErrorKind.Tls, error.Kind);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_authority_is_named()
    {
        var (authority, server) = Certificates.Issued("127.0.0.1");
        using var a = authority;
        using var s = server;
        await using var site = await Site.StartAsync(Echo, certificate: server);
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request(site.Root));
        Assert.Equal(FetchErrorKind.Tls, error.Kind);
        Assert.Contains("Test Authority", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_speak_tls_is_said_so()
    {
        await using var server = new RawServer(async (stream, stop) =>
        {
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), stop);
            await RawServer.ClosedByPeerAsync(stream, stop);
        });
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request($"https://127.0.0.1:{server.Port}/"));
        Assert.Equal(FetchErrorKind.Tls, error.Kind);
        Assert.Contains("does not speak TLS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_closes_during_the_handshake_is_said_so()
    {
        await using var server = new RawServer((_, _) => Task.CompletedTask);
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request($"https://127.0.0.1:{server.Port}/"));
        Assert.Equal(FetchErrorKind.Tls, error.Kind);
        Assert.Contains("handshake", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpVersionChoice.Any, "2")]
    [InlineData(HttpVersionChoice.Http2, "2")]
    [InlineData(HttpVersionChoice.Http11, "1.1")]
    public async Task Tls_negotiates_the_version_that_is_asked_for(HttpVersionChoice choice, string expected)
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var site = await Site.StartAsync(Echo, HttpProtocols.Http1AndHttp2, certificate);
        using var engine = new EngineHarness(Args(trusted: certificate.ExportCertificatePem()));
        var fetch = await engine.FetchAsync(Request(site.Root, version: choice));
        Assert.Equal(expected, fetch.Headers?.HttpVersion);
        Assert.Equal($"127.0.0.1:{site.Port}", fetch.Headers!.Value.RemoteAddress);
        Assert.Equal(AddressSpace.Loopback, fetch.Headers.Value.AddressSpace);
        Assert.True(fetch.Headers.Value.Timings.Tls > TimeSpan.Zero);
    }

    [Fact]
    public async Task Http2_in_clear_text_works_by_prior_knowledge_and_many_share_one_connection()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol + context.Connection.Id), HttpProtocols.Http2);
        using var engine = new EngineHarness();
        var fetches = Enumerable.Range(0, 50).Select(_ => engine.Start(Request(site.Root, version: HttpVersionChoice.Http2))).ToList();
        var connections = new HashSet<string>();
        foreach (var fetch in fetches)
        {
            await fetch.Done.WaitAsync(Patience);
            Assert.StartsWith("HTTP/2", fetch.Text, StringComparison.Ordinal);
            Assert.Equal($"127.0.0.1:{site.Port}", fetch.Headers!.Value.RemoteAddress);
            connections.Add(fetch.Text);
        }
        Assert.Single(connections);
    }

    [Fact]
    public async Task Asking_only_for_http2_where_there_is_none_is_a_protocol_failure()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var secure = await Site.StartAsync(Echo, HttpProtocols.Http1, certificate);
        await using var plain = await Site.StartAsync(Echo);
        using var engine = new EngineHarness(Args(trusted: certificate.ExportCertificatePem()));
        Assert.Equal(FetchErrorKind.Protocol, (await engine.FailAsync(Request(secure.Root, version: HttpVersionChoice.Http2))).Kind);
        Assert.Equal(FetchErrorKind.Protocol, (await engine.FailAsync(Request(plain.Root, version: HttpVersionChoice.Http2))).Kind);
    }

    [Fact]
    public async Task A_page_s_fetch_over_tls_to_this_machine_is_blocked_before_any_handshake()
    {
        using var certificate = Certificates.SelfSigned("127.0.0.1");
        await using var site = await Site.StartAsync(Echo, certificate: certificate);
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Blocked, (await engine.FailAsync(Request(site.Root, publicOnly: true))).Kind);
    }
}
