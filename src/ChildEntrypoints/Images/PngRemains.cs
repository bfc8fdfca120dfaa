using System.Buffers.Binary;
using System.IO.Compression;
using static ActorBrowser.ChildEntrypoints.Images.PngChunks;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Repairs a PNG file that ends early or is damaged: keeps the rows that can be read and clears the rest.</summary>
internal static class PngRemains
{
    // The stream gives nothing of a read that meets the damage, so reads are short.
    private const int Piece = 64;

    private static readonly (int X, int Y, int StepX, int StepY)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Repairs the file.</summary>
    /// <param name="file">The file; its header is right, and its size within the limits.</param>
    /// <param name="rows">How many rows from the top could be read; all rows if the image is interlaced.</param>
    /// <returns>Null when nothing can be read.</returns>
    internal static byte[]? Of(ReadOnlySpan<byte> file, out int rows)
    {
        rows = 0;
        var chunks = Read(file);
        var header = chunks[0].In(file);
        if (header.Length != 13)
            return null;
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        var bits = header[8] * header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var interlaced = header[12] == 1;
        var row = 1 + (((long)width * bits) + 7) / 8;
        var length = interlaced ? Passes.Sum(pass => Size(width, height, bits, pass)) : row * height;
        if (length > int.MaxValue)
            return null;
        var raw = new byte[length];
        var have = Inflate(file, chunks, raw);
        have = interlaced ? Passes.Aggregate((Left: have, Kept: 0), (sum, pass) => Keep(raw, sum, width, height, bits, pass)).Kept : Rows(raw, have, (int)row);
        if (have < row)
            return null;
        rows = interlaced ? height : (int)(have / row);
        // A partial row is discarded.
        raw.AsSpan(interlaced ? have : (int)(rows * row)).Clear();
        var whole = new List<byte>();
        whole.AddRange(Signature);
        foreach (var chunk in chunks.TakeWhile(static chunk => chunk.Type != Types.Data))
            Write(whole, chunk.Type, chunk.In(file));
        Write(whole, Types.Data, Deflate(raw));
        Write(whole, Types.End);
        return [.. whole];
    }

    private static long Size(int width, int height, int bits, (int X, int Y, int StepX, int StepY) pass)
    {
        long columns = (width - pass.X + pass.StepX - 1) / pass.StepX, rows = (height - pass.Y + pass.StepY - 1) / pass.StepY;
        return columns <= 0 || rows <= 0 ? 0 : rows * (1 + ((columns * bits) + 7) / 8);
    }

    // A row whose filter does not exist is damaged, with everything after it. A partial row stays: only in an interlaced image is it shown.
    private static int Rows(byte[] raw, int have, int row, int from = 0)
    {
        for (var at = from; at < from + have; at += row)
            if (raw[at] > 4)
                return at - from;
        return have;
    }

    private static (int Left, int Kept) Keep(byte[] raw, (int Left, int Kept) sum, int width, int height, int bits, (int X, int Y, int StepX, int StepY) pass)
    {
        var size = (int)Size(width, height, bits, pass);
        var rows = size == 0 ? 1 : (height - pass.Y + pass.StepY - 1) / pass.StepY;
        var there = Math.Min(sum.Left, size);
        var good = size == 0 ? 0 : Rows(raw, there, size / rows, sum.Kept);
        // After damage nothing is left to keep.
        return (good < size ? 0 : sum.Left - good, sum.Kept + good);
    }

    private static int Inflate(ReadOnlySpan<byte> file, List<Chunk> chunks, byte[] raw)
    {
        using var data = new MemoryStream();
        foreach (var chunk in chunks)
        {
            if (chunk.Type == Types.Data)
                data.Write(chunk.In(file));
        }
        data.Position = 0;
        var have = 0;
        try
        {
            using var inflated = new ZLibStream(data, CompressionMode.Decompress);
            for (int read; have < raw.Length && (read = inflated.Read(raw, have, Math.Min(Piece, raw.Length - have))) > 0;)
                have += read;
        }
        catch (InvalidDataException)
        {
            // The damage begins here: keep the bytes before it.
        }
        return have;
    }

    private static byte[] Deflate(byte[] raw)
    {
        using var data = new MemoryStream();
        using (var deflated = new ZLibStream(data, CompressionLevel.Fastest))
            deflated.Write(raw);
        return data.ToArray();
    }
}
