using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Request bodies that are read while they are sent, with the real coordinator and network child and a real server.</summary>
public sealed class UploadStreamSpecs : RealFetchSpecs
{
    private Task<FetchResult> Post(string url, FetchBody upload, CancellationToken cancellation = default) =>
        BrowserClient.For(Browser).FetchAsync(new Fetch(url) { Method = "POST", Upload = upload }, cancellation);

    [Fact]
    public async Task A_largeBodyFile_goes_up_whole_while_memory_stays_flat()
    {
        const long Length = 256L << 20;
        await using (var sparse = File.OpenWrite(BodyFile))
            sparse.SetLength(Length);
        var (early, most) = (0L, 0L);
        var progress = new Told(read =>
        {
            if (read <= 16 << 20)
                early = Environment.WorkingSet;
            else if (read % (8 << 20) == 0)
                most = Math.Max(most, Environment.WorkingSet);
        });
        await using var server = await Site.StartAsync(static async context =>
        {
            var (length, buffer) = (0L, new byte[Chunk]);
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                length += read;
            await context.Response.WriteAsync($"{length} of {context.Request.ContentLength}");
        });
        var result = await Post(server.Root + "/", FetchBody.FromFile(BodyFile, progress)).WaitAsync(4 * Deadline.Long);
        Assert.Equal($"{Length} of {Length}", Text(result));
        Assert.Equal(Length, progress.Last);
        Assert.InRange(most - early, long.MinValue, 100L << 20);
    }

