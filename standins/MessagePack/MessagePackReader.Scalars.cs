using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    public Nil ReadNil()
    {
        var code = NextCode;
        _index++;
        if (code != MessagePackCode.Nil)
            ThrowInvalidCode(code);

        return Nil.Default;
    }

    /// <summary>Reads nil if it is next; else reads nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadNil()
    {
        if (NextCode != MessagePackCode.Nil)
            return false;

        _index++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool ReadBoolean()
    {
        var code = NextCode;
        _index++;
        if (code is not (MessagePackCode.True or MessagePackCode.False))
            ThrowInvalidCode(code);

        return code == MessagePackCode.True;
    }

    /// <exception cref="OverflowException">The number does not fit.</exception>
    public char ReadChar() => (char)ReadUInt16();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte ReadByte() => TryReadFixInt(out var small) ? small : ReadByteSlow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort ReadUInt16() => TryReadFixInt(out var small) ? small : ReadUInt16Slow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ReadUInt32() => TryReadFixInt(out var small) ? small : ReadUInt32Slow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadUInt64() => TryReadFixInt(out var small) ? small : ReadUInt64Slow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public sbyte ReadSByte() => TryReadFixInt(out var small) ? (sbyte)small : ReadSByteSlow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public short ReadInt16() => TryReadFixInt(out var small) ? small : ReadInt16Slow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ReadInt32() => TryReadFixInt(out var small) ? small : ReadInt32Slow();

    /// <exception cref="OverflowException">The number does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long ReadInt64() => TryReadFixInt(out var small) ? small : ReadInt64Slow();

    /// <summary>Reads float 32, float 64 (rounded) or any integer.</summary>
    public float ReadSingle() => NextCode switch
    {
        MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle((uint)ReadAfterCode(4)),
        MessagePackCode.Float64 => (float)BitConverter.UInt64BitsToDouble(ReadAfterCode(8)),
        MessagePackCode.UInt64 => ReadUInt64Slow(),
        _ => ReadInt64Slow(),
    };

    /// <summary>Reads float 64, float 32 or any integer.</summary>
    public double ReadDouble() => NextCode switch
    {
        MessagePackCode.Float64 => BitConverter.UInt64BitsToDouble(ReadAfterCode(8)),
        MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle((uint)ReadAfterCode(4)),
        MessagePackCode.UInt64 => ReadUInt64Slow(),
        _ => ReadInt64Slow(),
    };

    /// <summary>Reads a timestamp of 4, 8 or 12 bytes; the value is UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is beyond what a DateTime holds.</exception>
    public DateTime ReadDateTime()
    {
        if (!TryPeekExtensionHeader(out var header, out var size))
            ThrowEndOfData();

        return ReadTimestamp(header, size);
    }

    /// <summary>Reads what follows a header that was already read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is beyond what a DateTime holds.</exception>
    /// <exception cref="IndexOutOfRangeException">The header is no timestamp's and nothing follows it: so it is in the real reader (3.1.7).</exception>
    public DateTime ReadDateTime(ExtensionHeader header) => ReadTimestamp(header, 0);

    private DateTime ReadTimestamp(ExtensionHeader header, int headerSize)
    {
        var length = checked((int)header.Length);
        if (header.TypeCode != ReservedMessagePackExtensionTypeCode.DateTime || length is not (4 or 8 or 12))
        {
            _ = HasMore();
            ThrowInvalidCode(_span[_index]);
        }

        Span<byte> token = stackalloc byte[18];
        token = token.Slice(0, headerSize + length);
        if (!TryCopyTo(token))
            ThrowEndOfData();

        ref var at = ref token[headerSize];
        long seconds;
        long nanoseconds;
        switch (length)
        {
            case 4:
                nanoseconds = 0;
                seconds = BigEndian.Load32(ref at);
                break;
            case 8:
                var both = BigEndian.Load64(ref at);
                nanoseconds = (long)(both >> 34);
                seconds = (long)(both & 0x3_ffff_ffff);
                break;
            default:
                nanoseconds = BigEndian.Load32(ref at);
                seconds = (long)BigEndian.Load64(ref Unsafe.Add(ref at, 4));
                break;
        }

        var value = DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
        Advance(token.Length);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadFixInt(out byte value)
    {
        var index = _index;
        if ((uint)index < (uint)_span.Length)
        {
            value = Unsafe.Add(ref MemoryMarshal.GetReference(_span), index);
            if (value <= MessagePackCode.MaxFixInt)
            {
                _index = index + 1;
                return true;
            }
        }

        value = 0;
        return false;
    }

    // Moving comes after the conversion: a number that does not fit can still be read as a larger type.
    private byte ReadByteSlow()
    {
        var value = checked((byte)PeekUnsigned(out var size));
        Advance(size);
        return value;
    }

    private ushort ReadUInt16Slow()
    {
        var value = checked((ushort)PeekUnsigned(out var size));
        Advance(size);
        return value;
    }

    private uint ReadUInt32Slow()
    {
        var value = checked((uint)PeekUnsigned(out var size));
        Advance(size);
        return value;
    }

    private ulong ReadUInt64Slow()
    {
        var value = PeekUnsigned(out var size);
        Advance(size);
        return value;
    }

    private sbyte ReadSByteSlow()
    {
        var value = checked((sbyte)PeekSigned(out var size));
        Advance(size);
        return value;
    }

    private short ReadInt16Slow()
    {
        var value = checked((short)PeekSigned(out var size));
        Advance(size);
        return value;
    }

    private int ReadInt32Slow()
    {
        var value = checked((int)PeekSigned(out var size));
        Advance(size);
        return value;
    }

    private long ReadInt64Slow()
    {
        var value = PeekSigned(out var size);
        Advance(size);
        return value;
    }

    private long PeekSigned(out int tokenSize)
    {
        var code = NextCode;
        if (code is <= MessagePackCode.MaxFixInt or >= MessagePackCode.MinNegativeFixInt)
        {
            tokenSize = 1;
            return (sbyte)code;
        }

        switch (code)
        {
            case MessagePackCode.UInt8:
                tokenSize = 2;
                return (long)PeekAfterCode(1);
            case MessagePackCode.UInt16:
                tokenSize = 3;
                return (long)PeekAfterCode(2);
            case MessagePackCode.UInt32:
                tokenSize = 5;
                return (long)PeekAfterCode(4);
            case MessagePackCode.UInt64:
                tokenSize = 9;
                return checked((long)PeekAfterCode(8));
            case MessagePackCode.Int8:
                tokenSize = 2;
                return (sbyte)PeekAfterCode(1);
            case MessagePackCode.Int16:
                tokenSize = 3;
                return (short)PeekAfterCode(2);
            case MessagePackCode.Int32:
                tokenSize = 5;
                return (int)PeekAfterCode(4);
            case MessagePackCode.Int64:
                tokenSize = 9;
                return (long)PeekAfterCode(8);
            default:
                ThrowInvalidCode(code);
                tokenSize = 0;
                return 0;
        }
    }

    private ulong PeekUnsigned(out int tokenSize)
    {
        if (NextCode == MessagePackCode.UInt64)
        {
            tokenSize = 9;
            return PeekAfterCode(8);
        }

        return checked((ulong)PeekSigned(out tokenSize));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong PeekAfterCode(int size)
    {
        if (!TryPeekAfterCode(size, out var value))
            ThrowEndOfData();

        return value;
    }

    private ulong ReadAfterCode(int size)
    {
        var value = PeekAfterCode(size);
        Advance(size + 1);
        return value;
    }
}
