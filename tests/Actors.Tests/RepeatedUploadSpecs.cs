using System.Collections.Concurrent;
using ActorBrowser.Transport;
using Akka.Actor;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Bodies that are sent more than once: for redirects, and for dead connections. Coordinator, child and servers are real.</summary>
public sealed class RepeatedUploadSpecs : RealFetchSpecs
{
    private Task<FetchResult> Send(Fetch fetch, CancellationToken cancellation = default) => BrowserClient.For(Browser).FetchAsync(fetch, cancellation);

    /// <summary>A site whose <c>/N</c> reads the body and redirects to <c>/N-1</c> with the status; <c>/0</c> echoes. <paramref name="seen"/> gets the number of bytes that each hop read.</summary>
    private static Task<Site> RedirectingAsync(ConcurrentQueue<long> seen, int status, string prefix = "", HttpProtocols protocols = HttpProtocols.Http1) => Site.StartAsync(
        async context =>
        {
            var hop = int.Parse(context.Request.Path.Value![1..], System.Globalization.CultureInfo.InvariantCulture);
            if (hop == 0)
            {
                await Site.EchoAsync(context);
                return;
            }
            var length = 0L;
            var buffer = new byte[Chunk];
            int read;
            while ((read = await context.Request.Body.ReadAsync(buffer)) > 0)
                length += read;
            seen.Enqueue(length);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"{prefix}/{hop - 1}";
        },
        protocols);

    private async Task<Fetch> FetchOf(string url, byte[] body, string source)
    {
        var fetch = new Fetch(url) { Method = "POST" };
        if (source == "buffer")
            return fetch with { Body = body };
        await File.WriteAllBytesAsync(BodyFile, body);
        return fetch with
        {
            Upload = source switch
            {
                "file" => FetchBody.FromFile(BodyFile),
                "stream" => FetchBody.FromStream(new MemoryStream(body)),
                _ => FetchBody.FromStream(new MemoryStream([1, 2, 3, .. body, 4, 5]) { Position = 3 }, body.Length),
            },
        };
    }

