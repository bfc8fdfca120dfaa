using System.Buffers.Binary;
using System.IO.Compression;
using static ActorBrowser.ChildEntrypoints.Images.PngChunks;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Repairs a PNG file that ends early or is damaged: keeps the rows that can be read and clears the rest.</summary>
internal static class PngRemains
{
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
            for (int read; have < raw.Length && (read = inflated.Read(raw, have, Math.Min(4096, raw.Length - have))) > 0;)
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
