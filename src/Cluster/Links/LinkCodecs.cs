using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>A link's messages.</summary>
internal static class LinkCodecs
{
    private const int LongestRole = 64;
    private const int MostKeys = 256;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<Introduce>("introduce", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.Write(message.Oldest);
            writer.Write(message.Newest);
            writer.WriteBytes(message.Nonce);
            writer.Write(message.Window);
            writer.Write(message.PartSize);
        }, static (ref fields) => new Introduce(fields.Int32(0), fields.Int32(0), fields.Bytes(), (int)fields.Number(0, int.MaxValue, otherwise: 0), (int)fields.Number(0, int.MaxValue, otherwise: 0))),
        MessageCodec.Of<Challenge>("challenge", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Version);
            writer.WriteBytes(message.Nonce);
            writer.WriteBytes(message.Proof);
        }, static (ref fields) => new Challenge(fields.Int32(0), fields.Bytes(), fields.Bytes())),
        MessageCodec.Of<Prove>("prove", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteBytes(message.Proof);
        }, static (ref fields) => new Prove(fields.Bytes())),
        MessageCodec.Of<Welcome>("welcome", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Token);
            WriteOffer(ref writer, message.Offer);
        }, static (ref fields) => new Welcome(fields.Id(), fields.Nested(ReadOffer))),
        MessageCodec.Of<NotWelcome>("not-welcome", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Problem);
        }, static (ref fields) => new NotWelcome(fields.Text(4096))),
        MessageCodec.Of<OfferMade>("offer", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Token);
            WriteOffer(ref writer, message.Offer);
        }, static (ref fields) => new OfferMade(fields.Id(), fields.Nested(ReadOffer))),
        MessageCodec.Of<LinkFrame>("frame", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Token);
            writer.Write(message.Number);
            writer.WriteList(message.Pieces, static (ref writer, piece) =>
            {
                writer.WriteArrayHeader(3);
                writer.Write(piece.Conversation);
                writer.Write((byte)piece.Kind);
                writer.WriteBytes(piece.Data);
            });
        }, static (ref fields) => new LinkFrame(
            fields.Id(), fields.Id(), fields.List(static (ref fields) => new LinkPiece(fields.Id(), fields.Choice<FrameKind>(), fields.Bytes()), LinkFrame.MostPieces))),
        MessageCodec.Of<Pulse>("pulse", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.Write(message.Token);
            writer.Write(message.Sent);
            writer.Write(message.IsAnswer);
        }, static (ref fields) => new Pulse(fields.Id(), fields.Id(), fields.Flag())),
    ];

    internal static void WriteOffer(ref MessagePackWriter writer, NodeOffer offer)
    {
        writer.WriteArrayHeader(8);
        writer.Write(offer.Seen);
        writer.WriteList(offer.Room, static (ref writer, room) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(room.All);
            writer.Write(room.Free);
        });
        writer.Write(offer.IdleProcessor);
        writer.Write(offer.FreeMemory);
        writer.Write(offer.AllMemory);
        writer.Write(offer.IsLeaving);
        writer.WriteTexts(offer.Roles);
        writer.WriteList(offer.Apart, static (ref writer, key) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(key);
        });
    }

    internal static NodeOffer ReadOffer(ref Fields fields) => new(
        fields.Id(), fields.List(static (ref fields) => new Room(fields.Int32(0), fields.Int32(0)), 64), fields.Real(), fields.Number(0, long.MaxValue), fields.Number(0, long.MaxValue),
        fields.Flag(), fields.Texts(1024, LongestRole), fields.List(static (ref fields) => fields.Id(), MostKeys));
}
