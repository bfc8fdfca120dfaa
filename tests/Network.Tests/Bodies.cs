using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

public sealed class Bodies
{
    private static readonly byte[] Page = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<p>A page that says the same over and over.</p>\n", 5000)));

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("GZip")]
    [InlineData("deflate")]
    [InlineData("raw-deflate")]
    [InlineData("br")]
    [InlineData("gzip, br")]
    [InlineData("deflate, gzip")]
    [InlineData("identity")]
    public async Task A_coded_body_is_delivered_decoded_with_both_counts(string coding)
    {
        var wire = Encode(Page, coding);
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = coding == "raw-deflate" ? "deflate" : coding;
            context.Response.ContentLength = wire.Length;
            return context.Response.Body.WriteAsync(wire).AsTask();
        });
        using var engine = new EngineHarness();
        for (var i = 0; i < 2; i++)
        {
            var fetch = await engine.FetchAsync(site.Root);
            Assert.Null(fetch.Error);
            Assert.Equal(Page, fetch.Body);
            Assert.Equal(wire.Length, fetch.End!.Value.WireBytes);
            Assert.Equal(wire.Length, fetch.Headers!.Value.ContentLength);
            // The body was read to its end, so the connection was used again.
            Assert.Equal(i == 0, fetch.Headers.Value.Timings.Connect > TimeSpan.Zero);
        }
        Assert.Equal(wire, (await engine.FetchAsync(Request(site.Root, decompress: false))).Body);
    }

    [Fact]
    public async Task What_can_be_decoded_is_asked_for_unless_the_request_says_itself()
    {
        await using var site = await Site.StartAsync(context => context.Response.WriteAsync($"[{context.Request.Headers.AcceptEncoding}]"));
        using var engine = new EngineHarness();
        Assert.Equal("[gzip, deflate, br]", (await engine.FetchAsync(site.Root)).Text);
        Assert.Equal("[zstd]", (await engine.FetchAsync(Request(site.Root, headers: [new("accept-encoding", "zstd")]))).Text);
        Assert.Equal("[]", (await engine.FetchAsync(Request(site.Root, decompress: false))).Text);
    }

    [Fact]
    public async Task An_unknown_coding_is_delivered_as_it_came()
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "zstd";
            return context.Response.WriteAsync("raw");
        });
        using var engine = new EngineHarness();
        Assert.Equal("raw", (await engine.FetchAsync(site.Root)).Text);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_body_that_is_not_what_its_coding_says_is_a_protocol_failure(string coding)
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            return context.Response.WriteAsync("this is neither of them, and long enough to be noticed");
        });
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Protocol, (await engine.FailAsync(Request(site.Root))).Kind);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task A_coded_body_that_is_cut_off_is_a_protocol_failure(string coding)
    {
        var wire = Encode(RandomNumberGenerator.GetBytes(50_000), coding)[..30_000];
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            context.Response.ContentLength = wire.Length;
            return context.Response.Body.WriteAsync(wire).AsTask();
        });
        using var engine = new EngineHarness();
        Assert.Equal(FetchErrorKind.Protocol, (await engine.FailAsync(Request(site.Root))).Kind);
    }

    [Fact]
    public async Task An_empty_coded_body_and_the_answer_to_a_head_are_empty()
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.ContentLength = context.Request.Method == "HEAD" ? 100 : 0;
            return Task.CompletedTask;
        });
        using var engine = new EngineHarness();
        Assert.Empty((await engine.FetchAsync(site.Root)).Body);
        var head = await engine.FetchAsync(Request(site.Root, "HEAD"));
        Assert.Null(head.Error);
        Assert.Equal(100, head.Headers!.Value.ContentLength);
    }

    [Fact]
    public async Task A_decoded_piece_is_delivered_before_the_rest_arrives()
    {
        var release = new TaskCompletionSource();
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(Page);
            await gzip.FlushAsync();
            await context.Response.Body.FlushAsync();
            await release.Task;
            await gzip.WriteAsync(Page);
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root));
        await fetch.Received(Page.Length);
        release.SetResult();
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(2 * Page.Length, fetch.Body.Length);
    }

    [Theory]
    [InlineData(HttpVersionChoice.Http11)]
    [InlineData(HttpVersionChoice.Http2)]
    public async Task Without_credit_the_server_can_send_no_more_than_the_socket_s_buffers(HttpVersionChoice version)
    {
        const long Total = 256L << 20;
        var sent = 0L;
        await using var site = await Site.StartAsync(async context =>
        {
            context.Response.ContentLength = Total;
            var piece = new byte[64 << 10];
            for (; sent < Total; sent += piece.Length)
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
        }, version == HttpVersionChoice.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root, version: version, credit: 100_000));
        await fetch.Received(100_000);
        Assert.Equal(100_000, fetch.Body.Length);
        // After each grant exactly the granted bytes arrive.
        engine.Engine.AddCredit(fetch.Id, 1);
        await fetch.Received(100_001);
        engine.Engine.AddCredit(fetch.Id, 500_000);
        await fetch.Received(600_001);
        Assert.Equal(600_001, fetch.Body.Length);
        Assert.InRange(Interlocked.Read(ref sent), 0, Total / 2);
        engine.Engine.Cancel(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(600_001, fetch.Body.Length);
    }

    [Fact]
    public async Task A_body_of_exactly_the_credit_ends_without_another_grant()
    {
        await using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        using var engine = new EngineHarness();
        Assert.Equal("hello", (await engine.FetchAsync(Request(server.Root, credit: 5))).Text);
    }

    [Fact]
    public async Task A_full_queue_delays_frames_and_loses_none()
    {
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(Page).AsTask());
        var refusals = 0;
        using var engine = new EngineHarness
        {
            Refuse = _ => Interlocked.Increment(ref refusals) % 3 != 0 ? WriteOutcome.QueueFull : WriteOutcome.Queued,
        };
        Assert.Equal(Page, (await engine.FetchAsync(site.Root)).Body);
    }

    [Fact]
    public async Task A_small_frame_limit_makes_smaller_chunks()
    {
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(Page).AsTask());
        using var engine = new EngineHarness();
        var fail = 3;
        engine.Refuse = type => type == MessageType.FetchBodyChunk && Interlocked.Decrement(ref fail) >= 0 ? WriteOutcome.TooLarge : WriteOutcome.Queued;
        var fetch = await engine.FetchAsync(site.Root);
        Assert.Equal(Page, fetch.Body);
        Assert.True(engine.Engine.ChunkBytes <= 65536 / 8);
    }

    [Fact]
    public async Task A_closed_channel_ends_the_fetch_quietly()
    {
        await using var site = await Site.StartAsync(context => context.Response.Body.WriteAsync(Page).AsTask());
        using var engine = new EngineHarness { Refuse = _ => WriteOutcome.Closed };
        var fetch = engine.Start(Request(site.Root));
        while (engine.Engine.Pending > 0)
            await Task.Yield();
        Assert.False(fetch.Done.IsCompleted);
    }

    private static byte[] Encode(byte[] data, string codings)
    {
        foreach (var coding in codings.Split(", "))
        {
            var output = new MemoryStream();
            using (Stream encoder = coding.ToLowerInvariant() switch
            {
                "br" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
                "deflate" => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
                "raw-deflate" => new DeflateStream(output, CompressionLevel.Fastest, leaveOpen: true),
                "identity" => output,
                _ => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            })
                encoder.Write(data);
            data = output.ToArray();
        }
        return data;
    }
}
