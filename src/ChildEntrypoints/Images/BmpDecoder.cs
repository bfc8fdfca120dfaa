using System.Buffers.Binary;
using System.Numerics;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Windows bitmaps: 1, 2, 4, 8, 16, 24 and 32 bits per pixel, run lengths, bit fields.</summary>
internal static class BmpDecoder
{
    private const int FileHeader = 14;

    internal static void Decode(ReadOnlySpan<byte> file, PixelTarget target)
    {
        var offset = (int)BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        DecodeBitmap(file[FileHeader..], offset - FileHeader, halved: false, target);
    }

    /// <summary>Decodes a bitmap without its file header.</summary>
    /// <param name="bitmap">The file's bytes from the bitmap header on.</param>
    /// <param name="pixelsAt">The offset of its pixels; negative if they follow its colour table.</param>
    /// <param name="halved">Whether the height in the header includes a mask, which follows the pixels.</param>
    /// <param name="target">Receives the pixels.</param>
    internal static void DecodeBitmap(ReadOnlySpan<byte> bitmap, int pixelsAt, bool halved, PixelTarget target)
    {
        var headerBytes = BinaryPrimitives.ReadInt32LittleEndian(bitmap);
        var old = headerBytes == 12;
        var width = old ? BinaryPrimitives.ReadUInt16LittleEndian(bitmap[4..]) : BinaryPrimitives.ReadInt32LittleEndian(bitmap[4..]);
        var height = old ? BinaryPrimitives.ReadInt16LittleEndian(bitmap[6..]) : BinaryPrimitives.ReadInt32LittleEndian(bitmap[8..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(bitmap[(old ? 10 : 14)..]);
        var compression = old ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bitmap[16..]);
        var topDown = height < 0;
        height = Math.Abs(halved ? height / 2 : height);
        if (headerBytes is < 12 or > 124 || bits is not (1 or 2 or 4 or 8 or 16 or 24 or 32) || compression is < 0 or > 6 || compression is 4 or 5)
            throw new DecodeFailedException(DecodeFailure.Malformed, $"The bitmap has a header of {headerBytes} bytes, {bits} bits per pixel, compression {compression}: this format is not supported.");
        target.Begin(width, height, 1);
        Span<uint> masks = stackalloc uint[4];
        var coloursAt = headerBytes;
        ReadMasks(bitmap, headerBytes, bits, compression, halved, masks, ref coloursAt);
        var colours = ReadColours(bitmap, coloursAt, bits, old, out var afterColours);
        var source = bitmap[(pixelsAt >= 0 ? pixelsAt : afterColours)..];
        var pixels = target.Frame(width, height);
        var stride = (int)((((long)width * bits) + 31) / 32 * 4);
        var readable = height;
        if (compression is 1 or 2)
        {
            Unpack(source, compression == 2, pixels, width, height, colours);
        }
        else
        {
            // A file that ends early shows the rows that are there; the rest is transparent.
            readable = (int)Math.Min(height, source.Length / stride);
            if (readable == 0)
                throw new DecodeFailedException(DecodeFailure.Malformed, "The bitmap ends before its first row.");
            for (var y = 0; y < readable; y++)
                ReadRow(source.Slice(y * stride, stride), pixels.Slice((topDown ? y : height - 1 - y) * width * 4, width * 4), bits, masks, colours);
        }
        var shown = topDown ? pixels[..(readable * width * 4)] : pixels[((height - readable) * width * 4)..];
        var hasAlpha = masks[3] != 0 && HasAlpha(pixels);
        if (halved && !hasAlpha && readable == height)
            Mask(source[(stride * height)..], pixels, width, height);
        else if (!hasAlpha && bits is 16 or 32)
            Opaque(shown);
        target.Complete(width, height, 0);
    }

    private static void ReadMasks(ReadOnlySpan<byte> bitmap, int headerBytes, int bits, int compression, bool inIcon, Span<uint> masks, ref int coloursAt)
    {
        if (compression is 3 or 6)
        {
            for (var i = 0; i < (compression == 6 || headerBytes >= 56 ? 4 : 3); i++)
                masks[i] = BinaryPrimitives.ReadUInt32LittleEndian(bitmap[(40 + (i * 4))..]);
            if (headerBytes == 40)
                coloursAt += compression == 6 ? 16 : 12;
        }
        else if (bits == 16)
        {
            (masks[0], masks[1], masks[2]) = (0x7C00, 0x3E0, 0x1F);
        }
        else if (bits == 32)
        {
            // As in browsers, the fourth byte is opacity in an icon, and nothing in a bitmap without bit fields.
            (masks[0], masks[1], masks[2], masks[3]) = (0xFF0000, 0xFF00, 0xFF, inIcon ? 0xFF000000 : 0);
        }
    }

    private static byte[] ReadColours(ReadOnlySpan<byte> bitmap, int at, int bits, bool old, out int end)
    {
        var used = old || bits > 8 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bitmap[32..]);
        var count = bits > 8 ? 0 : used is > 0 and <= 256 ? used : 1 << bits;
        var size = old ? 3 : 4;
        var colours = new byte[256 * 3];
        for (var i = 0; i < count; i++)
        {
            var colour = bitmap.Slice(at + (i * size), 3);
            (colours[i * 3], colours[(i * 3) + 1], colours[(i * 3) + 2]) = (colour[2], colour[1], colour[0]);
        }
        end = at + (count * size);
        return colours;
    }

