using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace MessagePack;

/// <summary>Reads MessagePack tokens from contiguous memory or from a sequence of segments.</summary>
/// <exception cref="MessagePackSerializationException">The next token is of another kind than the one asked for.</exception>
/// <exception cref="EndOfStreamException">The data ends before the value does.</exception>
public ref partial struct MessagePackReader
{
    // The current segment and how much of it is read. Moving to the next one is left to the next read,
    // so that a read within the segment changes nothing but _index.
    private ReadOnlySpan<byte> _span;
    private int _index;
    private bool _hasNext;
    private long _consumedBefore;

    private ReadOnlyMemory<byte> _memory;
    private ReadOnlySequence<byte> _sequence;
    private SequencePosition _current;
    private SequencePosition _next;

    public MessagePackReader(ReadOnlyMemory<byte> memory)
        : this()
    {
        _memory = memory;
        _span = memory.Span;
    }

    public MessagePackReader(scoped in ReadOnlySequence<byte> readOnlySequence)
        : this()
    {
        _sequence = readOnlySequence;
        _span = readOnlySequence.FirstSpan;
        _current = readOnlySequence.Start;
        if (!readOnlySequence.IsSingleSegment)
        {
            _next = _current;
            _hasNext = _sequence.TryGet(ref _next, out _, advance: true) && _next.GetObject() is not null;
        }
    }

    /// <summary>For those who read with this reader to look at; the reader itself does not.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>How deep the structure being read is nested. See <see cref="MessagePackSecurity.DepthStep"/>.</summary>
    public int Depth { get; set; }

    /// <summary>All that this reader was given.</summary>
    public ReadOnlySequence<byte> Sequence
    {
        get
        {
            if (!_memory.IsEmpty && _sequence.IsEmpty)
            {
                _sequence = new ReadOnlySequence<byte>(_memory);
                _current = _sequence.Start;
            }

            return _sequence;
        }
    }

    /// <summary>Where in <see cref="Sequence"/> the next token starts.</summary>
    public SequencePosition Position
    {
        get
        {
            _ = HasMore();
            return Sequence.GetPosition(_index, _current);
        }
    }

    /// <summary>Bytes read so far.</summary>
    public long Consumed => _consumedBefore + _index;

    /// <summary>Whether everything is read.</summary>
    public bool End => !HasMore();

    /// <summary>Whether the next token is nil.</summary>
    public bool IsNil => NextCode == MessagePackCode.Nil;

    public MessagePackType NextMessagePackType => MessagePackCode.ToMessagePackType(NextCode);

    /// <summary>The next token's first byte, a <see cref="MessagePackCode"/>.</summary>
    public byte NextCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (!HasMore())
                ThrowEndOfData();

            return Unsafe.Add(ref MemoryMarshal.GetReference(_span), _index);
        }
    }

    private readonly long Remaining =>
        (_hasNext ? _sequence.Length - _consumedBefore : _span.Length) - _index;

    /// <summary>A reader with the same settings over other data.</summary>
    public MessagePackReader Clone(scoped in ReadOnlySequence<byte> readOnlySequence) => new(readOnlySequence)
    {
        CancellationToken = CancellationToken,
        Depth = Depth,
    };

    /// <summary>A second reader at this one's position; neither moves the other.</summary>
    public MessagePackReader CreatePeekReader() => this;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool HasMore() => (uint)_index < (uint)_span.Length || (_hasNext && MoveToNextSegment());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool MoveToNextSegment()
    {
        while (_hasNext)
        {
            _current = _next;
            _hasNext = _sequence.TryGet(ref _next, out var memory, advance: true) && _next.GetObject() is not null;
            _consumedBefore += _span.Length;
            _span = memory.Span;
            _index = 0;
            if (!memory.IsEmpty)
                return true;
        }

        return false;
    }

    /// <summary>Skips bytes that are known to be there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance(long count)
    {
        if (count <= _span.Length - _index)
            _index += (int)count;
        else
            AdvanceAcross(count);
    }

    private void AdvanceAcross(long count)
    {
        while (count > _span.Length - _index)
        {
            count -= _span.Length - _index;
            _index = _span.Length;
            if (!MoveToNextSegment())
                ThrowEndOfData();
        }

        _index += (int)count;
    }

    private bool TryAdvance(long count)
    {
        if (Remaining < count)
            return false;

        Advance(count);
        return true;
    }

    /// <summary>The next <paramref name="length"/> bytes as a slice of what was given, and past them.</summary>
    private ReadOnlySequence<byte> Take(long length)
    {
        if ((ulong)length > (ulong)Remaining)
            ThrowEndOfData();

        if (!_memory.IsEmpty)
        {
            var taken = new ReadOnlySequence<byte>(_memory.Slice(_index, (int)length));
            _index += (int)length;
            return taken;
        }

        var start = Position;
        Advance(length);
        return _sequence.Slice(start, length);
    }

    /// <summary>
    /// The big-endian number in the <paramref name="size"/> bytes that follow the next code, without moving;
    /// false where the data ends before. There must be a code.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly bool TryPeekAfterCode(int size, out ulong value)
    {
        if (_span.Length - _index <= size)
            return TryPeekAcross(size, out value);

        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetReference(_span), _index + 1);
        value = size switch
        {
            1 => at,
            2 => BigEndian.Load16(ref at),
            4 => BigEndian.Load32(ref at),
            8 => BigEndian.Load64(ref at),
            _ => Fold(MemoryMarshal.CreateReadOnlySpan(ref at, size)),
        };
        return true;
    }

    private readonly bool TryPeekAcross(int size, out ulong value)
    {
        Span<byte> token = stackalloc byte[9];
        token = token.Slice(0, size + 1);
        if (!TryCopyTo(token))
        {
            value = 0;
            return false;
        }

        value = Fold(token.Slice(1));
        return true;
    }

    private static ulong Fold(scoped ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        foreach (var b in bytes)
            value = (value << 8) | b;

        return value;
    }

    private readonly bool TryCopyTo(scoped Span<byte> destination)
    {
        var here = _span.Slice(_index);
        if (here.Length >= destination.Length)
        {
            here.Slice(0, destination.Length).CopyTo(destination);
            return true;
        }

        if (Remaining < destination.Length)
            return false;

        here.CopyTo(destination);
        destination = destination.Slice(here.Length);
        var next = _next;
        while (!destination.IsEmpty && _sequence.TryGet(ref next, out var memory, advance: true))
        {
            var part = memory.Span.Slice(0, Math.Min(memory.Length, destination.Length));
            part.CopyTo(destination);
            destination = destination.Slice(part.Length);
        }

        return destination.IsEmpty;
    }

    [DoesNotReturn]
    private static void ThrowEndOfData() => throw new EndOfStreamException();

    [DoesNotReturn]
    private static void ThrowInvalidCode(byte code) =>
        throw new MessagePackSerializationException($"Unexpected msgpack code {code} ({MessagePackCode.ToFormatName(code)}) encountered.");
}
