using System.Buffers.Binary;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>GIF87a and GIF89a. Frames are composed: each is the whole picture that a viewer would show.</summary>
internal static class GifDecoder
{
    private const int MostCodes = 4096;

    internal static void Decode(ReadOnlySpan<byte> file, PixelTarget target)
    {
        int width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]);
        int height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        var frames = CountFrames(file);
        if (frames == 0)
            throw new DecodeFailedException(DecodeFailure.Malformed, "The image has no frame.");
        target.Begin(width, height, frames);
        var canvas = new byte[width * height * 4];
        byte[]? saved = null;
        var at = 13;
        var colours = Table(file, file[10], ref at);
        var (delay, transparent, disposal) = (0, -1, 0);
        while (at < file.Length)
        {
            switch (file[at++])
            {
                case 0x21:
                    if (file[at] == 0xF9)
                    {
                        disposal = file[at + 2] >> 2 & 7;
                        delay = BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 3)..]) * 10;
                        transparent = (file[at + 2] & 1) != 0 ? file[at + 5] : -1;
                    }
                    at++;
                    SkipBlocks(file, ref at);
                    break;
                case 0x2C:
                    var area = Area.Read(file, ref at);
                    var local = Table(file, area.Flags, ref at);
                    saved = disposal == 3 ? (byte[])canvas.Clone() : null;
                    var complete = DrawFrame(file, ref at, canvas, width, height, area, local.IsEmpty ? colours : local, transparent);
                    canvas.CopyTo(target.Frame(width, height));
                    if (!target.Complete(width, height, delay) || !complete)
                        return;
                    Dispose(canvas, width, height, area, disposal, saved);
                    (delay, transparent, disposal) = (0, -1, 0);
                    break;
                default:
                    return;
            }
        }
    }

    // Reads lengths only, before any memory is allocated.
    private static int CountFrames(ReadOnlySpan<byte> file)
    {
        var at = 13;
        Table(file, file[10], ref at);
        var frames = 0;
        while (at < file.Length)
        {
            var kind = file[at++];
            if (kind == 0x21)
            {
                at++;
            }
            else if (kind == 0x2C)
            {
                if (at + 9 > file.Length)
                    return frames;
                var area = Area.Read(file, ref at);
                Table(file, area.Flags, ref at);
                at++;
                frames++;
            }
            else
            {
                return frames;
            }
            SkipBlocks(file, ref at);
        }
        return frames;
    }

    private static ReadOnlySpan<byte> Table(ReadOnlySpan<byte> file, byte flags, ref int at)
    {
        if ((flags & 0x80) == 0)
            return [];
        var length = 3 << ((flags & 7) + 1);
        var table = file.Slice(at, length);
        at += length;
        return table;
    }

    private static void SkipBlocks(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && file[at] != 0)
            at += file[at] + 1;
        at++;
    }

    private static bool DrawFrame(ReadOnlySpan<byte> file, ref int at, byte[] canvas, int width, int height, in Area area, ReadOnlySpan<byte> colours, int transparent)
    {
        var indices = new byte[area.Width * area.Height];
        var drawn = Unpack(file, ref at, indices);
        for (var i = 0; i < drawn; i++)
        {
            int index = indices[i];
            var (x, y) = (area.Left + (i % area.Width), area.Top + Row(i / area.Width, area));
            if (index == transparent || x >= width || y >= height || (index * 3) + 2 >= colours.Length)
                continue;
            var pixel = ((y * width) + x) * 4;
            colours.Slice(index * 3, 3).CopyTo(canvas.AsSpan(pixel));
            canvas[pixel + 3] = 255;
        }
        return drawn == indices.Length;
    }

    private static int Row(int row, in Area area)
    {
        if ((area.Flags & 0x40) == 0)
            return row;
        Span<(int Start, int Step)> passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
        foreach (var (start, step) in passes)
        {
            var rows = (area.Height - start + step - 1) / step;
            if (row < rows)
                return start + (row * step);
            row -= Math.Max(0, rows);
        }
        return area.Height;
    }

    /// <summary>Decodes LZW; returns the number of indices.</summary>
    private static int Unpack(ReadOnlySpan<byte> file, ref int at, byte[] indices)
    {
        int minimum = file[at++];
        if (minimum is < 1 or > 11)
            throw new DecodeFailedException(DecodeFailure.Malformed, $"The image's code size is {minimum}.");
        var (clear, end) = (1 << minimum, (1 << minimum) + 1);
        var prefix = new short[MostCodes];
        var suffix = new byte[MostCodes];
        var stack = new byte[MostCodes + 1];
        var (bits, available, size, next, previous, first, written) = (0, 0, minimum + 1, clear + 2, -1, (byte)0, 0);
        for (int block = at < file.Length ? file[at++] : 0; block > 0; block = at < file.Length ? file[at++] : 0)
        {
            var stop = Math.Min(at + block, file.Length);
            for (; at < stop; at++)
            {
                bits |= file[at] << available;
                available += 8;
                while (available >= size)
                {
                    var code = bits & ((1 << size) - 1);
                    bits >>= size;
                    available -= size;
                    if (code == clear)
                    {
                        (size, next, previous) = (minimum + 1, clear + 2, -1);
                        continue;
                    }
                    if (code == end || code > next || (previous < 0 && code >= clear))
                    {
                        at = stop;
                        SkipBlocks(file, ref at);
                        return written;
                    }
                    var depth = 0;
                    var walk = code;
                    if (code == next)
                    {
                        stack[depth++] = first;
                        walk = previous;
                    }
                    for (; walk >= clear; walk = prefix[walk])
                        stack[depth++] = suffix[walk];
                    first = (byte)walk;
                    stack[depth++] = first;
                    while (depth > 0 && written < indices.Length)
                        indices[written++] = stack[--depth];
                    if (previous >= 0 && next < MostCodes)
                    {
                        prefix[next] = (short)previous;
                        suffix[next] = first;
                        if (++next == 1 << size && size < 12)
                            size++;
                    }
                    previous = code;
                }
            }
        }
        return written;
    }

    private static void Dispose(byte[] canvas, int width, int height, in Area area, int disposal, byte[]? saved)
    {
        if (disposal == 3 && saved is not null)
            saved.CopyTo(canvas, 0);
        if (disposal != 2)
            return;
        for (var y = area.Top; y < Math.Min(height, area.Top + area.Height); y++)
        {
            var columns = Math.Min(width, area.Left + area.Width) - area.Left;
            if (columns > 0)
                canvas.AsSpan(((y * width) + area.Left) * 4, columns * 4).Clear();
        }
    }

    private readonly record struct Area(int Left, int Top, int Width, int Height, byte Flags)
    {
        internal static Area Read(ReadOnlySpan<byte> file, ref int at)
        {
            var area = new Area(
                BinaryPrimitives.ReadUInt16LittleEndian(file[at..]), BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 2)..]),
                BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 4)..]), BinaryPrimitives.ReadUInt16LittleEndian(file[(at + 6)..]), file[at + 8]);
            at += 9;
            return area;
        }
    }
}
