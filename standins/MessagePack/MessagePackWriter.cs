using System;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace MessagePack;

/// <summary>Writes MessagePack tokens into a buffer writer, each in its smallest form unless its name says otherwise.</summary>
/// <remarks>What was written reaches the buffer writer with <see cref="Flush"/>, or earlier when a buffer is full.</remarks>
public ref partial struct MessagePackWriter
{
    private readonly IBufferWriter<byte> _output;

    // The whole of the buffer last got from _output; the first _written bytes of it are ours and not yet committed.
    private Span<byte> _buffer;
    private int _written;

    /// <exception cref="ArgumentNullException"><paramref name="writer"/> is null.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="writer"/> hands out empty memory.</exception>
    public MessagePackWriter(IBufferWriter<byte> writer)
        : this()
    {
        ArgumentNullException.ThrowIfNull(writer);
        _output = writer;
        _buffer = Rent(writer, 0);
    }

    /// <summary>For those who write with this writer to look at; the writer itself does not.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Writes what the format was before it knew bin and str 8.</summary>
    public bool OldSpec { get; set; }

    /// <summary>A writer with the same settings and another destination.</summary>
    public MessagePackWriter Clone(IBufferWriter<byte> writer) => new(writer)
    {
        OldSpec = OldSpec,
        CancellationToken = CancellationToken,
    };

    /// <summary>Hands everything written so far to the buffer writer.</summary>
    public void Flush()
    {
        if (_written == 0)
            return;

        var written = _written;
        _written = 0;
        _buffer = default;
        _output.Advance(written);
    }

    /// <summary>Room for at least <paramref name="length"/> bytes; follow with <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int length)
    {
        if (_buffer.Length - _written < length)
            Renew(length);

        return _buffer.Slice(_written);
    }

    /// <summary>Counts <paramref name="length"/> bytes of the last <see cref="GetSpan"/> as written.</summary>
    public void Advance(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)(_buffer.Length - _written), nameof(length));
        _written += length;
    }

    /// <summary>Copies bytes that already are MessagePack.</summary>
    public void WriteRaw(ReadOnlySpan<byte> rawMessagePackBlock) => Append(rawMessagePackBlock);

    /// <summary>Copies bytes that already are MessagePack.</summary>
    public void WriteRaw(in ReadOnlySequence<byte> rawMessagePackBlock)
    {
        foreach (var segment in rawMessagePackBlock)
            Append(segment.Span);
    }

    // Spreads over as many buffers as it takes: raw bytes need not be contiguous.
    private void Append(scoped ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var room = _buffer.Slice(_written);
            if (bytes.Length <= room.Length)
            {
                bytes.CopyTo(room);
                _written += bytes.Length;
                return;
            }

            bytes.Slice(0, room.Length).CopyTo(room);
            bytes = bytes.Slice(room.Length);
            _written += room.Length;
            Renew(0);
        }
    }

    /// <summary>Where the next byte goes, with at least <paramref name="size"/> bytes of room; the caller adds to _written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte Reserve(int size)
    {
        if (_buffer.Length - _written < size)
            Renew(size);

        return ref Unsafe.Add(ref MemoryMarshal.GetReference(_buffer), _written);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Renew(int size)
    {
        Flush();
        _buffer = Rent(_output, size);
    }

    private static Span<byte> Rent(IBufferWriter<byte> output, int size)
    {
        var memory = output.GetMemory(size);
        if (memory.IsEmpty)
            ThrowBadWriter(output, "an empty block");
        if (memory.Length < size)
            ThrowBadWriter(output, "less than was asked for");

        return memory.Span;
    }

    [DoesNotReturn]
    private static void ThrowBadWriter(IBufferWriter<byte> output, string what) =>
        throw new InvalidOperationException($"IBufferWriter<byte>.GetMemory of {output.GetType().FullName} returned {what}, which its contract forbids.");
}