    public static TheoryData<int, HttpProtocols> Sizes
    {
        get
        {
            var data = new TheoryData<int, HttpProtocols>();
            foreach (var length in new[] { 0, 1, Chunk - 1, Chunk, Chunk + 1, Window, Window + 1, 40 * Chunk + 7 })
            {
                data.Add(length, HttpProtocols.Http1);
                data.Add(length, HttpProtocols.Http2);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_body_arrives_whole_whether_its_length_is_known_or_not(int length, HttpProtocols protocols)
    {
        var body = Bytes(length);
        await File.WriteAllBytesAsync(BodyFile, body);
        await using var server = await Site.EchoingAsync(protocols);
        FetchBody[] uploads =
        [
            FetchBody.FromFile(BodyFile),
            FetchBody.FromStream(new MemoryStream(body)),
            FetchBody.FromStream(new Source(body)),
            FetchBody.FromStream(new Source([.. body, 1, 2, 3]), length),
        ];
        foreach (var upload in uploads)
        {
            var result = await BrowserClient.For(Browser).FetchAsync(new Fetch(server.Root + "/")
            {
                Method = "PUT",
                Upload = upload,
                Version = protocols == HttpProtocols.Http2 ? HttpVersionChoice.Http2 : HttpVersionChoice.Any,
            }).Soon();
            Assert.Equal(Site.Echoed("PUT", body), Text(result));
        }
    }

    [Fact]
    public async Task A_stream_goes_up_from_where_it_stood_and_may_be_used_again_if_it_can_seek()
    {
        var body = Bytes(3 * Chunk);
        await using var server = await Site.EchoingAsync();
        var upload = FetchBody.FromStream(new MemoryStream(body) { Position = 100 });
        Assert.Equal(Site.Echoed("POST", body.AsSpan(100)), Text(await Post(server.Root + "/", upload).Soon()));
        var once = FetchBody.FromStream(new Source(body));
        Assert.Equal(Site.Echoed("POST", body), Text(await Post(server.Root + "/", once).Soon()));
        var again = await Post(server.Root + "/", once).Soon();
        Assert.Equal(FetchErrorKind.Upload, again.Failure?.Kind);
        Assert.Contains("cannot seek", again.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_fails_or_is_too_short_fails_its_fetch_and_stops_the_request(bool throws)
    {
        var broken = new TaskCompletionSource();
        using var arrived = new ManualResetEventSlim();
        await using var server = await Site.StartAsync(async context =>
        {
            arrived.Set();
            try
            {
                await Site.EchoAsync(context);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                broken.TrySetResult();
            }
        });
        var source = new Source(Bytes(3 * Chunk))
        {
            AtEnd = () =>
            {
                arrived.Wait(Deadline.Long);
                return throws ? throw new IOException("the disk is gone") : 0;
            },
        };
        var result = await Post(server.Root + "/", FetchBody.FromStream(source, throws ? null : 4 * Chunk)).Soon();
        Assert.Equal(FetchErrorKind.Upload, result.Failure?.Kind);
        Assert.Contains(throws ? "the disk is gone" : $"ended after {3 * Chunk} bytes", result.Failure!.Message, StringComparison.Ordinal);
        await broken.Task.Soon();
        var next = Bytes(Window);
        await File.WriteAllBytesAsync(BodyFile, next);
        await using var other = await Site.EchoingAsync();
        Assert.Equal(Site.Echoed("POST", next), Text(await Post(other.Root + "/", FetchBody.FromFile(BodyFile)).Soon()));
    }

    [Fact]
    public async Task ABodyFile_that_cannot_be_opened_and_two_bodies_are_typed_failures()
    {
        var missing = await Post("http://127.0.0.1:1/", FetchBody.FromFile(BodyFile + ".missing")).Soon();
        Assert.Equal(FetchErrorKind.Upload, missing.Failure?.Kind);
        Assert.Contains(BodyFile + ".missing", missing.Failure!.Message, StringComparison.Ordinal);
        var both = await BrowserClient.For(Browser).FetchAsync(new Fetch("http://127.0.0.1:1/") { Body = Bytes(1), Upload = FetchBody.FromFile(BodyFile) }).Soon();
        Assert.Equal(FetchErrorKind.InvalidRequest, both.Failure?.Kind);
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("requester stopped")]
    [InlineData("child lost")]
    public async Task However_a_fetch_ends_itsBodyFile_is_closed(string how)
    {
        await File.WriteAllBytesAsync(BodyFile, Bytes(16 << 20));
        using var arrived = new SemaphoreSlim(0);
        await using var server = await Site.HoldingAsync(arrived, everything: true);
        var requester = CreateTestProbe();
        using var patience = new CancellationTokenSource();
        var fetch = new Fetch(server.Root + "/") { Method = "POST", Upload = FetchBody.FromFile(BodyFile), Cancellation = patience.Token };
        Browser.Tell(fetch, requester.Ref);
        Assert.True(await arrived.WaitAsync(Deadline.Long));
        // Opening the file for exclusive writing is refused while it is read.
        Assert.Throws<IOException>(() => File.Open(BodyFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
        if (how == "cancelled")
            await patience.CancelAsync();
        else if (how == "requester stopped")
            Sys.Stop(requester.Ref);
        else
            await Signals.SendAsync((await Browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).ChildProcessId, "KILL");
        await AwaitAssertAsync(() => File.Open(BodyFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Deadline.Long);
        if (how != "requester stopped")
            Assert.Equal(how == "cancelled" ? FetchErrorKind.Cancelled : FetchErrorKind.ChildLost, requester.ExpectMsg<FetchFailed>(Deadline.Long).Kind);
    }

    [Fact]
    public async Task A_stream_that_blocks_holds_up_its_own_fetch_alone()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var held = new ManualResetEventSlim();
        await using var server = await Site.EchoingAsync();
        var slow = Post(server.Root + "/", FetchBody.FromStream(new Source(Bytes(1))
        {
            AtEnd = () =>
            {
                reading.TrySetResult();
                held.Wait();
                return 0;
            },
        }));
        await reading.Task.Soon();
        var body = Bytes(Window);
        Assert.Equal(Site.Echoed("POST", body), Text(await Post(server.Root + "/", FetchBody.FromStream(new MemoryStream(body))).Soon()));
        held.Set();
        Assert.Equal(Site.Echoed("POST", Bytes(1)), Text(await slow.Soon()));
    }

    /// <summary>Calls back on the reader's thread.</summary>
    private sealed class Told(Action<long> then) : IProgress<long>
    {
        internal long Last { get; private set; }

        public void Report(long value)
        {
            Last = value;
            then(value);
        }
    }

    /// <summary>A stream that cannot seek, returns pieces of odd sizes, and calls a function at its end.</summary>
    private sealed class Source(byte[] bytes) : MemoryStream(bytes)
    {
        internal Func<int>? AtEnd { get; init; }

        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 60_001)], cancellationToken);
            return count == 0 && AtEnd is { } atEnd ? atEnd() : count;
        }
    }
}
