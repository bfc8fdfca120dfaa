using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.AspNetCore.Http;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Every call of the client ends, whichever part stops.</summary>
public sealed class BrowserClientSpecs : TestKit
{
    private static readonly string Overrides = $$"""
        akka.loglevel = OFF
        akka.stdout-loglevel = OFF
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{{TestChildProgram.Path}}"
        """;

    private readonly IActorRef _browser;

    public BrowserClientSpecs() : base(Overrides) => _browser = Sys.StartActorBrowser();

    private static async Task<string> EndAsync(Task<FetchResult> call)
    {
        try
        {
            return (await call.Soon()).Failure?.Kind.ToString() ?? "response";
        }
        catch (BrowserStoppedException)
        {
            return "stopped";
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_download_to_a_stream_that_takes_nothing_ends_with_its_token_and_with_its_time(bool byToken)
    {
        await using var server = await Site.StartAsync(static context => context.Response.Body.WriteAsync(new byte[10 << 20]).AsTask());
        using var token = new CancellationTokenSource();
        var call = BrowserClient.For(_browser).DownloadAsync(
            new Fetch(server.Root + "/") { TotalTimeout = byToken ? null : TimeSpan.FromSeconds(1) }, new Stuck(token), byToken ? token.Token : default);
        if (byToken)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        else
            Assert.Equal(FetchErrorKind.Timeout, (await call.Soon()).Failure!.Kind);
    }

    [Fact]
    public async Task A_wrong_role_is_refused_by_its_type()
    {
        await Assert.ThrowsAsync<InvalidMessageException>(() => BrowserClient.For(_browser).SpawnAsync("Bad Role").Soon());
    }

    // A stream whose write never ends; it cancels the call once the write has begun.
    private sealed class Stuck(CancellationTokenSource begun) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            begun.CancelAfter(TimeSpan.FromMilliseconds(1));
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_end_when_the_browser_or_its_system_stops_and_after_it(bool whole)
    {
        using var asked = new SemaphoreSlim(0);
        await using var server = await Site.HoldingAsync(asked, everything: true);
        var client = BrowserClient.For(_browser);
        var buffered = client.FetchAsync(new Fetch(server.Root + "/"));
        var download = client.DownloadAsync(server.Root + "/", new MemoryStream());
        for (var i = 0; i < 2; i++)
            Assert.True(await asked.WaitAsync(Deadline.Long));
        if (whole)
            await Sys.Terminate().Soon();
        else
            Sys.Stop(_browser);
        foreach (var call in new[] { buffered, download })
            Assert.Contains(await EndAsync(call), new[] { "stopped", nameof(FetchErrorKind.Unavailable) });
        if (!whole)
            Assert.True(await _browser.WatchAsync().Soon());
        foreach (var late in new[] { client, BrowserClient.For(_browser) })
        {
            Assert.Equal("stopped", await EndAsync(late.FetchAsync(new Fetch(server.Root + "/"))));
            Assert.Equal("stopped", await EndAsync(late.DownloadAsync(server.Root + "/", new MemoryStream())));
            await Assert.ThrowsAsync<BrowserStoppedException>(() => late.SpawnAsync("renderer").Soon());
        }
    }

    [Fact]
    public async Task An_actor_that_tells_a_stopped_browser_is_answered()
    {
        var children = await _browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        Sys.Stop(_browser);
        Assert.True(await _browser.WatchAsync().Soon());
        var asker = CreateTestProbe();
        foreach (var fetcher in new[] { _browser, children.Fetch })
        {
            fetcher.Tell(new Fetch("http://127.0.0.1:1/"), asker);
            var failed = await asker.ExpectMsgAsync<FetchFailed>(Deadline.Long);
            Assert.Equal(FetchErrorKind.Stopped, failed.Kind);
        }
        _browser.Tell(new CommandProtocol.Spawn(["true"]), asker);
        Assert.Equal(SpawnFailure.Stopped, (await asker.ExpectMsgAsync<CommandProtocol.SpawnRefused>(Deadline.Long)).Kind);
        _browser.Tell(new ImageProtocol.Decode(new byte[1]), asker);
        await asker.ExpectMsgAsync<ImageProtocol.DecodeRefused>(Deadline.Long);
        foreach (var other in new object[] { GetStats.Instance, CommandProtocol.ListHandles.Instance, new TabProtocol.OpenTab(), new BrowserProtocol.SpawnChild("renderer"), BrowserProtocol.GetChildren.Instance })
        {
            _browser.Tell(other, asker);
            Assert.IsType<BrowserStoppedException>((await asker.ExpectMsgAsync<Status.Failure>(Deadline.Long)).Cause);
        }
        _browser.Tell(new CancelFetch(1), asker);
        _browser.Tell("nobody's message", asker);
        await asker.ExpectNoMsgAsync(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Either_token_cancels_and_the_caller_sees_the_same(bool inFetch, bool cancelTheFetchs)
    {
        using var asked = new SemaphoreSlim(0);
        await using var server = await Site.HoldingAsync(asked, everything: true);
        var client = BrowserClient.For(_browser);
        using var own = new CancellationTokenSource();
        using var call = new CancellationTokenSource();
        var fetch = new Fetch(server.Root + "/") { Cancellation = inFetch || cancelTheFetchs ? own.Token : default };
        var fetching = client.FetchAsync(fetch, call.Token);
        var downloading = client.DownloadAsync(fetch, new MemoryStream(), call.Token);
        for (var i = 0; i < 2; i++)
            Assert.True(await asked.WaitAsync(Deadline.Long));
        await (cancelTheFetchs ? own : call).CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching.Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => downloading.Soon());
    }

    [Fact]
    public async Task A_download_writes_the_body_to_a_stream()
    {
        var body = new byte[20 << 20];
        new Random(1).NextBytes(body);
        await using var server = await Site.StartAsync(context => context.Response.Body.WriteAsync(body).AsTask());
        using var destination = new MemoryStream();
        var response = (await BrowserClient.For(_browser).DownloadAsync(server.Root + "/", destination).Soon()).Response!;
        Assert.Equal((200, body.LongLength), (response.Status, response.End.BodyBytes));
        Assert.True(body.AsSpan().SequenceEqual(destination.ToArray()));
    }

    [Fact]
    public async Task A_stream_that_cannot_be_written_ends_the_download_with_its_own_exception()
    {
        await using var server = await Site.StartAsync(context => context.Response.WriteAsync("body"));
        using var readOnly = new MemoryStream(new byte[1], writable: false);
        await Assert.ThrowsAsync<NotSupportedException>(() => BrowserClient.For(_browser).DownloadAsync(server.Root + "/", readOnly).Soon());
        await AwaitConditionAsync(async () => (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).Pending == 0, Deadline.Long, Deadline.Often);
    }
}
