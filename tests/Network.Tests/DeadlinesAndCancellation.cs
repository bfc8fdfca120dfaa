using System.Net;
using System.Net.Sockets;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class DeadlinesAndCancellation
{
    [Fact]
    public async Task A_name_server_that_is_silent_runs_into_the_connect_timeout()
    {
        using var engine = new EngineHarness(resolver: new SilentResolver());
        var error = await engine.FailAsync(Request("http://slow.example/", connect: 50, firstByte: 20_000, total: 25_000));
        Assert.Equal(FetchErrorKind.Timeout, error.Kind);
        Assert.Contains("connect timeout of 50 ms", error.Message, StringComparison.Ordinal);
        Assert.Contains("name lookup", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_accepts_no_connection_runs_into_the_connect_timeout()
    {
        // A listener with a full backlog drops SYNs, as a dead host does.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var endPoint = (IPEndPoint)listener.LocalEndPoint!;
        var fillers = new List<Socket>();
        for (var i = 0; i < 4; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            fillers.Add(filler);
            _ = filler.ConnectAsync(endPoint).ContinueWith(static t => _ = t.Exception, TaskScheduler.Default);
        }
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request($"http://127.0.0.1:{endPoint.Port}/", connect: 100));
        fillers.ForEach(f => f.Dispose());
        Assert.Equal(FetchErrorKind.Timeout, error.Kind);
        Assert.Contains("TCP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_never_ends_runs_into_the_connect_timeout()
    {
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ClosedByPeerAsync(stream, stop);
            closed.SetResult();
        });
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request($"https://127.0.0.1:{server.Port}/", connect: 100));
        Assert.Equal(FetchErrorKind.Timeout, error.Kind);
        Assert.Contains("TLS handshake", error.Message, StringComparison.Ordinal);
        await closed.Task.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(HttpVersionChoice.Http11, "Accept", "GET")]
    [InlineData(HttpVersionChoice.Http2, "Accept", "GET")]
    [InlineData(HttpVersionChoice.Http11, "Content-Type", "GET")]
    [InlineData(HttpVersionChoice.Http2, "Content-Type", "GET")]
    [InlineData(HttpVersionChoice.Http11, "Content-Type", "POST")]
    public async Task A_server_that_does_not_begin_to_answer_runs_into_the_first_byte_timeout(HttpVersionChoice version, string header, string method)
    {
        var aborted = new TaskCompletionSource();
        await using var site = await Site.StartAsync(
            async context => await UntilAbortedAsync(context, aborted),
            version == HttpVersionChoice.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request(site.Root, method, [new(header, "text/plain")], version: version, firstByte: 100, total: 20_000));
        Assert.Equal(FetchErrorKind.Timeout, error.Kind);
        Assert.Contains("first-byte timeout of 100 ms", error.Message, StringComparison.Ordinal);
        await aborted.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_body_that_never_ends_runs_into_the_total_timeout_and_not_into_the_first_byte_one()
    {
        var aborted = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            await context.Response.WriteAsync("begin");
            await context.Response.Body.FlushAsync();
            await UntilAbortedAsync(context, aborted);
        });
        using var engine = new EngineHarness();
        var error = await engine.FailAsync(Request(site.Root, firstByte: 200, total: 600));
        Assert.Equal(FetchErrorKind.Timeout, error.Kind);
        Assert.Contains("within 600 ms: its total timeout", error.Message, StringComparison.Ordinal);
        await aborted.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_first_byte_clock_does_not_run_while_a_request_waits_for_a_connection()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/first")
            {
                await context.Response.WriteAsync("a");
                await context.Response.Body.FlushAsync();
                await release.Task;
            }
            await context.Response.WriteAsync("b");
        });
        using var engine = new EngineHarness(Args(connections: 1));
        var first = engine.Start(Request(site.Root + "/first"));
        await first.Received(1);
        var second = engine.Start(Request(site.Root + "/second", firstByte: 50));
        var third = engine.Start(Request(site.Root + "/third", total: 300));
        await third.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Timeout, third.Error?.Kind);
        release.SetResult();
        await second.Done.WaitAsync(Patience);
        Assert.Equal("b", second.Text);
    }

    [Fact]
    public async Task Generous_deadlines_disturb_nothing()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("fine"));
        using var engine = new EngineHarness();
        Assert.Equal("fine", (await engine.FetchAsync(Request(site.Root, connect: int.MaxValue, firstByte: int.MaxValue, total: int.MaxValue))).Text);
    }

    [Theory]
    [InlineData(HttpVersionChoice.Http11, false)]
    [InlineData(HttpVersionChoice.Http11, true)]
    [InlineData(HttpVersionChoice.Http2, false)]
    [InlineData(HttpVersionChoice.Http2, true)]
    public async Task A_cancel_stops_the_transfer_at_the_server(HttpVersionChoice version, bool inBody)
    {
        var arrived = new TaskCompletionSource();
        var aborted = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            if (inBody)
            {
                await context.Response.WriteAsync("begin");
                await context.Response.Body.FlushAsync();
            }
            arrived.SetResult();
            await UntilAbortedAsync(context, aborted);
        }, version == HttpVersionChoice.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root, version: version));
        await arrived.Task.WaitAsync(Patience);
        if (inBody)
            await fetch.Received(5);
        engine.Engine.Cancel(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Cancelled, fetch.Error?.Kind);
        await aborted.Task.WaitAsync(Patience);
        Assert.Equal(0, engine.Engine.Pending);
    }

    [Fact]
    public async Task A_cancel_while_waiting_for_credit_closes_the_connection()
    {
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            await RawServer.ReadHeadAsync(stream, stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"u8.ToArray(), stop);
            await RawServer.ClosedByPeerAsync(stream, stop);
            closed.SetResult();
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(server.Root, credit: 2));
        await fetch.Received(2);
        engine.Engine.Cancel(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Cancelled, fetch.Error?.Kind);
        await closed.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_cancel_while_connecting_ends_at_once_and_gives_the_handshake_up()
    {
        var connected = new TaskCompletionSource();
        var closed = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            connected.SetResult();
            await RawServer.ClosedByPeerAsync(stream, stop);
            closed.SetResult();
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request($"https://127.0.0.1:{server.Port}/"));
        await connected.Task.WaitAsync(Patience);
        engine.Engine.Cancel(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Cancelled, fetch.Error?.Kind);
        await closed.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Late_unknown_and_repeated_control_frames_reach_nobody()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync("x"));
        using var engine = new EngineHarness();
        var fetch = await engine.FetchAsync(site.Root);
        for (var i = 0; i < 2; i++)
        {
            engine.Engine.Cancel(fetch.Id);
            engine.Engine.AddCredit(fetch.Id, long.MaxValue);
            engine.Engine.EndUpload(fetch.Id);
            Assert.Null(engine.Engine.Upload(999, new FetchBodyChunk(0, new byte[] { 1 })));
            engine.Engine.Cancel(999);
        }
        Assert.Null(fetch.Error);
    }

    [Fact]
    public async Task Under_racing_cancels_deadlines_and_ends_every_fetch_ends_exactly_once()
    {
        await using var site = await Site.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync("second");
        });
        using var engine = new EngineHarness();
        var fetches = new List<FetchRecord>();
        for (var i = 0; i < 600; i++)
        {
            var fetch = engine.Start(Request(site.Root, total: 1 + i % 7, credit: i % 5 == 0 ? 3 : long.MaxValue));
            fetches.Add(fetch);
            if (i % 3 == 0)
                _ = Task.Run(() => engine.Engine.Cancel(fetch.Id));
            if (i % 5 == 0)
                _ = Task.Run(() => engine.Engine.AddCredit(fetch.Id, 100));
            if (i % 50 == 49)
                await fetch.Done.WaitAsync(Patience);
        }
        foreach (var fetch in fetches)
        {
            await fetch.Done.WaitAsync(Patience);
            Assert.True(fetch.End is null != fetch.Error is null);
            Assert.False(fetch.SpokeAfterItsEnd);
        }
        Assert.Equal(0, engine.Engine.Pending);
    }

    [Fact]
    public async Task A_stop_ends_every_pending_fetch_before_it_returns()
    {
        await using var site = await Site.StartAsync(context => UntilAbortedAsync(context, new TaskCompletionSource()));
        using var engine = new EngineHarness();
        var fetches = Enumerable.Range(0, 20).Select(_ => engine.Start(Request(site.Root))).ToList();
        engine.Engine.Stop();
        Assert.All(fetches, f => Assert.Equal(FetchErrorKind.Cancelled, f.Error?.Kind));
        Assert.Equal(FetchErrorKind.Unavailable, (await engine.FailAsync(Request(site.Root))).Kind);
    }

    private static async Task UntilAbortedAsync(HttpContext context, TaskCompletionSource aborted)
    {
        var done = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(() =>
        {
            aborted.TrySetResult();
            done.TrySetResult();
        });
        await done.Task;
    }

    private sealed class SilentResolver : INameResolver
    {
        public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        }
    }
}
