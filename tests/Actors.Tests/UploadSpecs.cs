using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Request bodies, with the real coordinator and network child and a real server.</summary>
public sealed class UploadSpecs : RealFetchSpecs
{
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
        await using var server = await Site.EchoingAsync();
        var result = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }).Soon();
        Assert.Equal(Site.Echoed("POST", body), Text(result));
    }

    [Theory]
    [InlineData(Chunk + 1)]
    [InlineData(100 * Chunk)]
    public async Task A_body_arrives_over_HTTP_2(int length)
    {
        var body = Bytes(length);
        await using var server = await Site.EchoingAsync(HttpProtocols.Http2);
        var result = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root + "/") { Method = "PUT", Body = body, Version = HttpVersionChoice.Http2 }).Soon();
        Assert.Equal(Site.Echoed("PUT", body), Text(result));
    }

    [Fact]
    public async Task Many_bodies_at_once_do_not_mix()
    {
        await using var server = await Site.EchoingAsync();
        var client = BrowserClient.For(Browser);
        var bodies = Enumerable.Range(0, 40).Select(static i => Bytes(Chunk + i * 7919)).ToArray();
        var results = await Task.WhenAll(bodies.Select(body => client.FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }))).Soon();
        Assert.Equal(bodies.Select(static body => Site.Echoed("POST", body)), results.Select(Text));
    }

    [Fact]
    public async Task A_body_that_is_cancelled_in_the_middle_leaves_the_next_one_whole()
    {
        using var arrived = new SemaphoreSlim(0);
        var body = Bytes(8 << 20);
        await using var server = await Site.HoldingAsync(arrived);
        var client = BrowserClient.For(Browser);
        using var patience = new CancellationTokenSource();
        var stuck = client.FetchAsync(new Fetch(server.Root + "/held") { Method = "POST", Body = body }, patience.Token);
        Assert.True(await arrived.WaitAsync(Deadline.Long));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck.Soon());
        var next = await client.FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }).Soon();
        Assert.Equal(Site.Echoed("POST", body), Text(next));
    }

    [Fact]
    public async Task A_network_process_that_dies_in_the_middle_of_a_body_costs_that_fetch_alone()
    {
        using var arrived = new SemaphoreSlim(0);
        var body = Bytes(8 << 20);
        await using var server = await Site.HoldingAsync(arrived);
        var client = BrowserClient.For(Browser);
        var stuck = client.FetchAsync(new Fetch(server.Root + "/held") { Method = "POST", Body = body });
        Assert.True(await arrived.WaitAsync(Deadline.Long));
        var child = (await Browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).ChildProcessId;
        await Signals.SendAsync(child, "KILL");
        Assert.Equal(FetchErrorKind.ChildLost, (await stuck.Soon()).Failure?.Kind);
        // Not sent yet: it waits for the next child, and is sent completely.
        var next = await client.FetchAsync(new Fetch(server.Root + "/") { Method = "POST", Body = body }).Soon();
        Assert.Equal(Site.Echoed("POST", body), Text(next));
    }
}
