using System.Buffers;
using System.Globalization;
using MessagePack;

namespace ActorBrowser.Standins.Conformance;

internal delegate void WriteAction(ref MessagePackWriter writer);

internal delegate object? ReadFunction(ref MessagePackReader reader);

/// <summary>What the MessagePack tests share: encoding in one line, and sequences cut wherever a test likes.</summary>
internal static class Packed
{
    public static byte[] Bytes(WriteAction write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        write(ref writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static string Hex(WriteAction write) => Convert.ToHexStringLower(Bytes(write));

    public static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>The same bytes as a sequence of segments that end at the given offsets.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] bytes, params IEnumerable<int> offsets)
    {
        var start = 0;
        Segment? first = null;
        Segment? last = null;
        foreach (var end in offsets.Append(bytes.Length))
        {
            // Segments of their own arrays: a reader that ran past the end of one would not find the next byte there.
            last = new Segment(bytes[start..end], last);
            first ??= last;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    /// <summary>Every way of laying out the bytes that tests of readers go through: whole, in two, byte by byte, with empty segments.</summary>
    public static IEnumerable<(string Layout, ReadOnlySequence<byte> Sequence)> Layouts(byte[] bytes)
    {
        yield return ("whole", new ReadOnlySequence<byte>(bytes));
        for (var i = 0; i <= bytes.Length; i++)
            yield return (string.Create(CultureInfo.InvariantCulture, $"in two at {i}"), Cut(bytes, i));
        yield return ("byte by byte", Cut(bytes, Enumerable.Range(1, Math.Max(0, bytes.Length - 1))));
        yield return ("with empty segments", Cut(bytes, Enumerable.Range(0, bytes.Length + 1).SelectMany(i => new[] { i, i })));
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}

/// <summary>Hands out exactly what is asked for, and at least <paramref name="chunk"/> bytes; remembers what was asked.</summary>
internal sealed class ChunkedBufferWriter(int chunk) : IBufferWriter<byte>
{
    private readonly List<byte> _committed = [];
    private byte[] _current = [];

    public List<int> Asked { get; } = [];

    public byte[] Committed => [.. _committed];

    public void Advance(int count)
    {
        _committed.AddRange(_current.AsSpan(0, count));
        _current = [];
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Asked.Add(sizeHint);
        return _current = new byte[Math.Max(sizeHint, chunk)];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
