using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MessagePack;

public ref partial struct MessagePackWriter
{
    /// <exception cref="OverflowException"><paramref name="count"/> is negative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteArrayHeader(int count) => WriteArrayHeader(checked((uint)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteArrayHeader(uint count)
    {
        if (count <= MessagePackRange.MaxFixArrayCount)
            WriteByteToken((byte)(MessagePackCode.MinFixArray | count));
        else if (count <= ushort.MaxValue)
            Write16(MessagePackCode.Array16, (ushort)count);
        else
            Write32(MessagePackCode.Array32, count);
    }

    /// <exception cref="OverflowException"><paramref name="count"/> is negative.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMapHeader(int count) => WriteMapHeader(checked((uint)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMapHeader(uint count)
    {
        if (count <= MessagePackRange.MaxFixMapCount)
            WriteByteToken((byte)(MessagePackCode.MinFixMap | count));
        else if (count <= ushort.MaxValue)
            Write16(MessagePackCode.Map16, (ushort)count);
        else
            Write32(MessagePackCode.Map32, count);
    }

    /// <summary>Writes bin, or nil for null.</summary>
    public void Write(byte[]? src)
    {
        if (src is null)
            WriteNil();
        else
            Write(src.AsSpan());
    }

    public void Write(scoped ReadOnlySpan<byte> src)
    {
        WriteBinHeader(src.Length);
        AppendContiguous(src);
    }

    /// <exception cref="OverflowException">The sequence is longer than <see cref="int.MaxValue"/>.</exception>
    public void Write(in ReadOnlySequence<byte> src)
    {
        WriteBinHeader(checked((int)src.Length));
        AppendContiguous(src);
    }

    /// <summary>The header of <paramref name="length"/> bytes that follow by <see cref="WriteRaw(ReadOnlySpan{byte})"/>.</summary>
    public void WriteBinHeader(int length)
    {
        if (OldSpec)
        {
            WriteStringHeader(length);
            return;
        }

        // Asking for the payload's room too spares it a buffer of its own.
        ref var at = ref Reserve(checked(length + 5));
        WriteLength(ref at, checked((uint)length), MessagePackCode.Bin8);
    }

    public void WriteString(in ReadOnlySequence<byte> utf8stringBytes)
    {
        WriteStringHeader(checked((int)utf8stringBytes.Length));
        AppendContiguous(utf8stringBytes);
    }

    public void WriteString(ReadOnlySpan<byte> utf8stringBytes)
    {
        WriteStringHeader(utf8stringBytes.Length);
        AppendContiguous(utf8stringBytes);
    }

    /// <summary>The header of <paramref name="byteCount"/> bytes of UTF-8 that follow by <see cref="WriteRaw(ReadOnlySpan{byte})"/>.</summary>
    public void WriteStringHeader(int byteCount)
    {
        ref var at = ref Reserve(checked(byteCount + 5));
        if (byteCount is >= 0 and <= MessagePackRange.MaxFixStringLength)
        {
            at = (byte)(MessagePackCode.MinFixStr | byteCount);
            _written++;
        }
        else
        {
            WriteLength(ref at, checked((uint)byteCount), MessagePackCode.Str8);
        }
    }

    /// <summary>Writes str in UTF-8, or nil for null. A lone surrogate becomes U+FFFD.</summary>
    public void Write(string? value)
    {
        if (value is null)
            WriteNil();
        else
            WriteText(value);
    }

    /// <exception cref="ArgumentNullException">The span is empty: the real writer cannot write one either (3.1.7), so nobody may come to rely on it.</exception>
    public void Write(scoped ReadOnlySpan<char> value)
    {
        if (value.IsEmpty)
            ThrowEmptySpan();

        WriteText(value);
    }

    private void WriteText(scoped ReadOnlySpan<char> value)
    {
        // Room for the worst case costs less than counting the bytes first. The header's size is guessed
        // from the number of characters, which is right for ASCII; else the text is moved.
        var worst = Encoding.UTF8.GetMaxByteCount(value.Length);
        ref var at = ref Reserve(worst + 5);
        var guess = StringHeaderSize(value.Length);
        var byteCount = Encoding.UTF8.GetBytes(value, MemoryMarshal.CreateSpan(ref Unsafe.Add(ref at, guess), worst));
        var size = StringHeaderSize(byteCount);
        if (size != guess)
        {
            MemoryMarshal.CreateSpan(ref Unsafe.Add(ref at, guess), byteCount)
                .CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref at, size), byteCount));
        }

        switch (size)
        {
            case 1:
                at = (byte)(MessagePackCode.MinFixStr | byteCount);
                break;
            case 2:
                at = MessagePackCode.Str8;
                Unsafe.Add(ref at, 1) = (byte)byteCount;
                break;
            case 3:
                at = MessagePackCode.Str16;
                BigEndian.Store16(ref Unsafe.Add(ref at, 1), (ushort)byteCount);
                break;
            default:
                at = MessagePackCode.Str32;
                BigEndian.Store32(ref Unsafe.Add(ref at, 1), (uint)byteCount);
                break;
        }

        _written += size + byteCount;
    }

    public void WriteExtensionFormatHeader(ExtensionHeader extensionHeader)
    {
        var length = extensionHeader.Length;
        ref var at = ref Reserve(checked((int)(length + 6L)));
        var fixedCode = length switch
        {
            1 => MessagePackCode.FixExt1,
            2 => MessagePackCode.FixExt2,
            4 => MessagePackCode.FixExt4,
            8 => MessagePackCode.FixExt8,
            16 => MessagePackCode.FixExt16,
            _ => default(byte),
        };
        if (fixedCode != 0)
        {
            at = fixedCode;
            Unsafe.Add(ref at, 1) = (byte)extensionHeader.TypeCode;
            _written += 2;
            return;
        }

        var size = WriteLength(ref at, length, MessagePackCode.Ext8);
        Unsafe.Add(ref at, size) = (byte)extensionHeader.TypeCode;
        _written++;
    }

    public void WriteExtensionFormat(ExtensionResult extensionData)
    {
        WriteExtensionFormatHeader(extensionData.Header);
        WriteRaw(extensionData.Data);
    }

    [DoesNotReturn]
    private static void ThrowEmptySpan() => throw new ArgumentNullException("value");

    // The codes for 8, 16 and 32 bits of length follow each other for bin, str and ext.
    private int WriteLength(ref byte at, uint length, byte code8)
    {
        int size;
        if (length <= byte.MaxValue)
        {
            at = code8;
            Unsafe.Add(ref at, 1) = (byte)length;
            size = 2;
        }
        else if (length <= ushort.MaxValue)
        {
            at = (byte)(code8 + 1);
            BigEndian.Store16(ref Unsafe.Add(ref at, 1), (ushort)length);
            size = 3;
        }
        else
        {
            at = (byte)(code8 + 2);
            BigEndian.Store32(ref Unsafe.Add(ref at, 1), length);
            size = 5;
        }

        _written += size;
        return size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int StringHeaderSize(int byteCount)
    {
        if (byteCount <= MessagePackRange.MaxFixStringLength)
            return 1;
        if (byteCount <= byte.MaxValue && !OldSpec)
            return 2;
        return byteCount <= ushort.MaxValue ? 3 : 5;
    }

    private void AppendContiguous(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _written += bytes.Length;
    }

    private void AppendContiguous(scoped in ReadOnlySequence<byte> bytes)
    {
        var length = (int)bytes.Length;
        bytes.CopyTo(GetSpan(length));
        _written += length;
    }
}
