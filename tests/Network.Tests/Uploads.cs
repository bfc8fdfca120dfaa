using System.Security.Cryptography;
using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>Request bodies that come in pieces.</summary>
public sealed class Uploads
{
    [Theory]
    [InlineData(HttpVersionChoice.Http11)]
    [InlineData(HttpVersionChoice.Http2)]
    public async Task An_upload_in_pieces_arrives_whole_and_never_runs_ahead_of_its_credit(HttpVersionChoice version)
    {
        var data = RandomNumberGenerator.GetBytes(3_000_000);
        await using var site = await Site.StartAsync(async context =>
        {
            Assert.Equal(data.Length, context.Request.ContentLength);
            await context.Response.WriteAsync(Convert.ToHexString(await SHA256.HashDataAsync(context.Request.Body)));
        }, version == HttpVersionChoice.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1);
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root, "POST", body: data[..1000], bodyLength: data.Length, version: version));
        var sent = 1000;
        while (sent < data.Length)
        {
            var credit = await fetch.UploadCredit();
            Assert.InRange(credit, 1, UploadBuffer.Window);
            while (credit > 0 && sent < data.Length)
            {
                var size = (int)Math.Min(Math.Min(credit, 50_000), data.Length - sent);
                Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(sent, data.AsMemory(sent, size))));
                sent += size;
                credit -= size;
            }
        }
        engine.Engine.EndUpload(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(data)), fetch.Text);
    }

    [Fact]
    public async Task A_server_that_reads_nothing_gives_no_upload_credit()
    {
        var release = new TaskCompletionSource();
        await using var server = new RawServer(async (stream, stop) =>
        {
            stream.Socket.ReceiveBufferSize = 4096;
            await RawServer.ReadHeadAsync(stream, stop);
            await release.Task.WaitAsync(stop);
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(server.Root, "POST", bodyLength: 1L << 30, total: 1500));
        long sent = 0, granted = 0;
        var piece = new byte[64 << 10];
        Task<long>? waiting = null;
        // The kernel buffers part of the body; then the child grants no more credit, and the fetch's total timeout ends it.
        while (sent < 64 << 20)
        {
            waiting = fetch.UploadCredit();
            if (await Task.WhenAny(waiting, fetch.Done) != waiting)
                break;
            granted += await waiting;
            for (; granted - sent >= piece.Length; sent += piece.Length)
                Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(sent, piece)));
        }
        Assert.InRange(sent, 1, 32 << 20);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Timeout, fetch.Error?.Kind);
        release.SetResult();
    }

    [Fact]
    public async Task An_upload_that_ends_short_is_an_invalid_request()
    {
        await using var site = await Site.StartAsync(async context => await context.Request.Body.CopyToAsync(Stream.Null));
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root, "POST", bodyLength: 10));
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(0, "short"u8.ToArray())));
        engine.Engine.EndUpload(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.InvalidRequest, fetch.Error?.Kind);
    }

    [Fact]
    public void An_upload_that_breaks_its_rules_is_a_violation()
    {
        var piece = new byte[1000];
        Assert.Equal(ViolationKind.OutOfState, new UploadBuffer(10, 0).Add(new FetchBodyChunk(1, piece.AsMemory(0, 1)))?.Kind);
        Assert.Equal(ViolationKind.OutOfState, new UploadBuffer(10, 0).Add(new FetchBodyChunk(0, piece.AsMemory(0, 11)))?.Kind);
        Assert.Equal(ViolationKind.OutOfState, new UploadBuffer(1L << 30, 0).Add(new FetchBodyChunk(0, new byte[UploadBuffer.Window + 1]))?.Kind);
        var complete = new UploadBuffer(4, 0);
        Assert.Null(complete.Add(new FetchBodyChunk(0, piece.AsMemory(0, 4))));
        Assert.Equal(0, complete.Complete());
        Assert.Equal(ViolationKind.OutOfState, complete.Add(new FetchBodyChunk(4, piece.AsMemory(0, 1)))?.Kind);
    }

    [Fact]
    public async Task Over_http2_a_server_may_answer_before_it_has_read_the_upload()
    {
        await using var site = await Site.StartAsync(context =>
        {
            context.Response.StatusCode = 413;
            return context.Response.WriteAsync("big");
        }, HttpProtocols.Http2);
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root, "POST", bodyLength: 1_000_000, version: HttpVersionChoice.Http2));
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(413, fetch.Headers?.Status);
        Assert.Equal("big", fetch.Text);
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(0, new byte[] { 1 })));
    }
}
