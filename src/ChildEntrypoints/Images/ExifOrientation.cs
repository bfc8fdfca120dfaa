using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>
/// The camera's orientation, from 1 (upright) to 8, as EXIF records it in JPEG (APP1) and PNG (eXIf). Pictures are delivered
/// upright, as browsers show them.
/// </summary>
internal static class ExifOrientation
{
    private const int OrientationTag = 0x112;
    private const int Short = 3;

    /// <summary>Whether the orientation swaps width and height.</summary>
    internal static bool Turns(int orientation) => orientation >= 5;

    internal static int OfJpeg(ReadOnlySpan<byte> file)
    {
        // The segments before the image data: FF, the kind, and a length that includes its own two bytes.
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            var kind = file[at + 1];
            if (kind == 0xFF)
            {
                at++;
                continue;
            }
            if (kind == 0xDA)
                return 1;
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || at + 2 + length > file.Length)
                return 1;
            var segment = file.Slice(at + 4, length - 2);
            if (kind == 0xE1 && segment.StartsWith("Exif\0\0"u8))
                return OfTiff(segment[6..]);
            at += 2 + length;
        }
        return 1;
    }

    internal static int OfTiff(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8)))
            return 1;
        var little = tiff[0] == 'I';
        var directory = Number32(tiff[4..], little);
        if (directory < 8 || directory > tiff.Length - 2)
            return 1;
        var entries = tiff[(int)directory..];
        var count = Number16(entries, little);
        for (var i = 0; i < count && 2 + (i * 12) + 12 <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + (i * 12), 12);
            if (Number16(entry, little) == OrientationTag && Number16(entry[2..], little) == Short && Number32(entry[4..], little) == 1)
                return Number16(entry[8..], little) is >= 1 and <= 8 and var orientation ? orientation : 1;
        }
        return 1;
    }

    /// <summary>Writes a picture upright.</summary>
    /// <param name="pixels">The file's pixels, four bytes each.</param>
    /// <param name="width">The file's width.</param>
    /// <param name="height">The file's height.</param>
    /// <param name="orientation">2 to 8.</param>
    /// <param name="upright">Receives the pixels; as long as the input.</param>
    internal static void Apply(ReadOnlySpan<byte> pixels, int width, int height, int orientation, Span<byte> upright)
    {
        var from = MemoryMarshal.Cast<byte, uint>(pixels);
        var to = MemoryMarshal.Cast<byte, uint>(upright);
        var (columns, rows) = Turns(orientation) ? (height, width) : (width, height);
        for (var y = 0; y < rows; y++)
        {
            for (var x = 0; x < columns; x++)
            {
                var (column, row) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, height - 1 - x),
                    7 => (width - 1 - y, height - 1 - x),
                    8 => (width - 1 - y, x),
                    _ => (x, y),
                };
                to[(y * columns) + x] = from[(row * width) + column];
            }
        }
    }

    private static int Number16(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint Number32(ReadOnlySpan<byte> bytes, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
