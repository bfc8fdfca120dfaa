using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class PolicyAtConnect
{
    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://0177.0.0.1:{0}/")]
    [InlineData("http://127.1:{0}/")]
    [InlineData("http://0.0.0.0:{0}/")]
    [InlineData("http://0:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://LOCALHOST.:{0}/")]
    [InlineData("http://foo.localhost:{0}/")]
    [InlineData("http://127。0。0。1:{0}/")]
    [InlineData("http://10.0.0.1:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("https://192.168.1.1/")]
    [InlineData("http://[fe80::1]/")]
    public async Task A_page_cannot_reach_this_machine_or_a_private_network_however_it_is_written(string url)
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request(string.Format(null, url, server.Port), publicOnly: true));
        Assert.Equal(FetchErrorKind.Blocked, error.Kind);
        Assert.Equal(0, server.Accepted);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://127.1:{0}/")]
    public async Task The_embedder_may(string url)
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("private"));
        using var engine = new EngineHarness();
        Assert.Equal("private", (await engine.FetchAsync(string.Format(null, url, site.Port))).Text);
    }

    [Fact]
    public async Task A_name_that_resolves_to_a_private_address_is_blocked_and_the_sentence_names_both()
    {
        using var engine = new EngineHarness(resolver: new ScriptedResolver("10.1.2.3"));
        var error = await engine.FailAsync(Request("http://intranet.example/", publicOnly: true));
        Assert.Equal(FetchErrorKind.Blocked, error.Kind);
        Assert.Contains("10.1.2.3", error.Message, StringComparison.Ordinal);
        Assert.Contains("intranet.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_changes_its_mind_between_two_connections_gains_nothing()
    {
        // The exception makes one address count as public: the first answer may be reached, the second may not.
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("first");
        });
        var resolver = new ScriptedResolver("127.0.0.1", "127.0.0.2", "10.0.0.1");
        using var engine = new EngineHarness(Args(allowed: ["127.0.0.1/32"]), resolver);
        var url = $"http://rebind.example:{site.Port}/";
        Assert.Equal("first", (await engine.FetchAsync(Request(url, publicOnly: true))).Text);
        Assert.Equal(FetchErrorKind.Blocked, (await engine.FailAsync(Request(url, publicOnly: true))).Kind);
        Assert.Equal(FetchErrorKind.Blocked, (await engine.FailAsync(Request(url, publicOnly: true))).Kind);
        Assert.Equal(3, resolver.Lookups);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_permitted_ones_are_tried()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(context.Connection.LocalIpAddress!.ToString()));
        using var engine = new EngineHarness(Args(allowed: ["127.0.0.1/32"]), new ListResolver("127.0.0.2", "10.0.0.1", "127.0.0.1", "::1"));
        Assert.Equal("127.0.0.1", (await engine.FetchAsync(Request($"http://many.example:{site.Port}/", publicOnly: true))).Text);
    }

    [Theory]
    [InlineData("http://127.0.0.2:{0}/secret")]
    [InlineData("//127.0.0.2:{0}/secret")]
    [InlineData("http://[::ffff:7f00:2]:{0}/secret")]
    public async Task A_redirect_from_where_a_page_may_go_to_where_it_may_not_is_blocked(string target)
    {
        var secrets = 0;
        Site? site = null;
        site = await Site.StartAsync(context =>
        {
            if (context.Request.Path == "/secret")
                secrets++;
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = string.Format(null, target, site!.Port);
            return Task.CompletedTask;
        });
        await using var _ = site;
        using var engine = new EngineHarness(Args(allowed: ["127.0.0.1/32"]), new ScriptedResolver("127.0.0.1"));
        var error = await engine.FailAsync(Request($"http://public.example:{site.Port}/", publicOnly: true));
        Assert.Equal(FetchErrorKind.Blocked, error.Kind);
        Assert.Equal(0, secrets);
    }

    [Fact]
    public async Task A_connection_of_the_embedder_never_serves_a_page()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("warm"));
        using var engine = new EngineHarness();
        Assert.Equal("warm", (await engine.FetchAsync(site.Root)).Text);
        Assert.Equal(FetchErrorKind.Blocked, (await engine.FailAsync(Request(site.Root, publicOnly: true))).Kind);
        Assert.Equal("warm", (await engine.FetchAsync(site.Root)).Text);
    }

    [Fact]
    public async Task A_name_without_an_address_or_an_answer_is_a_dns_failure()
    {
        using var nobody = new EngineHarness(resolver: new ListResolver());
        Assert.Equal(FetchErrorKind.Dns, (await nobody.FailAsync(Request("http://nowhere.example/"))).Kind);
        using var failing = new EngineHarness(resolver: new FailingResolver());
        var error = await failing.FailAsync(Request("http://nowhere.example/"));
        Assert.Equal(FetchErrorKind.Dns, error.Kind);
        Assert.Contains("nowhere.example", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_first_address_is_stepped_over()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("alive"));
        // Nothing listens on ::1 at this port: it refuses at once, or there is no IPv6 at all.
        using var engine = new EngineHarness(resolver: new ListResolver("::1", "127.0.0.1"));
        Assert.Equal("alive", (await engine.FetchAsync($"http://dual.example:{site.Port}/")).Text);
    }

    private sealed class ScriptedResolver(params string[] answers) : INameResolver
    {
        private readonly ConcurrentQueue<string> _answers = new(answers);
        private int _lookups;

        internal int Lookups => _lookups;

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _lookups);
            Assert.True(_answers.TryDequeue(out var answer));
            return Task.FromResult<IPAddress[]>([IPAddress.Parse(answer)]);
        }
    }

    private sealed class ListResolver(params string[] addresses) : INameResolver
    {
        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
            Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());
    }

    private sealed class FailingResolver : INameResolver
    {
        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
            Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound));
    }
}
