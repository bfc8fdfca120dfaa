using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Request bodies, by the real coordinator and the real network child to a real server.</summary>
public sealed class UploadSpecs : TestKit
{
    private const int Chunk = 64 << 10;
    private const int Window = 256 << 10;

    private static readonly string Overrides = $$"""
        akka.loglevel = ERROR
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        actorbrowser.restart.min-backoff = 1ms
        """;

    private readonly IActorRef _browser;

    public UploadSpecs() : base(Overrides) => _browser = Sys.StartActorBrowser();

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static string Text(FetchResult result) =>
        result.Match(static response => Encoding.UTF8.GetString(response.Body.Span), static failure => $"{failure.Kind}: {failure.Message}");

    public static TheoryData<int> Sizes => new(
        0, 1,
        Chunk - 1, Chunk, Chunk + 1,
        Window - 1, Window, Window + 1,
        Chunk + Window - 1, Chunk + Window, Chunk + Window + 1,
        (1 << 20) - 1, 1 << 20, (1 << 20) + 1,
        100 * Chunk, 100 * Window, 64 << 20);

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_body_arrives_whole_and_once_whatever_its_size(int length)
    {
        var body = Bytes(length);
        await using var server = await Echo.StartAsync();
        var result = await BrowserClient.For(_browser).FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }).Soon();
        Assert.Equal(Echo.Expected("POST", body), Text(result));
    }

    [Theory]
    [InlineData(Chunk + 1)]
    [InlineData(100 * Chunk)]
    public async Task A_body_arrives_over_HTTP_2(int length)
    {
        var body = Bytes(length);
        await using var server = await Echo.StartAsync(HttpProtocols.Http2);
        var result = await BrowserClient.For(_browser).FetchAsync(new Fetch(server.Root + "/") { Method = "PUT", Body = body, Version = HttpVersionChoice.Http2 }).Soon();
        Assert.Equal(Echo.Expected("PUT", body), Text(result));
    }

    [Fact]
    public async Task Many_bodies_at_once_do_not_mix()
    {
        await using var server = await Echo.StartAsync();
        var client = BrowserClient.For(_browser);
        var bodies = Enumerable.Range(0, 40).Select(static i => Bytes(Chunk + i * 7919)).ToArray();
        var results = await Task.WhenAll(bodies.Select(body => client.FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }))).Soon();
        Assert.Equal(bodies.Select(static body => Echo.Expected("POST", body)), results.Select(Text));
    }
}
