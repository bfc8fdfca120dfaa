using System;
using System.Buffers;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;

namespace MessagePack;

/// <summary>Reads MessagePack from one or many segments. Lengths are checked against what is there before use.</summary>
public ref partial struct MessagePackReader
{
    private SequenceReader<byte> _reader;

    public MessagePackReader(ReadOnlyMemory<byte> memory) : this() =>
        _reader = new SequenceReader<byte>(new ReadOnlySequence<byte>(memory));

    public MessagePackReader(scoped in ReadOnlySequence<byte> readOnlySequence) : this() =>
        _reader = new SequenceReader<byte>(readOnlySequence);

    public CancellationToken CancellationToken { get; set; }

    public int Depth { get; set; }

    public readonly ReadOnlySequence<byte> Sequence => _reader.Sequence;

    public readonly SequencePosition Position => _reader.Position;

    public readonly long Consumed => _reader.Consumed;

    public readonly bool End => _reader.End;

    public readonly bool IsNil => NextCode == MessagePackCode.Nil;

    public readonly MessagePackType NextMessagePackType => MessagePackCode.ToMessagePackType(NextCode);

    public readonly byte NextCode
    {
        get
        {
            if (!_reader.TryPeek(out var code))
                ThrowEnd();
            return code;
        }
    }

    public readonly MessagePackReader Clone(scoped in ReadOnlySequence<byte> readOnlySequence) =>
        new(readOnlySequence) { CancellationToken = CancellationToken, Depth = Depth };

    public readonly MessagePackReader CreatePeekReader() => this;

    public Nil ReadNil()
    {
        var code = Code();
        return code == MessagePackCode.Nil ? Nil.Default : throw Unexpected(code);
    }

    public bool TryReadNil()
    {
        if (NextCode != MessagePackCode.Nil)
            return false;
        _reader.Advance(1);
        return true;
    }

    public bool ReadBoolean()
    {
        var code = Code();
        return code switch
        {
            MessagePackCode.True => true,
            MessagePackCode.False => false,
            _ => throw Unexpected(code),
        };
    }

    public char ReadChar() => (char)ReadUInt16();

    public int ReadArrayHeader()
    {
        if (!TryReadArrayHeader(out var count))
            ThrowEnd();
        // Each element takes at least a byte: a longer claim is a lie, and nothing may be allocated for it.
        if (_reader.Remaining < count)
            ThrowEnd();
        return count;
    }

    public bool TryReadArrayHeader(out int count)
    {
        var start = _reader;
        count = 0;
        if (!_reader.TryRead(out var code))
            return false;
        bool complete;
        if (code is >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray)
        {
            count = code & 0xf;
            return true;
        }
        if (code == MessagePackCode.Array16)
        {
            complete = TryBig16(out var length);
            count = length;
        }
        else if (code == MessagePackCode.Array32)
        {
            complete = TryBig32(out var length);
            count = checked((int)length);
        }
        else
        {
            throw Unexpected(code);
        }
        if (!complete)
            _reader = start;
        return complete;
    }

    public int ReadMapHeader()
    {
        if (!TryReadMapHeader(out var count) || _reader.Remaining < count * 2L)
            ThrowEnd();
        return count;
    }

    public bool TryReadMapHeader(out int count)
    {
        var start = _reader;
        count = 0;
        if (!_reader.TryRead(out var code))
            return false;
        bool complete;
        if (code is >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap)
        {
            count = code & 0xf;
            return true;
        }
        if (code == MessagePackCode.Map16)
        {
            complete = TryBig16(out var length);
            count = length;
        }
        else if (code == MessagePackCode.Map32)
        {
            complete = TryBig32(out var length);
            count = checked((int)length);
        }
        else
        {
            throw Unexpected(code);
        }
        if (!complete)
            _reader = start;
        return complete;
    }

    public ReadOnlySequence<byte> ReadRaw(long length)
    {
        if (length > _reader.Remaining)
            ThrowEnd();
        var slice = _reader.Sequence.Slice(_reader.Position, length);
        _reader.Advance(length);
        return slice;
    }

    public ReadOnlySequence<byte> ReadRaw()
    {
        var start = _reader.Position;
        Skip();
        return _reader.Sequence.Slice(start, _reader.Position);
    }

    public ReadOnlySequence<byte>? ReadBytes()
    {
        if (TryReadNil())
            return null;
        var length = BytesLength();
        if (length > _reader.Remaining)
            ThrowEnd();
        var slice = _reader.Sequence.Slice(_reader.Position, length);
        _reader.Advance(length);
        return slice;
    }

    public ReadOnlySequence<byte>? ReadStringSequence()
    {
        if (TryReadNil())
            return null;
        var length = StringLength();
        if (length > _reader.Remaining)
            ThrowEnd();
        var slice = _reader.Sequence.Slice(_reader.Position, length);
        _reader.Advance(length);
        return slice;
    }

    public bool TryReadStringSpan(out ReadOnlySpan<byte> span)
    {
        if (IsNil)
        {
            span = default;
            return false;
        }
        var start = _reader;
        var length = StringLength();
        if (length > _reader.Remaining)
            ThrowEnd();
        if (_reader.UnreadSpan.Length >= length)
        {
            span = _reader.UnreadSpan[..(int)length];
            _reader.Advance(length);
            return true;
        }
        _reader = start;
        span = default;
        return false;
    }

    public string? ReadString()
    {
        if (TryReadNil())
            return null;
        var length = StringLength();
        if (length > _reader.Remaining)
            ThrowEnd();
        var unread = _reader.UnreadSpan;
        if (unread.Length >= length)
        {
            var text = Encoding.UTF8.GetString(unread[..(int)length]);
            _reader.Advance(length);
            return text;
        }
        var sequence = _reader.Sequence.Slice(_reader.Position, length);
        _reader.Advance(length);
        return Encoding.UTF8.GetString(sequence);
    }

    private long BytesLength()
    {
        var code = Code();
        return code switch
        {
            MessagePackCode.Bin8 => Big8(),
            MessagePackCode.Bin16 => Big16(),
            MessagePackCode.Bin32 => checked((int)Big32()),
            // The old specification had no bin: its byte arrays are strings.
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => code & 0x1f,
            MessagePackCode.Str8 => Big8(),
            MessagePackCode.Str16 => Big16(),
            MessagePackCode.Str32 => checked((int)Big32()),
            _ => throw Unexpected(code),
        };
    }

    private long StringLength()
    {
        var code = Code();
        return code switch
        {
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => code & 0x1f,
            MessagePackCode.Str8 => Big8(),
            MessagePackCode.Str16 => Big16(),
            MessagePackCode.Str32 => checked((int)Big32()),
            _ => throw Unexpected(code),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte Code()
    {
        if (!_reader.TryRead(out var code))
            ThrowEnd();
        return code;
    }

    private byte Big8() => Code();

    private ushort Big16()
    {
        if (!TryBig16(out var value))
            ThrowEnd();
        return value;
    }

    private uint Big32()
    {
        if (!TryBig32(out var value))
            ThrowEnd();
        return value;
    }

    private ulong Big64()
    {
        Span<byte> bytes = stackalloc byte[8];
        if (!TryBig(bytes))
            ThrowEnd();
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private bool TryBig16(out ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var complete = TryBig(bytes);
        value = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return complete;
    }

    private bool TryBig32(out uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        var complete = TryBig(bytes);
        value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return complete;
    }

    private bool TryBig(scoped Span<byte> bytes)
    {
        if (!_reader.TryCopyTo(bytes))
            return false;
        _reader.Advance(bytes.Length);
        return true;
    }

    private static MessagePackSerializationException Unexpected(byte code) =>
        new($"Unexpected msgpack code {code} ({MessagePackCode.ToFormatName(code)}) encountered.");

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void ThrowEnd() => throw new EndOfStreamException();
}
