using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.Cluster;

/// <summary>Images between nodes. Their pixels come in pieces; memory files stay on their nodes.</summary>
internal static class ImageCodecs
{
    private const int MostFrames = 100_000;

    internal static readonly MessageCodec[] All =
    [
        MessageCodec.Of<DecodeOrder>("image", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(5);
            writer.WriteBytes(message.File);
            writer.Write(message.MaxWidth);
            writer.Write(message.MaxHeight);
            writer.Write(message.Site);
            writer.Write(message.TraceParent);
        }, static (ref fields) => new DecodeOrder(fields.Bytes(), fields.Int32(0), fields.Int32(0), fields.Text(Decode.LongestSite)) { TraceParent = fields.TextOrNull(256) }),
        MessageCodec.Of<PixelsBegin>("image-begin", WriteBegin, ReadBegin),
        MessageCodec.Of<Pixels>("image-pixels", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(2);
            writer.Write(message.Offset);
            writer.WriteBytes(message.Data);
        }, static (ref fields) => new Pixels(fields.Number(0, int.MaxValue), fields.Bytes())),
        MessageCodec.Of<PixelCredit>("image-credit", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(message.Bytes);
        }, static (ref fields) => new PixelCredit(fields.Number(1, int.MaxValue))),
        MessageCodec.Of<DecodeRefused>("image-refused", static (ref writer, message) =>
        {
            writer.WriteArrayHeader(3);
            writer.WriteOrNil((long?)message.Kind);
            writer.Write(message.Message);
            writer.WriteNested(message.Exited, ChildExitedCodec.Write);
        }, static (ref fields) => new DecodeRefused(fields.ChoiceOrNull<DecodeFailure>(), fields.Text(CommandEventCodecs.LongestSentence)) { Exited = fields.NestedOrNull(ChildExitedCodec.Read) }),
    ];

    private static void WriteBegin(ref MessagePackWriter writer, PixelsBegin message)
    {
        writer.WriteArrayHeader(7);
        writer.Write(message.Image.Format);
        writer.Write(message.Image.SourceWidth);
        writer.Write(message.Image.SourceHeight);
        writer.Write(message.Image.Width);
        writer.Write(message.Image.Height);
        writer.WriteList(message.Image.Delays, static (ref writer, delay) =>
        {
            writer.WriteArrayHeader(1);
            writer.Write(delay);
        });
        writer.Write(message.ProcessId);
    }

    private static PixelsBegin ReadBegin(ref Fields fields)
    {
        var image = new ImageDecoded(fields.Text(64), fields.Int32(1), fields.Int32(1), fields.Int32(1), fields.Int32(1), fields.List(static (ref fields) => fields.Int32(0), MostFrames));
        return image.Delays.Count > 0 ? new PixelsBegin(image, fields.Int32(0)) : throw new WireFormatException("An image has no frame.");
    }
}
