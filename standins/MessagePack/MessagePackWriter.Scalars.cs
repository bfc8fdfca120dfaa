using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MessagePack;

public ref partial struct MessagePackWriter
{
    private const long UnixEpochSeconds = 62_135_596_800;

    public void WriteNil() => WriteByteToken(MessagePackCode.Nil);

    public void Write(bool value) => WriteByteToken(value ? MessagePackCode.True : MessagePackCode.False);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        if (value <= MessagePackCode.MaxFixInt)
            WriteByteToken(value);
        else
            WriteUInt8(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(sbyte value)
    {
        if (value >= MessagePackRange.MinFixNegativeInt)
            WriteByteToken((byte)value);
        else
            WriteInt8(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ushort value) => Write((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(char value) => Write((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(short value) => Write((int)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(uint value)
    {
        if (value <= MessagePackCode.MaxFixInt)
            WriteByteToken((byte)value);
        else
            WriteUnsigned(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(int value)
    {
        if ((uint)value <= MessagePackCode.MaxFixInt)
            WriteByteToken((byte)value);
        else if (value >= 0)
            WriteUnsigned((uint)value);
        else
            WriteNegative(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong value)
    {
        if (value <= MessagePackCode.MaxFixInt)
            WriteByteToken((byte)value);
        else if (value <= uint.MaxValue)
            WriteUnsigned((uint)value);
        else
            WriteUInt64(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else
            WriteNegative(value);
    }

    public void WriteUInt8(byte value) => Write8(MessagePackCode.UInt8, value);

    public void WriteInt8(sbyte value) => Write8(MessagePackCode.Int8, (byte)value);

    public void WriteUInt16(ushort value) => Write16(MessagePackCode.UInt16, value);

    public void WriteInt16(short value) => Write16(MessagePackCode.Int16, (ushort)value);

    public void WriteUInt32(uint value) => Write32(MessagePackCode.UInt32, value);

    public void WriteInt32(int value) => Write32(MessagePackCode.Int32, (uint)value);

    public void WriteUInt64(ulong value) => Write64(MessagePackCode.UInt64, value);

    public void WriteInt64(long value) => Write64(MessagePackCode.Int64, (ulong)value);

    public void Write(float value) => Write32(MessagePackCode.Float32, BitConverter.SingleToUInt32Bits(value));

    public void Write(double value) => Write64(MessagePackCode.Float64, BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes the timestamp extension in 4, 8 or 12 bytes. Local times become UTC; unspecified ones are taken as UTC.</summary>
    /// <exception cref="NotSupportedException">The old format has no timestamps.</exception>
    public void Write(DateTime dateTime)
    {
        if (OldSpec)
            throw new NotSupportedException("The old MessagePack format has no timestamp: turn OldSpec off.");

        if (dateTime.Kind == DateTimeKind.Local)
            dateTime = dateTime.ToUniversalTime();

        var seconds = (dateTime.Ticks / TimeSpan.TicksPerSecond) - UnixEpochSeconds;
        var nanoseconds = (uint)(dateTime.Ticks % TimeSpan.TicksPerSecond) * (uint)TimeSpan.NanosecondsPerTick;

        ref var at = ref Reserve(15);
        if ((ulong)seconds <= uint.MaxValue && nanoseconds == 0)
        {
            at = MessagePackCode.FixExt4;
            Unsafe.Add(ref at, 1) = unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime);
            BigEndian.Store32(ref Unsafe.Add(ref at, 2), (uint)seconds);
            _written += 6;
        }
        else if ((ulong)seconds < 1UL << 34)
        {
            at = MessagePackCode.FixExt8;
            Unsafe.Add(ref at, 1) = unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime);
            BigEndian.Store64(ref Unsafe.Add(ref at, 2), ((ulong)nanoseconds << 34) | (ulong)seconds);
            _written += 10;
        }
        else
        {
            at = MessagePackCode.Ext8;
            Unsafe.Add(ref at, 1) = 12;
            Unsafe.Add(ref at, 2) = unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime);
            BigEndian.Store32(ref Unsafe.Add(ref at, 3), nanoseconds);
            BigEndian.Store64(ref Unsafe.Add(ref at, 7), (ulong)seconds);
            _written += 15;
        }
    }

    /// <summary>How many bytes <see cref="Write(long)"/> takes: 1, 2, 3, 5 or 9.</summary>
    public static int GetEncodedLength(long value) => value switch
    {
        >= 0 => GetEncodedLength((ulong)value),
        >= MessagePackRange.MinFixNegativeInt => 1,
        >= sbyte.MinValue => 2,
        >= short.MinValue => 3,
        >= int.MinValue => 5,
        _ => 9,
    };

    /// <summary>How many bytes <see cref="Write(ulong)"/> takes: 1, 2, 3, 5 or 9.</summary>
    public static int GetEncodedLength(ulong value) => value switch
    {
        <= MessagePackRange.MaxFixPositiveInt => 1,
        <= byte.MaxValue => 2,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    private void WriteUnsigned(uint value)
    {
        ref var at = ref Reserve(5);
        if (value <= byte.MaxValue)
        {
            at = MessagePackCode.UInt8;
            Unsafe.Add(ref at, 1) = (byte)value;
            _written += 2;
        }
        else if (value <= ushort.MaxValue)
        {
            at = MessagePackCode.UInt16;
            BigEndian.Store16(ref Unsafe.Add(ref at, 1), (ushort)value);
            _written += 3;
        }
        else
        {
            at = MessagePackCode.UInt32;
            BigEndian.Store32(ref Unsafe.Add(ref at, 1), value);
            _written += 5;
        }
    }

    private void WriteNegative(long value)
    {
        if (value >= MessagePackRange.MinFixNegativeInt)
            WriteByteToken((byte)value);
        else if (value >= sbyte.MinValue)
            WriteInt8((sbyte)value);
        else if (value >= short.MinValue)
            WriteInt16((short)value);
        else if (value >= int.MinValue)
            WriteInt32((int)value);
        else
            WriteInt64(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteByteToken(byte token)
    {
        if ((uint)_written >= (uint)_buffer.Length)
            Renew(1);

        Unsafe.Add(ref MemoryMarshal.GetReference(_buffer), _written) = token;
        _written++;
    }

    private void Write8(byte code, byte value)
    {
        ref var at = ref Reserve(2);
        at = code;
        Unsafe.Add(ref at, 1) = value;
        _written += 2;
    }

    private void Write16(byte code, ushort value)
    {
        ref var at = ref Reserve(3);
        at = code;
        BigEndian.Store16(ref Unsafe.Add(ref at, 1), value);
        _written += 3;
    }

    private void Write32(byte code, uint value)
    {
        ref var at = ref Reserve(5);
        at = code;
        BigEndian.Store32(ref Unsafe.Add(ref at, 1), value);
        _written += 5;
    }

    private void Write64(byte code, ulong value)
    {
        ref var at = ref Reserve(9);
        at = code;
        BigEndian.Store64(ref Unsafe.Add(ref at, 1), value);
        _written += 9;
    }
}
