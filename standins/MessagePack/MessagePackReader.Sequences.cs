using System;
using System.Buffers;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    /// <summary>Reads the number of elements of an array.</summary>
    /// <exception cref="EndOfStreamException">Fewer bytes are left than elements are announced: nothing should be allocated for them.</exception>
    /// <exception cref="OverflowException">The array announces more than <see cref="int.MaxValue"/> elements.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadArrayHeader()
    {
        if (!TryReadArrayHeader(out var count) || Remaining < count)
            ThrowEndOfData();

        return count;
    }

    /// <summary>Reads the number of elements of an array, or nothing if the header is incomplete.</summary>
    /// <exception cref="OverflowException">The array announces more than <see cref="int.MaxValue"/> elements.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadArrayHeader(out int count)
    {
        if (HasMore())
        {
            var code = Unsafe.Add(ref MemoryMarshal.GetReference(_span), _index);
            if (code is >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray)
            {
                count = code & 0xf;
                _index++;
                return true;
            }
        }

        return TryReadCount(MessagePackCode.Array16, out count);
    }

    /// <summary>Reads the number of key and value pairs of a map.</summary>
    /// <exception cref="EndOfStreamException">Fewer bytes are left than keys and values are announced.</exception>
    /// <exception cref="OverflowException">The map announces more than <see cref="int.MaxValue"/> pairs.</exception>
    public int ReadMapHeader()
    {
        if (!TryReadMapHeader(out var count) || Remaining < (long)count * 2)
            ThrowEndOfData();

        return count;
    }

    /// <summary>Reads the number of key and value pairs of a map, or nothing if the header is incomplete.</summary>
    /// <exception cref="OverflowException">The map announces more than <see cref="int.MaxValue"/> pairs.</exception>
    public bool TryReadMapHeader(out int count)
    {
        if (HasMore())
        {
            var code = Unsafe.Add(ref MemoryMarshal.GetReference(_span), _index);
            if (code is >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap)
            {
                count = code & 0xf;
                _index++;
                return true;
            }
        }

        return TryReadCount(MessagePackCode.Map16, out count);
    }

    /// <summary>Reads bin, or str for what the old format wrote; null for nil. The result is a slice of <see cref="Sequence"/>.</summary>
    public ReadOnlySequence<byte>? ReadBytes()
    {
        if (TryReadNil())
            return null;

        var code = NextCode;
        var read = code is >= MessagePackCode.Bin8 and <= MessagePackCode.Bin32
            ? TryReadLength(code - MessagePackCode.Bin8, out var length)
            : TryReadStringLength(out length);
        if (!read)
            ThrowEndOfData();

        return Take(length);
    }

    /// <summary>Reads str as its UTF-8 bytes; null for nil. The result is a slice of <see cref="Sequence"/>.</summary>
    public ReadOnlySequence<byte>? ReadStringSequence()
    {
        if (TryReadNil())
            return null;

        if (!TryReadStringLength(out var length))
            ThrowEndOfData();

        return Take(length);
    }

    /// <summary>Reads str as its UTF-8 bytes if they lie in one piece; false, and nothing read, if they do not or it is nil.</summary>
    /// <exception cref="OverflowException">The string announces more than <see cref="int.MaxValue"/> bytes.</exception>
    public bool TryReadStringSpan(out ReadOnlySpan<byte> span)
    {
        span = default;
        if (IsNil)
            return false;

        // A header that may lie across segments, which would have to be gone back over, takes a copy of the reader.
        const int LongestHeader = 5;
        if (_hasNext && _span.Length - _index <= LongestHeader)
        {
            var after = this;
            if (!after.TryReadContiguousString(out span))
                return false;

            this = after;
            return true;
        }

        var before = _index;
        if (TryReadContiguousString(out span))
            return true;

        _index = before;
        return false;
    }

    /// <summary>Reads str; null for nil. Bytes that are not UTF-8 become U+FFFD.</summary>
    public string? ReadString()
    {
        if (TryReadNil())
            return null;

        if (!TryReadStringLength(out var length))
            ThrowEndOfData();

        if (_span.Length - _index >= length)
        {
            var value = Encoding.UTF8.GetString(_span.Slice(_index, (int)length));
            _index += (int)length;
            return value;
        }

        return ReadStringAcross(length);
    }

    /// <summary>Reads an extension's type and length.</summary>
    /// <exception cref="EndOfStreamException">Fewer bytes are left than the header announces.</exception>
    public ExtensionHeader ReadExtensionFormatHeader()
    {
        if (!TryReadExtensionFormatHeader(out var header) || Remaining < header.Length)
            ThrowEndOfData();

        return header;
    }

    /// <summary>Reads an extension's type and length, or nothing if the header is incomplete.</summary>
    public bool TryReadExtensionFormatHeader(out ExtensionHeader extensionHeader)
    {
        if (!TryPeekExtensionHeader(out extensionHeader, out var size))
            return false;

        Advance(size);
        return true;
    }

    /// <summary>Reads an extension. Its data is a slice of <see cref="Sequence"/>.</summary>
    public ExtensionResult ReadExtensionFormat()
    {
        var header = ReadExtensionFormatHeader();
        return new ExtensionResult(header.TypeCode, Take(header.Length));
    }

    private bool TryReadContiguousString(out ReadOnlySpan<byte> span)
    {
        if (!TryReadStringLength(out var announced))
            ThrowEndOfData();

        var length = checked((int)announced);
        if (_span.Length - _index >= length)
        {
            span = _span.Slice(_index, length);
            _index += length;
            return true;
        }

        if (Remaining < length)
            ThrowEndOfData();

        // The text may still lie whole in the next segment, if the header ended with this one.
        if (_index == _span.Length && MoveToNextSegment() && _span.Length >= length)
        {
            span = _span.Slice(0, length);
            _index = length;
            return true;
        }

        span = default;
        return false;
    }

    private string ReadStringAcross(uint length) => Encoding.UTF8.GetString(Take(length));

    // Length fields of 8, 16 and 32 bits have codes that follow each other: their order is the width's power of two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadLength(int widthOrder, out uint length)
    {
        var width = 1 << widthOrder;
        var read = TryPeekAfterCode(width, out var value);
        length = (uint)value;
        if (read)
            Advance(width + 1);

        return read;
    }

    private bool TryReadCount(byte code16, out int count)
    {
        count = 0;
        if (!HasMore())
            return false;

        var code = NextCode;
        if (code != code16 && code != code16 + 1)
            ThrowInvalidCode(code);

        var width = 2 << (code - code16);
        if (!TryPeekAfterCode(width, out var value))
            return false;

        count = checked((int)value);
        Advance(width + 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadStringLength(out uint length)
    {
        if (HasMore())
        {
            var code = Unsafe.Add(ref MemoryMarshal.GetReference(_span), _index);
            if (code is >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr)
            {
                length = code & 0x1fu;
                _index++;
                return true;
            }
        }

        return TryReadLongStringLength(out length);
    }

    private bool TryReadLongStringLength(out uint length)
    {
        length = 0;
        if (!HasMore())
            return false;

        var code = NextCode;
        if (code is < MessagePackCode.Str8 or > MessagePackCode.Str32)
            ThrowInvalidCode(code);

        return TryReadLength(code - MessagePackCode.Str8, out length);
    }

    private bool TryPeekExtensionHeader(out ExtensionHeader header, out int size)
    {
        header = default;
        size = 0;

        // No extension is shorter than a code and a type; what is, is incomplete whatever its code.
        if (!HasMore() || !TryPeekAfterCode(1, out var value))
            return false;

        var code = NextCode;
        if (code is >= MessagePackCode.FixExt1 and <= MessagePackCode.FixExt16)
        {
            size = 2;
            header = new ExtensionHeader((sbyte)value, 1u << (code - MessagePackCode.FixExt1));
            return true;
        }

        if (code is < MessagePackCode.Ext8 or > MessagePackCode.Ext32)
            ThrowInvalidCode(code);

        var width = 1 << (code - MessagePackCode.Ext8);
        if (!TryPeekAfterCode(width + 1, out value))
            return false;

        size = width + 2;
        header = new ExtensionHeader((sbyte)value, (uint)(value >> 8));
        return true;
    }
}
