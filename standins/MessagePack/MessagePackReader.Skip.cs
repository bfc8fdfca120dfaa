using System.Buffers;
using System.IO;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    /// <summary>Passes over one whole value, with all that is in it.</summary>
    public void Skip()
    {
        // A count instead of recursion: depth of nesting costs no stack.
        for (long values = 1; values > 0; values--)
        {
            if (!TrySkipToken(out var inside))
                ThrowEndOfData();

            values = checked(values + inside);
        }
    }

    /// <summary>Reads <paramref name="length"/> bytes as they are, as a slice of <see cref="Sequence"/>.</summary>
    /// <exception cref="EndOfStreamException">There are not so many.</exception>
    public ReadOnlySequence<byte> ReadRaw(long length) => Take(length);

    /// <summary>Reads one whole value as its bytes, as a slice of <see cref="Sequence"/>.</summary>
    public ReadOnlySequence<byte> ReadRaw()
    {
        var start = Position;
        var before = Consumed;
        Skip();
        return Sequence.Slice(start, Consumed - before);
    }

    /// <summary>Passes over one token; what it contains is left to pass over.</summary>
    private bool TrySkipToken(out long inside)
    {
        inside = 0;
        if (!HasMore())
            return false;

        var code = NextCode;
        int count;
        uint length;
        switch (MessagePackCode.ToMessagePackType(code))
        {
            case MessagePackType.Nil or MessagePackType.Boolean:
                return TryAdvance(1);
            case MessagePackType.Integer:
                // uint 8 to 64 and int 8 to 64 are two runs of four codes.
                return TryAdvance(code is >= MessagePackCode.UInt8 and <= MessagePackCode.Int64
                    ? 1 + (1 << ((code - MessagePackCode.UInt8) & 3))
                    : 1);
            case MessagePackType.Float:
                return TryAdvance(code == MessagePackCode.Float32 ? 5 : 9);
            case MessagePackType.Array:
                if (!TryReadArrayHeader(out count))
                    return false;
                inside = count;
                return true;
            case MessagePackType.Map:
                if (!TryReadMapHeader(out count))
                    return false;
                inside = 2L * count;
                return true;
            case MessagePackType.String:
                return TryReadStringLength(out length) && TryAdvance(length);
            case MessagePackType.Binary:
                return TryReadLength(code - MessagePackCode.Bin8, out length) && TryAdvance(length);
            case MessagePackType.Extension:
                return TryReadExtensionFormatHeader(out var header) && TryAdvance(header.Length);
            default:
                ThrowInvalidCode(code);
                return false;
        }
    }
}
