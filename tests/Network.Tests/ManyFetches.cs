using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>Many concurrent fetches of one child.</summary>
public sealed class ManyFetches
{
    [Fact]
    public async Task Two_hundred_fetches_at_once_are_each_answered_with_their_own_body()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync(new string('x', 3000) + context.Request.Path));
        using var engine = new EngineHarness();
        var fetches = Enumerable.Range(0, 200).Select(i => (i, engine.Start(Request($"{site.Root}/{i}")))).ToList();
        foreach (var (i, fetch) in fetches)
            Assert.EndsWith($"x/{i}", (await fetch.Done.WaitAsync(Patience)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_waits_for_no_others_that_do_not_come()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(context => context.Request.Path == "/slow" ? release.Task : context.Response.WriteAsync("quick"));
        using var engine = new EngineHarness(Args(connections: 100));
        var slow = Enumerable.Range(0, 60).Select(_ => engine.Start(Request(site.Root + "/slow"))).ToList();
        for (var i = 0; i < 50; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 1 + (i % 3)).Select(_ => engine.FetchAsync(site.Root + "/quick")));
            await engine.FlushedAsync().WaitAsync(Patience);
        }
        Assert.All(slow, static one => Assert.False(one.Done.IsCompleted));
        release.SetResult();
        await Task.WhenAll(slow.Select(static one => one.Done)).WaitAsync(Patience);
    }

    [Fact]
    public async Task Answers_come_in_the_order_the_servers_give_them()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
                await release.Task;
            await context.Response.WriteAsync(context.Request.Path);
        });
        using var engine = new EngineHarness();
        var slow = engine.Start(Request(site.Root + "/slow"));
        await engine.FetchAsync(site.Root + "/quick");
        Assert.False(slow.Done.IsCompleted);
        release.SetResult();
        Assert.Equal("/slow", (await slow.Done.WaitAsync(Patience)).Text);
    }

    [Fact]
    public async Task More_fetches_than_allowed_are_refused_at_once()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async _ => await release.Task);
        using var engine = new EngineHarness(Args(maxConcurrent: 2));
        var first = engine.Start(Request(site.Root));
        var second = engine.Start(Request(site.Root));
        Assert.Equal(FetchErrorKind.Unavailable, (await engine.FailAsync(Request(site.Root))).Kind);
        release.SetResult();
        await first.Done.WaitAsync(Patience);
        await second.Done.WaitAsync(Patience);
        Assert.Null((await engine.FetchAsync(site.Root)).Error);
    }

    [Fact]
    public void A_second_request_with_the_id_of_a_pending_one_is_a_violation()
    {
        using var engine = new EngineHarness();
        using var socket = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        socket.Start();
        var request = Request($"http://127.0.0.1:{((System.Net.IPEndPoint)socket.LocalEndpoint).Port}/");
        Assert.Null(engine.Engine.Start(7, request));
        Assert.Equal(ViolationKind.OutOfState, engine.Engine.Start(7, request)?.Kind);
    }
}
