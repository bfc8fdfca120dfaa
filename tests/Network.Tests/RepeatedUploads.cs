using ActorBrowser.ChildEntrypoints.Network;
using ActorBrowser.Transport;
using Xunit;
using static ActorBrowser.Network.Tests.EngineHarness;

namespace ActorBrowser.Network.Tests;

/// <summary>Request bodies that a redirect needs again.</summary>
public sealed class RepeatedUploads
{
    [Fact]
    public async Task A_streamed_body_cannot_be_sent_twice()
    {
        // Reads the body first: one that is not begun can still be sent to the second place.
        await using var site = await Site.StartAsync(static async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/end";
        });
        using var engine = new EngineHarness();
        var fetch = engine.Start(Request(site.Root + "/start", "POST", bodyLength: 4));
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(0, "data"u8.ToArray())));
        engine.Engine.EndUpload(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(FetchErrorKind.Redirect, fetch.Error?.Kind);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pieces_of_a_pass_that_is_over_are_dropped(bool queueIsFull)
    {
        var body = new byte[300_000];
        new Random(1).NextBytes(body);
        await using var site = await Site.StartAsync(async context =>
        {
            if (context.Request.Path == "/end")
            {
                await Site.EchoAsync(context);
                return;
            }
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = "/end";
        });
        using var engine = new EngineHarness();
        var refused = 0;
        if (queueIsFull)
            engine.Refuse = type => type is MessageType.FetchRewind or MessageType.Credit && Interlocked.Increment(ref refused) % 3 != 0 ? WriteOutcome.QueueFull : WriteOutcome.Queued;
        var fetch = engine.Start(Request(site.Root + "/start", "POST", body: body[..1000], bodyLength: body.Length, canRewind: true));
        Assert.Equal(UploadBuffer.Window, await fetch.UploadCredit());
        SendPieces(body, UploadBuffer.Window);
        while (await fetch.UploadCredit() < body.Length - 1000 - UploadBuffer.Window)
        {
        }
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(1000 + UploadBuffer.Window, body.AsMemory(1000 + UploadBuffer.Window))));
        Assert.Equal(1, await fetch.Rewound());
        // Until the rewind is confirmed, every piece belongs to the first pass, even one that would be wrong in the second.
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(1000, new byte[50_000])));
        Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(777, new byte[50_000])));
        engine.Engine.EndUpload(fetch.Id);
        Assert.Null(engine.Engine.Rewound(fetch.Id, 1));
        SendPieces(body, UploadBuffer.Window);
        await fetch.UploadCredit();
        while (engine.Engine.Upload(fetch.Id, new FetchBodyChunk(1000 + UploadBuffer.Window, body.AsMemory(1000 + UploadBuffer.Window))) is not null)
            await fetch.UploadCredit();
        engine.Engine.EndUpload(fetch.Id);
        await fetch.Done.WaitAsync(Patience);
        Assert.Equal(Site.Echoed("POST", body), fetch.Text);
        Assert.False(fetch.IsBodyUnwanted);

        void SendPieces(byte[] all, int length)
        {
            for (var sent = 1000; sent < 1000 + length; sent += 1 << 15)
                Assert.Null(engine.Engine.Upload(fetch.Id, new FetchBodyChunk(sent, all.AsMemory(sent, 1 << 15))));
        }
    }

    [Fact]
    public void A_rewind_that_the_child_did_not_ask_for_is_a_violation()
    {
        var buffer = new UploadBuffer(1000, 0);
        Assert.Equal(ViolationKind.OutOfState, buffer.OnRewound(1)?.Kind);
        Assert.Equal(1, buffer.Rewind());
        Assert.Equal(2, buffer.Rewind());
        Assert.Equal(ViolationKind.OutOfState, buffer.OnRewound(3)?.Kind);
        Assert.Null(buffer.OnRewound(1));
        // This piece still belongs to the first pass, which is over.
        Assert.Null(buffer.Add(new FetchBodyChunk(500, new byte[10])));
        Assert.Null(buffer.OnRewound(2));
        Assert.Null(buffer.Add(new FetchBodyChunk(0, new byte[10])));
        Assert.False(buffer.TryTake(1, out _, out var old));
        Assert.Equal(UploadState.Closed, old);
        Assert.True(buffer.TryTake(2, out var piece, out _));
        Assert.Equal(10, piece.Count);
        Assert.False(buffer.TryGrant(1, 5));
        Assert.True(buffer.TryGrant(2, 5));
        Assert.Equal(ViolationKind.OutOfState, buffer.OnRewound(2)?.Kind);
        Assert.True(buffer.Close());
        Assert.False(buffer.Close());
        Assert.Null(buffer.OnRewound(9));
    }
}
