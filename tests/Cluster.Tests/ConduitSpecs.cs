using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Configuration;
using Akka.TestKit.Xunit2;

namespace ActorBrowser.ClusterTests;

/// <summary>Two ends of a conversation against each other: no more is under way than the window, whatever is sent.</summary>
public sealed class ConduitSpecs : TestKit
{
    private const int Part = 1024;
    private const int Window = 8 * 1024;

    // What a frame counts besides its data.
    private const int Frame = 64;

    private readonly ClusterSettings _settings = ClusterSettings.From(ConfigurationFactory.ParseString("actorbrowser.cluster { part-size = 1 KiB, window = 8 KiB, max-message = 64 KiB }"));

    public ConduitSpecs() : base("akka.loglevel = ERROR")
    {
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Part - 1)]
    [InlineData(Part)]
    [InlineData(Part + 1)]
    [InlineData(Window)]
    [InlineData(7 * Window)]
    public void A_message_arrives_whole_and_never_more_than_the_window_is_under_way(int length)
    {
        var (there, back) = (CreateTestProbe(), CreateTestProbe());
        var (sender, receiver) = (new Conduit(1, there.Ref, _settings), new Conduit(1, back.Ref, _settings));
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        sender.Send(new UploadPiece(bytes, false, null));
        sender.Close();
        object? whole = null;
        for (var isOver = false; !isOver;)
        {
            var under = 0;
            var pieces = new List<LinkPiece>();
            while (there.HasMessages)
                pieces.Add(there.ExpectMsg<LinkPiece>());
            foreach (var piece in pieces)
            {
                under += piece.Data.Length + Frame;
                if (piece.Kind == FrameKind.Close)
                    isOver = true;
                else if (receiver.Receive(piece, out var cost) is { } message)
                {
                    Assert.Null(whole);
                    whole = message;
                    receiver.Consumed(cost);
                }
            }
            Assert.InRange(under, 1, Window + Part + Frame);
            while (back.HasMessages)
                sender.Receive(back.ExpectMsg<LinkPiece>(), out _);
        }
        Assert.True(sender.IsDrained);
        Assert.Equal(bytes, ((UploadPiece)whole!).Data.ToArray());
    }

    [Fact]
    public void One_who_sends_more_than_the_window_breaks_the_protocol()
    {
        var receiver = new Conduit(1, TestActor, _settings);
        var piece = new LinkPiece(1, FrameKind.Message, ClusterCodec.Encode(new UploadPiece(new byte[Part - 100], false, null)));
        Assert.Throws<WireFormatException>(() =>
        {
            for (var i = 0; i < 2 * Window / Part; i++)
                receiver.Receive(piece, out _);
        });
        var endless = new Conduit(1, TestActor, _settings);
        Assert.Throws<WireFormatException>(() =>
        {
            for (var i = 0; i <= 64; i++)
                endless.Receive(new LinkPiece(1, FrameKind.Part, new byte[Part]), out _);
        });
        var empty = new Conduit(1, TestActor, _settings);
        Assert.Throws<WireFormatException>(() =>
        {
            for (var i = 0; i <= 2 * 64 * 1024 / Frame; i++)
                empty.Receive(new LinkPiece(1, FrameKind.Part, default), out _);
        });
        // What many conversations hold together is limited, too, and given back.
        var budget = new PartBudget(8 * 1024);
        var (one, other) = (new Conduit(1, TestActor, _settings, budget), new Conduit(2, TestActor, _settings, budget));
        for (var i = 0; i < 7; i++)
            one.Receive(new LinkPiece(1, FrameKind.Part, new byte[Part]), out _);
        Assert.Throws<WireFormatException>(() => other.Receive(new LinkPiece(2, FrameKind.Part, new byte[Part]), out _));
        one.Dispose();
        other.Receive(new LinkPiece(2, FrameKind.Part, new byte[Part]), out _);
        Assert.Throws<WireFormatException>(() => endless.Receive(new LinkPiece(1, FrameKind.Credit, new byte[] { 0xd1, 0xff, 0xff }), out _));
        Assert.Throws<WireFormatException>(() => endless.Receive(new LinkPiece(1, FrameKind.Open, default), out _));
    }

    [Fact]
    public void A_message_that_is_too_long_is_not_sent_at_all()
    {
        var sender = new Conduit(1, TestActor, _settings);
        Assert.Throws<MessageTooLongException>(() => sender.Send(new UploadPiece(new byte[64 << 10], false, null)));
        Assert.True(sender.IsDrained);
        ExpectNoMsg(10);
    }
}
