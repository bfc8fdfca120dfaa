using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The requests that a network child may make about a request's body, and those that end it; the test plays the child.</summary>
[Trait("Tier", "Fast")]
public sealed class HostileUploadSpecs : TestKit
{
    private const int Chunk = 64 << 10;

    private readonly FakeLauncher _launcher = new();
    private readonly IActorRef _browser;

    public HostileUploadSpecs() : base("akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.restart { min-backoff = 1ms }") =>
        _browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Sys.Settings.Config), _launcher), "browser");

    private static readonly FetchHeaders Headers = new(200, "1.1", "http://x/", [], [], "", AddressSpace.Public, -1, default);

    private async Task<(FakeChild Child, ulong Id, Task<object> Answer)> BeginAsync(Fetch fetch)
    {
        var answer = _browser.Ask<object>(fetch, Deadline.Long);
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        var frame = await child.NextAsync();
        Assert.Equal(MessageType.FetchRequest, frame.Type);
        return (child, frame.Id, answer);
    }

    private static Fetch Post(int length) => new("http://x/") { Method = "POST", Body = RealFetchSpecs.Bytes(length) };

    private static async Task<(long Offset, byte[] Data)> ChunkAsync(FakeChild child)
    {
        var frame = await child.NextAsync();
        Assert.Equal(MessageType.FetchBodyChunk, frame.Type);
        var reader = new MessagePack.MessagePackReader(frame.Body);
        var chunk = FetchBodyChunk.Read(ref reader);
        return (chunk.Offset, chunk.Data.ToArray());
    }

    private static async Task EchoAsync(FakeChild child, int pass)
    {
        var frame = await child.NextAsync();
        var reader = new MessagePack.MessagePackReader(frame.Body);
        Assert.Equal((MessageType.FetchRewind, pass), (frame.Type, FetchRewind.Read(ref reader).Pass));
    }

    private static async Task ReadAsync(FakeChild child, byte[] body, int from)
    {
        using var got = new MemoryStream();
        while (from + got.Length < body.Length)
        {
            var (offset, data) = await ChunkAsync(child);
            Assert.Equal(from + got.Length, offset);
            got.Write(data);
        }
        Assert.True(body.AsSpan(from).SequenceEqual(got.ToArray()));
        Assert.Equal(MessageType.FetchEnd, (await child.NextAsync()).Type);
    }

    private static async Task EndsChildAsync(FakeChild child, Task<object> answer)
    {
        var failed = Assert.IsType<FetchFailed>(await answer.Soon());
        Assert.Equal(FetchErrorKind.ChildLost, failed.Kind);
        Assert.Contains("body of fetch", failed.Message, StringComparison.Ordinal);
        Assert.True(child.Kills > 0);
    }

    [Fact]
    public async Task A_million_requests_for_a_body_end_the_child_at_the_limit()
    {
        var (child, id, answer) = await BeginAsync(Post(2 * Chunk) with { MaxRedirects = 3 });
        for (var pass = 1; pass <= 3 + FetchRewind.MaxReplays; pass++)
        {
            child.Send(id, new FetchRewind(pass));
            await EchoAsync(child, pass);
        }
        for (var pass = 4 + FetchRewind.MaxReplays; pass <= 1000; pass++)
            child.Channel.Write(id, new FetchRewind(pass));
        child.Channel.Flush();
        await EndsChildAsync(child, answer);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    public async Task A_pass_that_is_not_the_next_ends_the_child(params int[] passes)
    {
        var (child, id, answer) = await BeginAsync(Post(2 * Chunk));
        foreach (var pass in passes)
            child.Send(id, new FetchRewind(pass));
        await EndsChildAsync(child, answer);
    }

    public static TheoryData<string> WithoutBody => new("GET", "short", "empty", "unseekable");

    [Theory]
    [MemberData(nameof(WithoutBody))]
    public async Task A_body_that_cannot_be_sent_again_may_not_be_asked_for(string what)
    {
        var (child, id, answer) = await BeginAsync(what switch
        {
            "GET" => new Fetch("http://x/"),
            "short" => Post(Chunk),
            "empty" => new Fetch("http://x/") { Method = "POST", Upload = FetchBody.FromStream(new MemoryStream()) },
            _ => new Fetch("http://x/") { Method = "POST", Upload = FetchBody.FromStream(new Unseekable(RealFetchSpecs.Bytes(2 * Chunk))) },
        });
        child.Send(id, new FetchRewind(1));
        await EndsChildAsync(child, answer);
    }

    [Theory]
    [InlineData("headers")]
    [InlineData("unwanted")]
    [InlineData("unwanted twice")]
    [InlineData("GET")]
    public async Task What_contradicts_itself_ends_the_child(string what)
    {
        var (child, id, answer) = await BeginAsync(what == "GET" ? new Fetch("http://x/") : Post(2 * Chunk));
        if (what == "headers")
            child.Send(id, Headers);
        else
            child.Send(id, default(FetchBodyUnwanted));
        if (what == "unwanted twice")
            child.Send(id, default(FetchBodyUnwanted));
        else if (what != "GET")
            child.Send(id, new FetchRewind(1));
        await EndsChildAsync(child, answer);
    }

    [Fact]
    public async Task Asked_after_the_end_or_of_nobody_it_is_counted_and_harms_no_one()
    {
        var (child, id, answer) = await BeginAsync(Post(2 * Chunk));
        child.Send(id, Headers);
        child.Send(id, new FetchEnd(0, 0, TimeSpan.FromMicroseconds(1)));
        Assert.IsType<FetchResponse>(await answer.Soon());
        foreach (var late in new[] { id, 999UL })
        {
            child.Send(late, new FetchRewind(1));
            child.Send(late, default(FetchBodyUnwanted));
        }
        await AwaitAssertAsync(async () =>
            Assert.Equal(4, (await _browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).UnknownIds), Deadline.Long);
        Assert.Equal(0, child.Kills);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pass_begins_at_the_first_byte_that_was_not_in_the_request_and_has_its_own_credit(bool streamed)
    {
        var body = RealFetchSpecs.Bytes(5 * Chunk + 1);
        var (child, id, answer) = await BeginAsync(streamed
            ? new Fetch("http://x/") { Method = "POST", Upload = FetchBody.FromStream(new MemoryStream(body)) } : Post(body.Length));
        var from = streamed ? 0 : Chunk;
        child.Send(id, new Credit(100));
        Assert.Equal((from, 100), (await ChunkAsync(child)) is var (offset, data) ? (offset, data.Length) : default);
        // Far more than is used; it is void after its pass.
        child.Send(id, new Credit(1000));
        await ChunkAsync(child);
        child.Send(id, new FetchRewind(1));
        await EchoAsync(child, 1);
        child.Send(id, new Credit(7));
        Assert.Equal((from, 7), (await ChunkAsync(child)) is var (again, rest) ? (again, rest.Length) : default);
        child.Send(id, new FetchRewind(2));
        child.Send(id, new Credit(1 << 30));
        await EchoAsync(child, 2);
        await ReadAsync(child, body, from);
        // The body may also be requested after its end.
        child.Send(id, new FetchRewind(3));
        child.Send(id, new Credit(1 << 30));
        await EchoAsync(child, 3);
        await ReadAsync(child, body, from);
        child.Send(id, Headers);
        child.Send(id, new FetchEnd(0, 0, TimeSpan.FromMicroseconds(1)));
        Assert.IsType<FetchResponse>(await answer.Soon());
    }

    [Fact]
    public async Task A_read_that_is_under_way_is_waited_for_and_belongs_to_no_pass()
    {
        var body = RealFetchSpecs.Bytes(3 * Chunk);
        using var source = new Slow(body);
        var (child, id, answer) = await BeginAsync(new Fetch("http://x/") { Method = "POST", Upload = FetchBody.FromStream(source) });
        child.Send(id, new Credit(1 << 30));
        await source.Reading.WaitAsync(Deadline.Long);
        for (var pass = 1; pass <= 3; pass++)
        {
            child.Send(id, new FetchRewind(pass));
            child.Send(id, new Credit(1 << 30));
        }
        // All of them have arrived before the source continues: another fetch is answered after them.
        var other = _browser.Ask<object>(new Fetch("http://x/"), Deadline.Long);
        var asked = await child.NextAsync();
        Assert.Equal(MessageType.FetchRequest, asked.Type);
        child.Send(asked.Id, Headers);
        child.Send(asked.Id, new FetchEnd(0, 0, TimeSpan.FromMicroseconds(1)));
        Assert.IsType<FetchResponse>(await other.Soon());
        source.Go.Set();
        await EchoAsync(child, 3);
        await ReadAsync(child, body, 0);
        child.Send(id, Headers);
        child.Send(id, new FetchEnd(0, 0, TimeSpan.FromMicroseconds(1)));
        Assert.IsType<FetchResponse>(await answer.Soon());
    }

    [Fact]
    public async Task A_body_that_is_not_wanted_is_read_no_further_and_its_stream_is_free()
    {
        var body = RealFetchSpecs.Bytes(9 * Chunk);
        var upload = FetchBody.FromStream(new MemoryStream(body));
        var (child, id, answer) = await BeginAsync(new Fetch("http://x/") { Method = "POST", Upload = upload });
        child.Send(id, new Credit(Chunk));
        await ChunkAsync(child);
        child.Send(id, default(FetchBodyUnwanted));
        child.Send(id, new Credit(Chunk));
        // The opener is the file's only reader.
        await AwaitAssertAsync(() => upload.Close(upload.Open().Stream), Deadline.Long);
        child.Send(id, Headers);
        child.Send(id, new FetchEnd(0, 0, TimeSpan.FromMicroseconds(1)));
        Assert.IsType<FetchResponse>(await answer.Soon());
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>A stream whose first read waits.</summary>
    private sealed class Slow(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        internal SemaphoreSlim Reading { get; } = new(0);

        internal ManualResetEventSlim Go { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Interlocked.Increment(ref _reads) == 1)
            {
                Reading.Release();
                Go.Wait(cancellationToken);
            }
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
