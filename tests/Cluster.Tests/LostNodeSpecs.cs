using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.ClusterTests;

/// <summary>What a request hears when its node is lost, has no room, leaves, or is not trusted.</summary>
public sealed class LostNodeSpecs
{
    [Fact]
    public async Task An_idempotent_fetch_is_made_once_more_elsewhere_and_another_one_fails_once()
    {
        using var arrived = new SemaphoreSlim(0);
        var requests = 0;
        await using var site = await Site.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref requests) <= 2)
                await Site.HoldAsync(context, arrived);
            else
                await context.Response.WriteAsync("again");
        });
        await using var front = await TestNode.StartAsync();
        var lost = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        var get = front.Client.FetchAsync(site.Root);
        var post = front.Client.FetchAsync(new FetchProtocol.Fetch(site.Root) { Method = "POST", Body = new byte[] { 1 } });
        await arrived.WaitAsync().Soon();
        await arrived.WaitAsync().Soon();
        await using var other = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(2);

        await lost.CrashAsync();
        Akka.Cluster.Cluster.Get(front.System).Down(lost.Address);

        Assert.Equal(FetchErrorKind.NodeLost, (await post.Soon()).Failure!.Kind);
        var made = await get.Soon();
        Assert.Equal("again", made.Response is { } response ? System.Text.Encoding.UTF8.GetString(response.Body.Span) : made.Failure!.ToString());
        Assert.Equal(3, requests);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task A_request_of_a_node_with_another_window_ends_and_gets_no_link()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("here"));
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.window = 8 MiB");
        await using var other = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster { window = 1 MiB, wait-timeout = 1s }");
        await using var same = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.window = 8 MiB");
        await same.LinkedAsync(1);
        Assert.NotNull((await same.Client.FetchAsync(site.Root).Soon()).Response);
        Assert.Equal(FetchErrorKind.NodesFull, (await other.Client.FetchAsync(site.Root).Soon()).Failure!.Kind);
        Assert.False(Assert.Single((await other.Cluster.Ask<ClusterProtocol.Nodes>(new ClusterProtocol.GetNodes(), Deadline.Long)).All).IsLinked);
    }

    [Fact]
    public async Task A_node_whose_browser_has_ended_gets_no_work()
    {
        await using var site = await Site.StartAsync(static context => context.Response.WriteAsync("here"));
        await using var front = await TestNode.StartAsync(hocon: "actorbrowser.cluster.wait-timeout = 1s");
        await using var ended = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        await (await ended.System.ActorSelection("/user/browser").ResolveOne(Deadline.Long)).GracefulStop(Deadline.Long);
        await front.UntilAsync(static known => !known.All.Single().Free.Any(static free => free > 0));
        Assert.Equal(FetchErrorKind.NodesFull, (await front.Client.FetchAsync(site.Root).Soon()).Failure!.Kind);
        await using var other = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(2);
        for (var i = 0; i < 20; i++)
            Assert.NotNull((await front.Client.FetchAsync(new FetchProtocol.Fetch(site.Root) { Method = "POST", Body = new byte[] { 1 } }).Soon()).Response);
    }

    [Fact]
    public async Task Without_room_a_request_waits_in_turn_and_is_refused_after_its_time()
    {
        using var arrived = new SemaphoreSlim(0);
        await using var site = await Site.HoldingAsync(arrived);
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.capacity.fetches = 1");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster { wait-timeout = 3s, max-waiting = 1 }");
        await front.LinkedAsync(1);
        using var cancel = new CancellationTokenSource();
        var running = front.Client.FetchAsync(site.Root + "/held", cancel.Token);
        await arrived.WaitAsync().Soon();

        var waiting = front.Client.FetchAsync(site.Root);
        await front.WaitingAsync(1);
        var refused = (await front.Client.FetchAsync(site.Root).Soon()).Failure!;
        Assert.Equal(FetchErrorKind.NodesFull, refused.Kind);
        Assert.Contains("max-waiting", refused.Message, StringComparison.Ordinal);
        var late = (await waiting.Soon()).Failure!;
        Assert.Equal(FetchErrorKind.NodesFull, late.Kind);
        Assert.Contains("wait-timeout", late.Message, StringComparison.Ordinal);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Soon());
        // The place is free again, and the next request gets it.
        await front.RoomAsync(WorkKind.Fetch);
        var next = await front.Client.FetchAsync(site.Root).Soon();
        Assert.True(next.Response is not null, next.Failure?.ToString());
    }

    [Fact]
    public async Task A_request_that_the_browser_node_has_no_room_for_is_placed_on_another_one()
    {
        using var arrived = new SemaphoreSlim(0);
        await using var site = await Site.HoldingAsync(arrived);
        const string one = "actorbrowser.cluster { capacity.fetches = 1, offer-interval = 1h, offer-lifetime = 2h }";
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: one);
        await using var other = await TestNode.StartAsync(browser, isBrowser: true, hocon: one);
        await using var front = await TestNode.StartAsync(browser);
        await using var second = await TestNode.StartAsync(browser);
        await front.LinkedAsync(2);
        await second.LinkedAsync(2);
        // Each takes both nodes' places, and the other front does not know it from an offer.
        var first = front.Client.FetchAsync(site.Root + "/held");
        await arrived.WaitAsync().Soon();
        var more = second.Client.FetchAsync(site.Root + "/held");
        await arrived.WaitAsync().Soon();
        Assert.False(first.IsCompleted || more.IsCompleted);
    }

    [Fact]
    public async Task A_node_that_leaves_finishes_its_work_and_gets_no_more()
    {
        var go = new TaskCompletionSource();
        using var arrived = new SemaphoreSlim(0);
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                arrived.Release();
                await go.Task;
            }
            await context.Response.WriteAsync("done");
        });
        await using var front = await TestNode.StartAsync();
        var leaving = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        var slow = front.Client.FetchAsync(site.Root + "/slow");
        await arrived.WaitAsync().Soon();
        await using var staying = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(2);

        var gone = leaving.DisposeAsync().AsTask();
        await front.LeavingAsync(1);
        for (var i = 0; i < 10; i++)
            Assert.NotNull((await front.Client.FetchAsync(site.Root).Soon()).Response);
        Assert.False(gone.IsCompleted);
        go.SetResult();
        Assert.NotNull((await slow.Soon()).Response);
        await gone.Soon();
    }

    [Fact]
    public async Task A_node_with_another_secret_gets_no_work_and_gives_none()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.secret = one");
        await using var stranger = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster { secret = other, wait-timeout = 1500ms }");
        await using var friend = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.secret = one");
        await friend.LinkedAsync(1);
        var refused = (await stranger.Client.FetchAsync("http://127.0.0.1:1/").Soon()).Failure!;
        Assert.Equal(FetchErrorKind.NodesFull, refused.Kind);
        Assert.Contains("linked", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_policy_of_the_browser_node_decides_what_others_may_ask()
    {
        await using var site = await Site.EchoingAsync();
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.policy { private-addresses = off, proxies = off }");
        await using var front = await TestNode.StartAsync(browser);
        await front.LinkedAsync(1);
        Assert.Equal(FetchErrorKind.Blocked, (await front.Client.FetchAsync(site.Root).Soon()).Failure!.Kind);
        var proxied = (await front.Client.FetchAsync(new FetchProtocol.Fetch(site.Root) { Proxy = "socks5://127.0.0.1:1" }).Soon()).Failure!;
        Assert.Equal(FetchErrorKind.Blocked, proxied.Kind);
        Assert.Contains("actorbrowser.cluster.policy.proxies", proxied.Message, StringComparison.Ordinal);
    }
}
