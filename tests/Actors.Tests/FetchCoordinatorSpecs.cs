using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Matching, policy and endings of fetches; the test plays the network child.</summary>
[Trait("Tier", "Fast")]
public sealed class FetchCoordinatorSpecs : TestKit
{
    private readonly FakeLauncher _launcher = new();
    private readonly IActorRef _browser;

    public FetchCoordinatorSpecs() : base("akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.restart { min-backoff = 1ms, max-restarts = 2, give-up-for = 1h }") =>
        _browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Sys.Settings.Config), _launcher), "browser");

    private static readonly FetchHeaders Headers = new(200, "1.1", "http://x/", [], [], "", AddressSpace.Public, -1, default);

    private async Task<FakeChild> ReadyChildAsync()
    {
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        return child;
    }

    private static async Task<ulong> RequestAsync(FakeChild child)
    {
        var frame = await child.NextAsync();
        Assert.Equal(MessageType.FetchRequest, frame.Type);
        return frame.Id;
    }

    private static void Answer(FakeChild child, ulong id, string body)
    {
        child.Send(id, Headers);
        child.Send(id, new FetchBodyChunk(0, System.Text.Encoding.UTF8.GetBytes(body)));
        child.Send(id, new FetchEnd(body.Length, body.Length, TimeSpan.FromMicroseconds(1)));
    }

    [Theory]
    [InlineData("", FetchErrorKind.InvalidUrl)]
    [InlineData("relative/path", FetchErrorKind.InvalidUrl)]
    [InlineData("http://", FetchErrorKind.InvalidUrl)]
    [InlineData("http://a b/", FetchErrorKind.InvalidUrl)]
    [InlineData("http://a/\r\nX: y", FetchErrorKind.InvalidUrl)]
    [InlineData("file:///etc/passwd", FetchErrorKind.UnsupportedScheme)]
    [InlineData("javascript:alert(1)", FetchErrorKind.UnsupportedScheme)]
    public async Task What_cannot_be_fetched_is_refused_before_a_child_sees_it(string url, FetchErrorKind kind)
    {
        var failed = await _browser.Ask<FetchFailed>(new Fetch(url), Deadline.Long);
        Assert.Equal(kind, failed.Kind);
        Assert.Equal(0, _launcher.Launches);
    }

    [Fact]
    public async Task A_URL_of_10_MB_and_a_header_with_a_line_break_are_refused()
    {
        Assert.Equal(FetchErrorKind.InvalidUrl, (await _browser.Ask<FetchFailed>(new Fetch("http://a/" + new string('x', 10 << 20)), Deadline.Long)).Kind);
        var header = new Fetch("http://a/") { Headers = [new HeaderField("X-Test", "a\r\nX-Other: b")] };
        Assert.Equal(FetchErrorKind.InvalidRequest, (await _browser.Ask<FetchFailed>(header, Deadline.Long)).Kind);
    }

    [Fact]
    public async Task Answers_in_any_order_find_their_requests()
    {
        var asking = Enumerable.Range(0, 3).Select(i => _browser.Ask<FetchResponse>(new Fetch($"http://x/{i}"), Deadline.Long)).ToArray();
        var child = await ReadyChildAsync();
        var ids = new List<ulong>();
        for (var i = 0; i < 3; i++)
            ids.Add(await RequestAsync(child));
        foreach (var id in Enumerable.Reverse(ids))
            Answer(child, id, $"body {id}");
        foreach (var response in await Task.WhenAll(asking))
            Assert.Equal($"body {response.Id}", System.Text.Encoding.UTF8.GetString(response.Body.Span));
    }

    [Fact]
    public async Task Late_duplicate_and_unknown_answers_are_counted_and_reach_nobody()
    {
        var asking = _browser.Ask<FetchResponse>(new Fetch("http://x/"), Deadline.Long);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        child.Send(999, Headers);
        Answer(child, id, "once");
        await asking;
        Answer(child, id, "twice");
        await AwaitAssertAsync(async () =>
            Assert.Equal(4, (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).UnknownIds), Deadline.Long);
    }

    [Fact]
    public async Task A_body_out_of_order_or_beyond_its_credit_costs_the_child()
    {
        var asking = _browser.Ask<FetchFailed>(new Fetch("http://x/"), Deadline.Long);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        child.Send(id, Headers);
        child.Send(id, new FetchBodyChunk(5, new byte[1]));
        Assert.Equal(FetchErrorKind.ChildLost, (await asking).Kind);
        Assert.True(child.Kills > 0);
    }

    [Fact]
    public async Task A_lost_child_fails_its_fetches_once_and_a_new_one_serves_the_next()
    {
        var asking = _browser.Ask<FetchFailed>(new Fetch("http://x/"), Deadline.Long);
        var child = await ReadyChildAsync();
        await RequestAsync(child);
        child.Channel.Dispose();
        child.Exit(null, 11);
        Assert.Equal(FetchErrorKind.ChildLost, (await asking).Kind);
        var again = _browser.Ask<FetchResponse>(new Fetch("http://x/"), Deadline.Long);
        var second = await ReadyChildAsync();
        Answer(second, await RequestAsync(second), "back");
        Assert.Equal(second.Id, (await again).ChildProcessId);
    }

    [Fact]
    public async Task After_too_many_losses_fetches_fail_at_once_with_the_reason()
    {
        _launcher.Failure = static () => new Sandbox.LaunchException(Sandbox.LaunchErrorKind.TooManyProcesses, "no process is left");
        var failed = await _browser.Ask<FetchFailed>(new Fetch("http://x/"), Deadline.Long);
        Assert.Equal(FetchErrorKind.Unavailable, failed.Kind);
        Assert.Contains("no process is left", failed.Message, StringComparison.Ordinal);
        Assert.Equal(3, _launcher.Launches);
        Assert.Equal(FetchErrorKind.Unavailable, (await _browser.Ask<FetchFailed>(new Fetch("http://x/"), Deadline.Long)).Kind);
    }

    [Fact]
    public async Task A_requester_that_stops_cancels_its_fetch()
    {
        var requester = CreateTestProbe();
        _browser.Tell(new Fetch("http://x/"), requester);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        Sys.Stop(requester);
        var cancel = await child.NextAsync();
        Assert.Equal((MessageType.FetchCancel, id), (cancel.Type, cancel.Id));
    }

    [Fact]
    public async Task A_client_that_gives_up_cancels_its_fetch()
    {
        using var patience = new CancellationTokenSource();
        var asking = BrowserClient.For(_browser).FetchAsync(new Fetch("http://x/"), patience.Token);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        var cancel = await child.NextAsync();
        Assert.Equal((MessageType.FetchCancel, id), (cancel.Type, cancel.Id));
    }

    [Fact]
    public async Task A_streamed_fetch_passes_pieces_on()
    {
        _browser.Tell(new Fetch("http://x/") { Streamed = true }, TestActor);
        await ExpectMsgAsync<FetchStarted>(Deadline.Long);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        child.Send(id, Headers);
        child.Send(id, new FetchBodyChunk(0, new byte[100]));
        await ExpectMsgAsync<FetchHeadersArrived>(Deadline.Long);
        Assert.Equal(100, (await ExpectMsgAsync<FetchChunk>(Deadline.Long)).Data.Length);
        child.Send(id, new FetchEnd(100, 100, TimeSpan.FromMicroseconds(1)));
        await ExpectMsgAsync<FetchCompleted>(Deadline.Long);
    }

    [Fact]
    public async Task Small_grants_are_saved_up_while_the_child_has_half_of_its_window()
    {
        _browser.Tell(new Fetch("http://x/") { Streamed = true }, TestActor);
        var started = await ExpectMsgAsync<FetchStarted>(Deadline.Long);
        var child = await ReadyChildAsync();
        var id = await RequestAsync(child);
        var window = ActorBrowserSettings.From(Sys.Settings.Config).Fetch.InitialCredit;
        child.Send(id, Headers);
        await ExpectMsgAsync<FetchHeadersArrived>(Deadline.Long);
        _browser.Tell(new GrantCredit(started.Id, 10), TestActor);
        _browser.Tell(new GrantCredit(started.Id, 20), TestActor);
        // The child's frames and the grants take different ways: wait until the grants have arrived.
        await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long);
        for (var offset = 0L; offset < window / 2; offset += 1 << 19)
        {
            child.Send(id, new FetchBodyChunk(offset, new byte[1 << 19]));
            await ExpectMsgAsync<FetchChunk>(Deadline.Long);
        }
        var frame = await child.NextAsync();
        var reader = new MessagePack.MessagePackReader(frame.Body);
        Assert.Equal((MessageType.Credit, 30), (frame.Type, Credit.Read(ref reader).Bytes));
    }

    private static void Lose(FakeChild child)
    {
        child.Exit(null, 9);
        child.Channel.Dispose();
    }

    [Fact]
    public async Task A_fetch_that_may_be_repeated_is_made_once_more_when_its_child_is_lost()
    {
        var answer = _browser.Ask<object>(new Fetch("http://x/") { Replay = true }, Deadline.Long);
        var first = await ReadyChildAsync();
        var id = await RequestAsync(first);
        first.Send(id, Headers);
        first.Send(id, new FetchBodyChunk(0, new byte[5]));
        Lose(first);
        var second = await ReadyChildAsync();
        Answer(second, await RequestAsync(second), "whole");
        Assert.Equal("whole"u8.ToArray(), Assert.IsType<FetchResponse>(await answer).Body.ToArray());
    }

    [Fact]
    public async Task The_second_loss_ends_it_and_a_POST_is_never_repeated()
    {
        var answer = _browser.Ask<object>(new Fetch("http://x/") { Replay = true }, Deadline.Long);
        var first = await ReadyChildAsync();
        await RequestAsync(first);
        Lose(first);
        var second = await ReadyChildAsync();
        await RequestAsync(second);
        var post = _browser.Ask<object>(new Fetch("http://x/") { Replay = true, Method = "POST" }, Deadline.Long);
        await RequestAsync(second);
        Lose(second);
        Assert.Equal(FetchErrorKind.ChildLost, Assert.IsType<FetchFailed>(await answer).Kind);
        Assert.Equal(FetchErrorKind.ChildLost, Assert.IsType<FetchFailed>(await post).Kind);
    }

    [Theory]
    [InlineData(206, "bytes 100-149/150", true)]
    [InlineData(200, "", false)]
    [InlineData(206, "bytes 0-149/150", false)]
    public async Task A_body_that_was_begun_goes_on_where_it_was_or_fails(int status, string range, bool goesOn)
    {
        _browser.Tell(new Fetch("http://x/") { Streamed = true, Replay = true }, TestActor);
        await ExpectMsgAsync<FetchStarted>(Deadline.Long);
        var first = await ReadyChildAsync();
        var id = await RequestAsync(first);
        first.Send(id, Headers with { Headers = [new HeaderField("ETag", "\"v1\"")] });
        first.Send(id, new FetchBodyChunk(0, new byte[100]));
        await ExpectMsgAsync<FetchHeadersArrived>(Deadline.Long);
        await ExpectMsgAsync<FetchChunk>(Deadline.Long);
        Lose(first);
        var second = await ReadyChildAsync();
        var frame = await second.NextAsync();
        var reader = new MessagePack.MessagePackReader(frame.Body);
        var headers = FetchRequest.Read(ref reader).Headers.ToDictionary(static field => field.Name, static field => field.Value);
        Assert.Equal(("bytes=100-", "\"v1\""), (headers["Range"], headers["If-Range"]));
        second.Send(frame.Id, Headers with { Status = status, Headers = range.Length > 0 ? [new HeaderField("Content-Range", range)] : [] });
        if (!goesOn)
        {
            Assert.Equal(FetchErrorKind.ChildLost, (await ExpectMsgAsync<FetchFailed>(Deadline.Long)).Kind);
            return;
        }
        second.Send(frame.Id, new FetchBodyChunk(0, new byte[50]));
        second.Send(frame.Id, new FetchEnd(50, 50, TimeSpan.FromMicroseconds(1)));
        var rest = await ExpectMsgAsync<FetchChunk>(Deadline.Long);
        Assert.Equal((100, 50), (rest.Offset, rest.Data.Length));
        Assert.Equal(150, (await ExpectMsgAsync<FetchCompleted>(Deadline.Long)).End.BodyBytes);
    }

    [Fact]
    public async Task Only_a_public_page_s_fetch_is_kept_from_private_addresses()
    {
        foreach (var (initiator, expected) in new[] { (FetchInitiator.Embedder, false), (FetchInitiator.PublicPage, true), (FetchInitiator.PrivatePage, false) })
            _browser.Tell(new Fetch($"http://x/{initiator}") { Initiator = initiator }, TestActor);
        var child = await ReadyChildAsync();
        foreach (var expected in new[] { false, true, false })
        {
            var frame = await child.NextAsync();
            var reader = new MessagePack.MessagePackReader(frame.Body);
            Assert.Equal(expected, FetchRequest.Read(ref reader).PublicAddressesOnly);
        }
    }
}
