using System.Buffers.Binary;
using System.IO.Compression;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The Encoding standard's index tables of multi-byte encodings, as of 2024-09-18: the code point for each pointer, 0 for
/// none. The deflated resource holds each table as three planes of bytes, followed by the ranges of GB18030.
/// </summary>
internal static class EncodingIndexes
{
    private static readonly Lazy<(int[][] Tables, (int Pointer, int CodePoint)[] Ranges)> Loaded = new(Load);

    internal static int[] Jis0208 => Loaded.Value.Tables[0];

    internal static int[] Jis0212 => Loaded.Value.Tables[1];

    internal static int[] EucKr => Loaded.Value.Tables[2];

    internal static int[] Gb18030 => Loaded.Value.Tables[3];

    internal static int[] Big5 => Loaded.Value.Tables[4];

    /// <summary>The code point of a four-byte GB18030 sequence's pointer; 0 for none.</summary>
    internal static int OfGb18030Range(int pointer)
    {
        if (pointer is (> 39419 and < 189000) or > 1237575)
            return 0;
        if (pointer == 7457)
            return 0xE7C7;
        var ranges = Loaded.Value.Ranges;
        var (low, high) = (0, ranges.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = ranges[middle].Pointer <= pointer ? (middle, high) : (low, middle - 1);
        }
        return ranges[low].CodePoint + pointer - ranges[low].Pointer;
    }

    /// <summary>The pointer of a code point's four-byte GB18030 sequence.</summary>
    internal static int PointerOfGb18030Range(int codePoint)
    {
        if (codePoint == 0xE7C7)
            return 7457;
        var ranges = Loaded.Value.Ranges;
        var (low, high) = (0, ranges.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = ranges[middle].CodePoint <= codePoint ? (middle, high) : (low, middle - 1);
        }
        return ranges[low].Pointer + codePoint - ranges[low].CodePoint;
    }

    private static (int[][], (int, int)[]) Load()
    {
        using var resource = typeof(EncodingIndexes).Assembly.GetManifestResourceStream("ActorBrowser.EncodingIndexes")!;
        using var inflated = new DeflateStream(resource, CompressionMode.Decompress);
        var tables = Array.ConvertAll((int[])[11280, 8836, 23940, 23940, 19782], length => ReadTable(inflated, length));
        var count = ReadNumber(inflated);
        var ranges = new (int, int)[count];
        for (var i = 0; i < count; i++)
            ranges[i] = (ReadNumber(inflated), ReadNumber(inflated));
        return (tables, ranges);
    }

    private static int[] ReadTable(DeflateStream from, int length)
    {
        var planes = new byte[length * 3];
        from.ReadExactly(planes);
        var table = new int[length];
        for (var i = 0; i < length; i++)
            table[i] = (planes[i] << 16) | (planes[length + i] << 8) | planes[2 * length + i];
        return table;
    }

    private static int ReadNumber(DeflateStream from)
    {
        Span<byte> number = stackalloc byte[4];
        from.ReadExactly(number);
        return BinaryPrimitives.ReadInt32LittleEndian(number);
    }
}