    private static void ReadRow(ReadOnlySpan<byte> row, Span<byte> pixels, int bits, ReadOnlySpan<uint> masks, byte[] colours)
    {
        for (int x = 0, at = 0; at < pixels.Length; x++, at += 4)
        {
            switch (bits)
            {
                case <= 8:
                    var shift = 8 - bits - (x * bits % 8);
                    SetColour(pixels, at, row[x * bits / 8] >> shift & ((1 << bits) - 1), colours);
                    break;
                case 24:
                    (pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]) = (row[(x * 3) + 2], row[(x * 3) + 1], row[x * 3], 255);
                    break;
                default:
                    var value = bits == 16 ? BinaryPrimitives.ReadUInt16LittleEndian(row[(x * 2)..]) : BinaryPrimitives.ReadUInt32LittleEndian(row[(x * 4)..]);
                    for (var channel = 0; channel < 4; channel++)
                        pixels[at + channel] = Channel(value, masks[channel]);
                    break;
            }
        }
    }

    private static byte Channel(uint value, uint mask)
    {
        if (mask == 0)
            return 0;
        var part = (value & mask) >> BitOperations.TrailingZeroCount(mask);
        var most = mask >> BitOperations.TrailingZeroCount(mask);
        return (byte)(((ulong)part * 255 + (most / 2)) / most);
    }

    private static void SetColour(Span<byte> pixels, int at, int index, byte[] colours)
    {
        colours.AsSpan(index * 3, 3).CopyTo(pixels[at..]);
        pixels[at + 3] = 255;
    }

    private static void Unpack(ReadOnlySpan<byte> source, bool nibbles, Span<byte> pixels, int width, int height, byte[] colours)
    {
        for (var i = 0; i < width * height; i++)
            SetColour(pixels, i * 4, 0, colours);
        var (x, y) = (0, 0);
        for (var at = 0; at + 1 < source.Length && y < height;)
        {
            int count = source[at++];
            int value = source[at++];
            if (count > 0)
            {
                for (var i = 0; i < count; i++)
                    Put(pixels, ref x, y, width, height, nibbles ? (i % 2 == 0 ? value >> 4 : value & 15) : value, colours);
                continue;
            }
            switch (value)
            {
                case 0:
                    (x, y) = (0, y + 1);
                    break;
                case 1:
                    return;
                case 2:
                    x += source[at++];
                    y += source[at++];
                    break;
                default:
                    for (var i = 0; i < value; i++)
                        Put(pixels, ref x, y, width, height, nibbles ? (i % 2 == 0 ? source[at + (i / 2)] >> 4 : source[at + (i / 2)] & 15) : source[at + i], colours);
                    var bytes = nibbles ? (value + 1) / 2 : value;
                    at += bytes + (bytes % 2);
                    break;
            }
        }
    }

    private static void Put(Span<byte> pixels, ref int x, int y, int width, int height, int index, byte[] colours)
    {
        if (x < width && y < height)
            SetColour(pixels, (((height - 1 - y) * width) + x) * 4, index, colours);
        x++;
    }

    private static bool HasAlpha(ReadOnlySpan<byte> pixels)
    {
        for (var at = 3; at < pixels.Length; at += 4)
            if (pixels[at] != 0)
                return true;
        return false;
    }

    private static void Opaque(Span<byte> pixels)
    {
        for (var at = 3; at < pixels.Length; at += 4)
            pixels[at] = 255;
    }

    private static void Mask(ReadOnlySpan<byte> mask, Span<byte> pixels, int width, int height)
    {
        var stride = (width + 31) / 32 * 4;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var hidden = (y * stride) + (x / 8) < mask.Length && (mask[(y * stride) + (x / 8)] >> (7 - (x % 8)) & 1) != 0;
                pixels[((((height - 1 - y) * width) + x) * 4) + 3] = (byte)(hidden ? 0 : 255);
            }
        }
    }
}
