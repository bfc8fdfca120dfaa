using System.Buffers;
using MessagePack;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>How the writer uses the buffer writer beneath it.</summary>
public sealed class MessagePackBuffers
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(4096)]
    public void The_bytes_are_the_same_however_small_the_buffers(int chunk)
    {
        var expected = Packed.Bytes(WriteOneOfEach);
        var chunked = new ChunkedBufferWriter(chunk);

        var writer = new MessagePackWriter(chunked);
        WriteOneOfEach(ref writer);
        writer.Flush();

        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(chunked.Committed));
    }

    [Fact]
    public void Nothing_is_committed_before_a_flush_while_the_buffer_lasts()
    {
        var buffer = new ChunkedBufferWriter(100);
        var writer = new MessagePackWriter(buffer);
        writer.Write(1);
        writer.Write("two");
        Assert.Empty(buffer.Committed);

        writer.Flush();
        Assert.Equal("01a374776f", Convert.ToHexStringLower(buffer.Committed));

        writer.Write(3);
        writer.Flush();
        writer.Flush();
        Assert.Equal("01a374776f03", Convert.ToHexStringLower(buffer.Committed));
    }

    [Fact]
    public void A_string_asks_for_its_worst_case_in_one_piece_and_a_binary_for_its_header_and_payload()
    {
        var buffer = new ChunkedBufferWriter(1);
        var writer = new MessagePackWriter(buffer);
        writer.Write(new string('x', 1000));
        Assert.Equal(1001 * 3 + 5, buffer.Asked.Max());

        buffer = new ChunkedBufferWriter(1);
        writer = new MessagePackWriter(buffer);
        writer.Write(new byte[1000]);
        Assert.Equal(1005, buffer.Asked.Max());
    }

    [Fact]
    public void Raw_bytes_are_spread_over_as_many_buffers_as_it_takes()
    {
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        var buffer = new ChunkedBufferWriter(7);
        var writer = new MessagePackWriter(buffer);
        writer.WriteRaw(bytes);
        writer.WriteRaw(Packed.Cut(bytes, 0, 1, 50));
        writer.Flush();

        Assert.Equal(bytes.Concat(bytes), buffer.Committed);
        Assert.All(buffer.Asked, asked => Assert.Equal(0, asked));
    }

    [Fact]
    public void A_span_can_be_filled_by_hand_between_other_writes()
    {
        Assert.Equal("0102030405", Packed.Hex((ref writer) =>
        {
            writer.Write(1);
            var span = writer.GetSpan(3);
            Assert.True(span.Length >= 3);
            span[0] = 2;
            span[1] = 3;
            span[2] = 4;
            writer.Advance(3);
            writer.Write(5);
        }));
    }

    [Fact]
    public void Advancing_past_the_buffer_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
        {
            var writer = new MessagePackWriter(new ChunkedBufferWriter(8));
            writer.Advance(9);
        });
    }

    [Fact]
    public void A_buffer_writer_that_breaks_its_contract_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new MessagePackWriter(null!).Flush());
        Assert.Throws<InvalidOperationException>(() => new MessagePackWriter(new ShortBufferWriter(0)).Flush());
        Assert.Throws<InvalidOperationException>(() =>
        {
            var writer = new MessagePackWriter(new ShortBufferWriter(3));
            writer.Write(long.MinValue);
        });
    }

    [Fact]
    public void Negative_counts_and_lengths_overflow()
    {
        Assert.Throws<OverflowException>(() => Packed.Bytes((ref writer) => writer.WriteArrayHeader(-1)));
        Assert.Throws<OverflowException>(() => Packed.Bytes((ref writer) => writer.WriteMapHeader(-1)));
        Assert.Throws<OverflowException>(() => Packed.Bytes((ref writer) => writer.WriteBinHeader(-1)));
        Assert.Throws<OverflowException>(() => Packed.Bytes((ref writer) => writer.WriteStringHeader(-1)));
        Assert.Throws<OverflowException>(() => new ExtensionHeader(1, -1));
    }

    [Fact]
    public void A_clone_has_the_settings_and_its_own_destination()
    {
        using var source = new CancellationTokenSource();
        var first = new ChunkedBufferWriter(10);
        var second = new ChunkedBufferWriter(10);
        var writer = new MessagePackWriter(first) { OldSpec = true, CancellationToken = source.Token };
        var clone = writer.Clone(second);

        Assert.True(clone.OldSpec);
        Assert.Equal(source.Token, clone.CancellationToken);
        clone.Write(1);
        clone.Flush();
        writer.Flush();
        Assert.Empty(first.Committed);
        Assert.Equal(new byte[] { 1 }, second.Committed);
    }

    [Fact]
    public void Writing_and_reading_allocate_nothing_but_strings()
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        var payload = new byte[100];
        var sum = 0L;
        for (var warmUp = 0; warmUp < 100; warmUp++)
            sum += RoundTrip(buffer, payload);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            sum += RoundTrip(buffer, payload);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(1100 * 446L, sum);
        Assert.Equal(0, allocated);
    }

    private static long RoundTrip(ArrayBufferWriter<byte> buffer, byte[] payload)
    {
        buffer.ResetWrittenCount();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write(42);
        writer.Write(300UL);
        writer.Write("text");
        writer.Write(payload);
        writer.Flush();

        var reader = new MessagePackReader(buffer.WrittenMemory);
        var sum = reader.ReadArrayHeader() + reader.ReadInt32() + (long)reader.ReadUInt64();
        Assert.True(reader.TryReadStringSpan(out var text));
        Assert.True(text.SequenceEqual("text"u8));
        return sum + reader.ReadBytes()!.Value.Length;
    }

    private static void WriteOneOfEach(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(3);
        writer.WriteMapHeader(70_000);
        writer.WriteNil();
        writer.Write(true);
        foreach (var value in new[] { 1L, -1, 200, -100, 40_000, -30_000, 3_000_000_000, int.MinValue, long.MaxValue, long.MinValue })
            writer.Write(value);
        writer.Write(1.5f);
        writer.Write(2.5);
        writer.Write('é');
        writer.Write("");
        writer.Write(new string('é', 200));
        writer.Write(new string('x', 70_000));
        writer.Write(new byte[300]);
        writer.Write(Packed.Cut(new byte[300], 1, 299));
        writer.WriteString("utf8"u8);
        writer.WriteRaw(new byte[] { 0xc0, 0xc3 });
        writer.WriteExtensionFormat(new ExtensionResult(-7, new byte[40]));
        writer.Write(DateTime.UnixEpoch.AddDays(20_000).AddTicks(7));
    }

    private sealed class ShortBufferWriter(int size) : IBufferWriter<byte>
    {
        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => new byte[size];

        public Span<byte> GetSpan(int sizeHint = 0) => new byte[size];
    }
}
