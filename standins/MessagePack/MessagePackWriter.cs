using System;
using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;

namespace MessagePack;

/// <summary>Writes MessagePack to a buffer, always in the shortest encoding.</summary>
public ref struct MessagePackWriter
{
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _used;

    public MessagePackWriter(IBufferWriter<byte> writer) : this()
    {
        _output = writer;
        _span = writer.GetSpan();
    }

    public CancellationToken CancellationToken { get; set; }

    public bool OldSpec { get; set; }

    public MessagePackWriter Clone(IBufferWriter<byte> writer) =>
        new(writer) { OldSpec = OldSpec, CancellationToken = CancellationToken };

    public void Flush()
    {
        if (_used == 0)
            return;
        _output.Advance(_used);
        _used = 0;
        _span = default;
    }

    public Span<byte> GetSpan(int length)
    {
        Reserve(length);
        return _span[_used..];
    }

    public void Advance(int length) => _used += length;

    public void WriteRaw(ReadOnlySpan<byte> rawMessagePackBlock)
    {
        Reserve(rawMessagePackBlock.Length);
        rawMessagePackBlock.CopyTo(_span[_used..]);
        _used += rawMessagePackBlock.Length;
    }

    public void WriteRaw(in ReadOnlySequence<byte> rawMessagePackBlock)
    {
        foreach (var segment in rawMessagePackBlock)
            WriteRaw(segment.Span);
    }

    public void WriteNil() => One(MessagePackCode.Nil);

    public void Write(bool value) => One(value ? MessagePackCode.True : MessagePackCode.False);

    public void WriteArrayHeader(int count) => WriteArrayHeader((uint)count);

    public void WriteArrayHeader(uint count) =>
        Header(count, MessagePackCode.MinFixArray, MessagePackRange.MaxFixArrayCount, MessagePackCode.Array16, MessagePackCode.Array32);

    public void WriteMapHeader(int count) => WriteMapHeader((uint)count);

    public void WriteMapHeader(uint count) =>
        Header(count, MessagePackCode.MinFixMap, MessagePackRange.MaxFixMapCount, MessagePackCode.Map16, MessagePackCode.Map32);

    public void Write(byte value) => Write((ulong)value);

    public void Write(sbyte value) => Write((long)value);

    public void Write(ushort value) => Write((ulong)value);

    public void Write(short value) => Write((long)value);

    public void Write(uint value) => Write((ulong)value);

    public void Write(int value) => Write((long)value);

    public void Write(char value) => Write((ulong)value);

    public void WriteUInt8(byte value) => Fixed8(MessagePackCode.UInt8, value);

    public void WriteInt8(sbyte value) => Fixed8(MessagePackCode.Int8, (byte)value);

    public void WriteUInt16(ushort value) => Fixed16(MessagePackCode.UInt16, value);

    public void WriteInt16(short value) => Fixed16(MessagePackCode.Int16, (ushort)value);

    public void WriteUInt32(uint value) => Fixed32(MessagePackCode.UInt32, value);

    public void WriteInt32(int value) => Fixed32(MessagePackCode.Int32, (uint)value);

    public void WriteUInt64(ulong value) => Fixed64(MessagePackCode.UInt64, value);

    public void WriteInt64(long value) => Fixed64(MessagePackCode.Int64, (ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong value)
    {
        if (value <= MessagePackRange.MaxFixPositiveInt)
            One((byte)value);
        else
            WriteLarge(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(long value)
    {
        if (value >= 0)
            Write((ulong)value);
        else
            WriteNegative(value);
    }

    public void Write(float value) => Fixed32(MessagePackCode.Float32, BitConverter.SingleToUInt32Bits(value));

    public void Write(double value) => Fixed64(MessagePackCode.Float64, BitConverter.DoubleToUInt64Bits(value));

    public void Write(byte[]? src)
    {
        if (src is null)
            WriteNil();
        else
            Write(new ReadOnlySpan<byte>(src));
    }

    public void Write(scoped ReadOnlySpan<byte> src)
    {
        WriteBinHeader(src.Length);
        Reserve(src.Length);
        src.CopyTo(_span[_used..]);
        _used += src.Length;
    }

    public void Write(in ReadOnlySequence<byte> src)
    {
        WriteBinHeader(checked((int)src.Length));
        WriteRaw(src);
    }

    public void WriteBinHeader(int length)
    {
        if (OldSpec)
            WriteStringHeader(length);
        else if (length <= byte.MaxValue)
            Fixed8(MessagePackCode.Bin8, (byte)length);
        else if (length <= ushort.MaxValue)
            Fixed16(MessagePackCode.Bin16, (ushort)length);
        else
            Fixed32(MessagePackCode.Bin32, (uint)length);
    }

    public void WriteString(ReadOnlySpan<byte> utf8stringBytes)
    {
        WriteStringHeader(utf8stringBytes.Length);
        WriteRaw(utf8stringBytes);
    }

    public void WriteString(in ReadOnlySequence<byte> utf8stringBytes)
    {
        WriteStringHeader(checked((int)utf8stringBytes.Length));
        WriteRaw(utf8stringBytes);
    }

    public void WriteStringHeader(int byteCount)
    {
        if (byteCount <= MessagePackRange.MaxFixStringLength)
            One((byte)(MessagePackCode.MinFixStr | byteCount));
        else if (byteCount <= byte.MaxValue && !OldSpec)
            Fixed8(MessagePackCode.Str8, (byte)byteCount);
        else if (byteCount <= ushort.MaxValue)
            Fixed16(MessagePackCode.Str16, (ushort)byteCount);
        else
            Fixed32(MessagePackCode.Str32, (uint)byteCount);
    }

    public void Write(string? value)
    {
        if (value is null)
            WriteNil();
        else
            Write(value.AsSpan());
    }

    public void Write(scoped ReadOnlySpan<char> value)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        WriteStringHeader(bytes);
        Reserve(bytes);
        _used += Encoding.UTF8.GetBytes(value, _span[_used..]);
    }

    public void Write(DateTime dateTime)
    {
        if (OldSpec)
            throw new NotSupportedException("The MessagePack spec does not define a format for DateTime in old spec mode.");
        // A timestamp is seconds since 1970 and nanoseconds; local and unspecified kinds are taken as UTC's clock, as the real one does.
        var utc = dateTime.Kind == DateTimeKind.Local ? dateTime.ToUniversalTime() : dateTime;
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }
        var nanoseconds = rest * 100;
        if (seconds >> 34 == 0)
        {
            var data = (ulong)((nanoseconds << 34) | seconds);
            if ((data & 0xffffffff00000000UL) == 0)
            {
                Fixed8(MessagePackCode.FixExt4, unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime));
                Raw32((uint)data);
            }
            else
            {
                Fixed8(MessagePackCode.FixExt8, unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime));
                Raw64(data);
            }
            return;
        }
        Fixed8(MessagePackCode.Ext8, 12);
        One(unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime));
        Raw32((uint)nanoseconds);
        Raw64((ulong)seconds);
    }

    public void WriteExtensionFormatHeader(ExtensionHeader extensionHeader)
    {
        switch (extensionHeader.Length)
        {
            case 1: One(MessagePackCode.FixExt1); break;
            case 2: One(MessagePackCode.FixExt2); break;
            case 4: One(MessagePackCode.FixExt4); break;
            case 8: One(MessagePackCode.FixExt8); break;
            case 16: One(MessagePackCode.FixExt16); break;
            case <= byte.MaxValue: Fixed8(MessagePackCode.Ext8, (byte)extensionHeader.Length); break;
            case <= ushort.MaxValue: Fixed16(MessagePackCode.Ext16, (ushort)extensionHeader.Length); break;
            default: Fixed32(MessagePackCode.Ext32, extensionHeader.Length); break;
        }
        One((byte)extensionHeader.TypeCode);
    }

    public void WriteExtensionFormat(ExtensionResult extensionData)
    {
        WriteExtensionFormatHeader(extensionData.Header);
        WriteRaw(extensionData.Data);
    }

    public static int GetEncodedLength(long value) => value >= 0
        ? GetEncodedLength((ulong)value)
        : value >= MessagePackRange.MinFixNegativeInt ? 1 : value >= sbyte.MinValue ? 2 : value >= short.MinValue ? 3 : value >= int.MinValue ? 5 : 9;

    public static int GetEncodedLength(ulong value) =>
        value <= MessagePackRange.MaxFixPositiveInt ? 1 : value <= byte.MaxValue ? 2 : value <= ushort.MaxValue ? 3 : value <= uint.MaxValue ? 5 : 9;

    private void WriteLarge(ulong value)
    {
        if (value <= byte.MaxValue)
            Fixed8(MessagePackCode.UInt8, (byte)value);
        else if (value <= ushort.MaxValue)
            Fixed16(MessagePackCode.UInt16, (ushort)value);
        else if (value <= uint.MaxValue)
            Fixed32(MessagePackCode.UInt32, (uint)value);
        else
            Fixed64(MessagePackCode.UInt64, value);
    }

    private void WriteNegative(long value)
    {
        if (value >= MessagePackRange.MinFixNegativeInt)
            One((byte)value);
        else if (value >= sbyte.MinValue)
            Fixed8(MessagePackCode.Int8, (byte)value);
        else if (value >= short.MinValue)
            Fixed16(MessagePackCode.Int16, (ushort)value);
        else if (value >= int.MinValue)
            Fixed32(MessagePackCode.Int32, (uint)value);
        else
            Fixed64(MessagePackCode.Int64, (ulong)value);
    }

    private void Header(uint count, byte fix, int maxFix, byte code16, byte code32)
    {
        if (count <= maxFix)
            One((byte)(fix | count));
        else if (count <= ushort.MaxValue)
            Fixed16(code16, (ushort)count);
        else
            Fixed32(code32, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void One(byte value)
    {
        Reserve(1);
        _span[_used++] = value;
    }

    private void Fixed8(byte code, byte value)
    {
        Reserve(2);
        _span[_used] = code;
        _span[_used + 1] = value;
        _used += 2;
    }

    private void Fixed16(byte code, ushort value)
    {
        Reserve(3);
        _span[_used] = code;
        BinaryPrimitives.WriteUInt16BigEndian(_span[(_used + 1)..], value);
        _used += 3;
    }

    private void Fixed32(byte code, uint value)
    {
        Reserve(5);
        _span[_used] = code;
        BinaryPrimitives.WriteUInt32BigEndian(_span[(_used + 1)..], value);
        _used += 5;
    }

    private void Fixed64(byte code, ulong value)
    {
        Reserve(9);
        _span[_used] = code;
        BinaryPrimitives.WriteUInt64BigEndian(_span[(_used + 1)..], value);
        _used += 9;
    }

    private void Raw32(uint value)
    {
        Reserve(4);
        BinaryPrimitives.WriteUInt32BigEndian(_span[_used..], value);
        _used += 4;
    }

    private void Raw64(ulong value)
    {
        Reserve(8);
        BinaryPrimitives.WriteUInt64BigEndian(_span[_used..], value);
        _used += 8;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int length)
    {
        if (_span.Length - _used < length)
            Grow(length);
    }

    private void Grow(int length)
    {
        Flush();
        _span = _output.GetSpan(length);
    }
}
