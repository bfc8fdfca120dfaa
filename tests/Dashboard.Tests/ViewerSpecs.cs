using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ActorBrowser.Dashboard;
using Akka.Actor;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.DashboardTests;

/// <summary>Those who watch, and what they cost.</summary>
public sealed class ViewerSpecs : IAsyncLifetime
{
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync(static options => (options.Token, options.MaxViewers) = (DashboardHost.Token, 101));

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private async Task<StreamReader> WatchAsync()
    {
        var answer = await _host.Http.GetAsync(new Uri(_host.Page, "events"), HttpCompletionOption.ResponseHeadersRead).Soon();
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        return new StreamReader(await answer.Content.ReadAsStreamAsync());
    }

    private static async Task<JsonElement> NextAsync(StreamReader events)
    {
        var line = await events.ReadLineAsync().Soon();
        Assert.StartsWith("data: ", line, StringComparison.Ordinal);
        Assert.Equal("", await events.ReadLineAsync().Soon());
        return JsonDocument.Parse(line!["data: ".Length..]).RootElement;
    }

    [Fact]
    public async Task The_first_event_is_the_whole_picture_and_the_next_ones_are_what_has_changed()
    {
        var first = await _host.SpawnAsync();
        var second = await _host.SpawnAsync();
        using var events = await WatchAsync();
        var whole = await NextAsync(events);
        Assert.True(whole.GetProperty("isWhole").GetBoolean());
        Assert.Equal([Environment.ProcessId, first.ProcessId, second.ProcessId], whole.GetProperty("processes").EnumerateArray().Select(static row => row.GetProperty("processId").GetInt32()));
        var gone = whole.Rows("echo").Single(row => row.GetProperty("processId").GetInt32() == first.ProcessId).Number();
        first.Child.Tell(ChildProcessProtocol.Kill.Instance, ActorRefs.NoSender);
        JsonElement change;
        do
            change = await NextAsync(events);
        while (change.GetProperty("gone").GetArrayLength() == 0);
        Assert.False(change.GetProperty("isWhole").GetBoolean());
        Assert.Equal([gone], change.GetProperty("gone").EnumerateArray().Select(static number => number.GetInt64()));
        Assert.Equal(JsonValueKind.Null, change.GetProperty("violations").ValueKind);
        Assert.DoesNotContain(change.Rows("echo"), row => row.Number() == gone);
    }

    [Fact]
    public async Task A_hundred_viewers_get_the_same_pictures_and_one_too_many_is_refused()
    {
        await _host.SpawnAsync();
        var viewers = await Task.WhenAll(Enumerable.Range(0, 101).Select(_ => WatchAsync()));
        var firsts = await Task.WhenAll(viewers.Select(NextAsync));
        Assert.All(firsts, static first => Assert.Single(first.Rows("echo")));
        // Taken once for all of them.
        Assert.InRange(firsts.Select(static first => first.Text("at")).Distinct().Count(), 1, 3);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.Http.GetAsync(new Uri(_host.Page, "events")).Soon()).StatusCode);
        foreach (var viewer in viewers)
            viewer.Dispose();
        // Their places are free as soon as the server learns that they are gone.
        using var again = await _host.WhenAsync(async () =>
        {
            var answer = await _host.Http.GetAsync(new Uri(_host.Page, "events"), HttpCompletionOption.ResponseHeadersRead).Soon();
            return answer.IsSuccessStatusCode ? answer : null;
        });
    }

    [Fact]
    public async Task One_who_never_reads_holds_up_nobody()
    {
        // Rows that change each time, so that there is much to send.
        for (var i = 0; i < 8; i++)
            await _host.Client.Commands.StartAsync(CommandProtocol.Spawn.Shell($"while :; do sleep 0.0{i + 1}; done"));
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
        await deaf.ConnectAsync("127.0.0.1", _host.Page.Port);
        await deaf.SendAsync(Encoding.ASCII.GetBytes($"GET /processes/events HTTP/1.1\r\nHost: 127.0.0.1:{_host.Page.Port}\r\nAuthorization: Bearer {DashboardHost.Token}\r\n\r\n"));
        using var events = await WatchAsync();
        for (var seen = 0; seen < 2; seen++)
            Assert.NotEqual(JsonValueKind.Undefined, (await NextAsync(events)).ValueKind);
    }

    [Fact]
    public async Task One_who_does_not_read_for_long_is_cut_off()
    {
        await using var body = new StalledBody();
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = $"Bearer {DashboardHost.Token}";
        (context.Request.Host, context.Connection.RemoteIpAddress, context.Connection.LocalPort) = (new HostString("localhost", 80), IPAddress.Loopback, 80);
        context.Response.Body = body;
        var feed = new DashboardFeed(_ => Task.FromResult(_host.Browser), 1);
        var desk = new DashboardDesk(feed, new DashboardGate(null, new BearerToken(DashboardHost.Token)), TimeSpan.FromMilliseconds(300));
        await desk.ShowEventsAsync(context).Soon();
        Assert.Equal((1, 0), (body.Writes, feed.Viewers));
    }

    [Fact]
    public async Task Pictures_are_taken_only_while_somebody_watches()
    {
        var asked = 0;
        var feed = new DashboardFeed(_ => Task.FromResult(Interlocked.Increment(ref asked) > 0 ? _host.Browser : ActorRefs.Nobody), 2);
        Assert.Equal(0, asked);
        using (var viewer = feed.TryWatch()!)
        {
            using var other = feed.TryWatch()!;
            for (var seen = 1; seen <= 2; seen++)
            {
                await viewer.NextAsync(default).Soon();
                await other.NextAsync(default).Soon();
                Assert.Equal(seen, Volatile.Read(ref asked));
            }
        }
        var last = Volatile.Read(ref asked);
        await Task.Delay(ProcessWatch.Interval * 1.5);
        Assert.Equal(last, Volatile.Read(ref asked));
    }

    [Fact]
    public async Task A_browser_that_stops_ends_the_events()
    {
        using var events = await WatchAsync();
        await NextAsync(events);
        await _host.Browser.GracefulStop(Deadline.Long);
        while (await events.ReadLineAsync().Soon() is not null)
        {
            // Pictures that were under way.
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.Http.GetAsync(new Uri(_host.Page, "picture")).Soon()).StatusCode);
    }

    /// <summary>A connection whose other end takes nothing.</summary>
    private sealed class StalledBody : MemoryStream
    {
        internal int Writes { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes++;
            return new ValueTask(Task.Delay(Timeout.Infinite, cancellationToken));
        }
    }
}