    public static TheoryData<int, string> Bodies
    {
        get
        {
            var data = new TheoryData<int, string>();
            foreach (var source in new[] { "buffer", "file", "stream", "part of a stream" })
            {
                foreach (var length in new[] { 0, 1, Chunk - 1, Chunk, Chunk + 1, Window - 1, Window, Window + 1, Chunk + Window - 1, Chunk + Window, Chunk + Window + 1, 100 * Chunk })
                    data.Add(length, source);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_redirect_gets_the_body_again_whole_and_once(int length, string source)
    {
        var body = Bytes(length);
        var seen = new ConcurrentQueue<long>();
        await using var server = await RedirectingAsync(seen, 307);
        Assert.Equal(Site.Echoed("POST", body), Text(await Send(await FetchOf(server.Root + "/1", body, source)).Soon()));
        Assert.Equal([length], seen);
    }

    [Theory]
    [InlineData("buffer", HttpProtocols.Http1)]
    [InlineData("file", HttpProtocols.Http1)]
    [InlineData("buffer", HttpProtocols.Http2)]
    [InlineData("stream", HttpProtocols.Http2)]
    public async Task A_chain_of_redirects_gets_the_body_at_each_hop(string source, HttpProtocols protocols)
    {
        var body = Bytes(7 * Chunk + 5);
        var seen = new ConcurrentQueue<long>();
        await using var server = await RedirectingAsync(seen, 308, protocols: protocols);
        var fetch = await FetchOf(server.Root + "/20", body, source) with { Version = protocols == HttpProtocols.Http2 ? HttpVersionChoice.Http2 : HttpVersionChoice.Any };
        Assert.Equal(Site.Echoed("POST", body), Text(await Send(fetch).Soon()));
        Assert.Equal(Enumerable.Repeat((long)body.Length, 20), seen);
        seen.Clear();
        var tooFar = await Send(await FetchOf(server.Root + "/21", body, source) with { Version = fetch.Version }).Soon();
        Assert.Equal(FetchErrorKind.Redirect, tooFar.Failure?.Kind);
        Assert.Equal(21, seen.Count);
    }

    [Fact]
    public async Task Another_origin_gets_the_body_and_none_of_the_secrets()
    {
        var body = Bytes(3 * Chunk);
        var secrets = new ConcurrentQueue<string>();
        await using var other = await Site.StartAsync(context =>
        {
            secrets.Enqueue($"[{context.Request.Headers.Authorization}]{context.Request.ContentType}");
            return Site.EchoAsync(context);
        });
        await using var server = await RedirectingAsync([], 307, other.Root);
        var fetch = await FetchOf(server.Root + "/1", body, "file") with { Headers = [new("Authorization", "secret"), new("Content-Type", "text/plain")] };
        Assert.Equal(Site.Echoed("POST", body), Text(await Send(fetch).Soon()));
        Assert.Equal(["[]text/plain"], secrets);
    }

    [Fact]
    public async Task A_stream_that_cannot_seek_fails_with_what_to_do()
    {
        var body = Bytes(3 * Chunk);
        await using var server = await RedirectingAsync([], 307);
        var result = await Send(new Fetch(server.Root + "/1") { Method = "POST", Upload = FetchBody.FromStream(new Unseekable(body)) }).Soon();
        Assert.Equal(FetchErrorKind.Redirect, result.Failure?.Kind);
        Assert.Contains("a file or a seekable stream", result.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains(server.Root + "/0", result.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_fails_the_second_time_fails_the_fetch()
    {
        await using var server = await RedirectingAsync([], 307);
        var result = await Send(new Fetch(server.Root + "/1") { Method = "POST", Upload = FetchBody.FromStream(new Once(Bytes(3 * Chunk))) }).Soon();
        Assert.Equal(FetchErrorKind.Upload, result.Failure?.Kind);
        Assert.Contains("the tape is torn", result.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_that_drops_the_body_closes_itsBodyFile_at_once()
    {
        using var arrived = new SemaphoreSlim(0);
        await using var held = await Site.HoldingAsync(arrived, everything: true);
        await using var server = await RedirectingAsync([], 303, held.Root);
        using var patience = new CancellationTokenSource();
        var sending = Send(await FetchOf(server.Root + "/1", Bytes(8 * Chunk), "file"), patience.Token);
        Assert.True(await arrived.WaitAsync(Deadline.Long));
        await AwaitAssertAsync(() => File.Open(BodyFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Deadline.Long);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Soon());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_fetch_that_ends_between_two_passes_costs_nothing_else(bool childDies)
    {
        using var arrived = new SemaphoreSlim(0);
        await using var held = await Site.HoldingAsync(arrived, everything: true);
        await using var server = await RedirectingAsync([], 307, held.Root);
        await using var echo = await Site.EchoingAsync();
        var body = Bytes(32 * Chunk);
        using var patience = new CancellationTokenSource();
        var sending = Send(await FetchOf(server.Root + "/1", body, "file"), patience.Token);
        Assert.True(await arrived.WaitAsync(Deadline.Long));
        if (childDies)
        {
            await Signals.SendAsync((await Browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long)).ChildProcessId, "KILL");
            Assert.Equal(FetchErrorKind.ChildLost, (await sending.Soon()).Failure?.Kind);
        }
        else
        {
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.Soon());
        }
        await AwaitAssertAsync(() => File.Open(BodyFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose(), Deadline.Long);
        Assert.Equal(Site.Echoed("POST", body), Text(await Send(await FetchOf(echo.Root + "/", body, "file")).Soon()));
    }

    [Fact]
    public async Task Progress_is_told_from_the_beginning_again()
    {
        var body = Bytes(5 * Chunk);
        await File.WriteAllBytesAsync(BodyFile, body);
        var told = new Told();
        await using var server = await RedirectingAsync([], 307);
        Assert.Equal(Site.Echoed("POST", body), Text(await Send(new Fetch(server.Root + "/1") { Method = "POST", Upload = FetchBody.FromFile(BodyFile, told) }).Soon()));
        Assert.Equal([Chunk, 2 * Chunk, 3 * Chunk, 4 * Chunk, 5 * Chunk, Chunk, 2 * Chunk, 3 * Chunk, 4 * Chunk, 5 * Chunk], told.All);
    }

    [Theory]
    [InlineData("PUT", "buffer", true)]
    [InlineData("PUT", "file", true)]
    [InlineData("PUT", "unseekable", false)]
    [InlineData("POST", "file", false)]
    public async Task A_body_is_sent_again_over_another_connection_only_where_the_method_allows_it(string method, string source, bool again)
    {
        var body = Bytes(20 * Chunk);
        var connections = 0;
        var lengths = new ConcurrentQueue<long>();
        // Answers the first request of a connection; the first connection ends in the middle of its second request.
        await using var server = new RawServer(async (stream, stop) =>
        {
            var first = Interlocked.Increment(ref connections) == 1;
            while (true)
            {
                var head = await RawServer.ReadHeadAsync(stream, stop);
                if (head.Length == 0)
                    return;
                if (first && head.StartsWith(method, StringComparison.Ordinal))
                {
                    await stream.ReadExactlyAsync(new byte[3 * Chunk], stop);
                    return;
                }
                if (head.StartsWith(method, StringComparison.Ordinal))
                {
                    var got = new byte[body.Length];
                    await stream.ReadExactlyAsync(got, stop);
                    lengths.Enqueue(got.AsSpan().SequenceEqual(body) ? got.Length : -1);
                }
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), stop);
            }
        });
        Assert.Equal("ok", Text(await Send(new Fetch(server.Root + "/")).Soon()));
        var fetch = source == "unseekable"
            ? new Fetch(server.Root + "/") { Upload = FetchBody.FromStream(new Unseekable(body), body.Length) }
            : await FetchOf(server.Root + "/", body, source);
        var result = await Send(fetch with { Method = method }).Soon();
        if (again)
            Assert.Equal("ok", Text(result));
        else
            Assert.Equal(FetchErrorKind.Protocol, result.Failure?.Kind);
        Assert.Equal(again ? [body.Length] : Array.Empty<long>(), lengths);
    }

    /// <summary>Keeps all reports.</summary>
    private sealed class Told : IProgress<long>
    {
        internal List<long> All { get; } = [];

        public void Report(long value) => All.Add(value);
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    /// <summary>A stream that claims to be seekable but cannot go back.</summary>
    private sealed class Once(byte[] bytes) : MemoryStream(bytes)
    {
        public override long Position
        {
            get => base.Position;
            set
            {
                if (base.Position > 0)
                    throw new IOException("the tape is torn");
                base.Position = value;
            }
        }
    }
}
