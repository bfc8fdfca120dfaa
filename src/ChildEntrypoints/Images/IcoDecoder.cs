using System.Buffers.Binary;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Icons: the largest picture with the most colours, which is a bitmap or a PNG.</summary>
internal static class IcoDecoder
{
    internal static void Decode(ReadOnlySpan<byte> file, PixelTarget target)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[4..]);
        var best = (Size: -1L, Offset: 0, Length: 0);
        for (var i = 0; i < count && 6 + (i * 16) + 16 <= file.Length; i++)
        {
            var entry = file.Slice(6 + (i * 16), 16);
            var width = entry[0] == 0 ? 256 : entry[0];
            var height = entry[1] == 0 ? 256 : entry[1];
            var bits = BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]);
            var size = ((long)width * height << 8) + Math.Min((int)bits, 255);
            if (size > best.Size)
                best = (size, BinaryPrimitives.ReadInt32LittleEndian(entry[12..]), BinaryPrimitives.ReadInt32LittleEndian(entry[8..]));
        }
        if (best.Size < 0)
            throw new DecodeFailedException(DecodeFailure.Malformed, "The icon holds no picture.");
        var picture = file.Slice(best.Offset, Math.Min(best.Length, file.Length - best.Offset));
        if (ImageDecoder.FormatOf(picture) == "png")
            ImageDecoder.DecodePng(picture, target);
        else
            BmpDecoder.DecodeBitmap(picture, pixelsAt: -1, halved: true, target);
    }
}
