using System.Buffers.Binary;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Reads and writes the chunks of a PNG file, which libpng's simplified interface does not expose.</summary>
internal static class PngChunks
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The position of each chunk, in order. The last may be cut short; everything after an invalid chunk is ignored.</summary>
    internal static List<Chunk> Read(ReadOnlySpan<byte> file)
    {
        var chunks = new List<Chunk>();
        for (var at = Signature.Length; at + 8 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            var type = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 4)..]);
            if (length > int.MaxValue)
                break;
            var there = (int)Math.Min(length, file.Length - at - 8);
            chunks.Add(new Chunk(type, at + 8, there, there < length));
            if (there < length || type == Types.End)
                break;
            at += 12 + there;
        }
        return chunks;
    }

    internal static void Write(List<byte> file, uint type, params ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.AddRange(number);
        BinaryPrimitives.WriteUInt32BigEndian(number, type);
        var crc = Crc(uint.MaxValue, number);
        file.AddRange(number);
        file.AddRange(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(crc, data));
        file.AddRange(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            crc = CrcTable[(byte)(crc ^ b)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[i] = value;
        }
        return table;
    }

    /// <summary>A chunk's type, where its data lies, and whether the file ends within it.</summary>
    internal readonly record struct Chunk(uint Type, int At, int Length, bool IsCut = false)
    {
        internal ReadOnlySpan<byte> In(ReadOnlySpan<byte> file) => file.Slice(At, Length);
    }

    /// <summary>Types as numbers, big-endian.</summary>
    internal static class Types
    {
        internal const uint Header = 0x49484452;
        internal const uint Data = 0x49444154;
        internal const uint End = 0x49454E44;
        internal const uint AnimationControl = 0x6163544C;
        internal const uint FrameControl = 0x6663544C;
        internal const uint FrameData = 0x66644154;
        internal const uint Exif = 0x65584966;
    }
}
