using System.Buffers;
using MessagePack;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>What a reader does with input that is cut short, of another kind, or lies about its size.</summary>
public sealed class MessagePackHostileInput
{
    private static readonly (string Name, Func<MessagePackType, bool> Accepts, ReadFunction Read)[] Readers =
    [
        ("nil", type => type is MessagePackType.Nil, (ref reader) => reader.ReadNil()),
        ("bool", type => type is MessagePackType.Boolean, (ref reader) => reader.ReadBoolean()),
        ("byte", IsInteger, (ref reader) => reader.ReadByte()),
        ("sbyte", IsInteger, (ref reader) => reader.ReadSByte()),
        ("short", IsInteger, (ref reader) => reader.ReadInt16()),
        ("ushort", IsInteger, (ref reader) => reader.ReadUInt16()),
        ("int", IsInteger, (ref reader) => reader.ReadInt32()),
        ("uint", IsInteger, (ref reader) => reader.ReadUInt32()),
        ("long", IsInteger, (ref reader) => reader.ReadInt64()),
        ("ulong", IsInteger, (ref reader) => reader.ReadUInt64()),
        ("char", IsInteger, (ref reader) => reader.ReadChar()),
        ("float", IsNumber, (ref reader) => reader.ReadSingle()),
        ("double", IsNumber, (ref reader) => reader.ReadDouble()),
        ("string", type => type is MessagePackType.String or MessagePackType.Nil, (ref reader) => reader.ReadString()),
        ("utf8", type => type is MessagePackType.String or MessagePackType.Nil, (ref reader) => reader.ReadStringSequence()),
        ("span", type => type is MessagePackType.String or MessagePackType.Nil, (ref reader) => reader.TryReadStringSpan(out _)),
        ("bytes", type => type is MessagePackType.Binary or MessagePackType.String or MessagePackType.Nil, (ref reader) => reader.ReadBytes()),
        ("array", type => type is MessagePackType.Array, (ref reader) => reader.ReadArrayHeader()),
        ("map", type => type is MessagePackType.Map, (ref reader) => reader.ReadMapHeader()),
        ("ext", type => type is MessagePackType.Extension, (ref reader) => reader.ReadExtensionFormat()),
        ("time", _ => false, (ref reader) => reader.ReadDateTime()),
    ];

    public static TheoryData<string> Values => [.. Readers.Select(reader => reader.Name)];

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_of_another_kind_is_a_serialization_exception_and_nothing_else(string name)
    {
        var (_, accepts, read) = Readers.Single(reader => reader.Name == name);
        for (var code = 0; code <= 255; code++)
        {
            // Zeros after the code: every length is zero, every number small, every extension of type zero.
            var bytes = new byte[40];
            bytes[0] = (byte)code;
            foreach (var sequence in new[] { new ReadOnlySequence<byte>(bytes), Packed.Cut(bytes, Enumerable.Range(1, 39)) })
            {
                var thrown = Record.Exception(() => Read(sequence, read));
                if (accepts(MessagePackCode.ToMessagePackType((byte)code)))
                    Assert.True(thrown is null or OverflowException, $"{code:x2}: {thrown}");
                else
                    Assert.IsType<MessagePackSerializationException>(thrown);
                if (thrown is OverflowException)
                    Assert.InRange(code, 0xe0, 0xff);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Nothing_left_is_the_end_of_the_stream(string name)
    {
        var read = Readers.Single(reader => reader.Name == name).Read;
        Assert.IsType<EndOfStreamException>(Record.Exception(() => Read(default, read)));
        Assert.IsType<EndOfStreamException>(Record.Exception(() => Read(Packed.Cut([], 0, 0), read)));
    }

    [Fact]
    public void Every_value_cut_short_is_the_end_of_the_stream()
    {
        void Check(WriteAction write, ReadFunction read)
        {
            var bytes = Packed.Bytes(write);
            // Headers are short: past them one missing byte is like another.
            foreach (var length in Enumerable.Range(0, bytes.Length).Where(length => length < 20 || length >= bytes.Length - 2))
            {
                var layouts = Packed.Layouts(bytes[..length]);
                foreach (var (layout, sequence) in length < 20 ? layouts : layouts.Take(10))
                {
                    Assert.True(Record.Exception(() => Read(sequence, read)) is EndOfStreamException, $"{length} of {bytes.Length} bytes, {layout}");
                    Assert.True(Record.Exception(() => Read(sequence, Skip)) is EndOfStreamException, $"skip {length} of {bytes.Length} bytes, {layout}");
                }
            }
        }

        foreach (var value in new[] { 1L, 200, 40_000, 3_000_000_000, long.MaxValue })
        {
            Check((ref writer) => writer.Write(value), (ref reader) => reader.ReadInt64());
            Check((ref writer) => writer.Write(value), (ref reader) => reader.ReadUInt64());
            Check((ref writer) => writer.Write(value), (ref reader) => reader.ReadDouble());
        }

        foreach (var value in new[] { -1L, -100, -30_000, int.MinValue, long.MinValue })
            Check((ref writer) => writer.Write(value), (ref reader) => reader.ReadInt64());
        foreach (var length in new[] { 5, 40, 300 })
        {
            Check((ref writer) => writer.Write(new string('x', length)), (ref reader) => reader.ReadString());
            Check((ref writer) => writer.Write(new string('x', length)), (ref reader) => reader.ReadStringSequence());
            Check((ref writer) => writer.Write(new string('x', length)), (ref reader) => reader.TryReadStringSpan(out _));
            Check((ref writer) => writer.Write(new byte[length]), (ref reader) => reader.ReadBytes());
            Check((ref writer) => writer.WriteExtensionFormat(new ExtensionResult(1, new byte[length])), (ref reader) => reader.ReadExtensionFormat());
            Check((ref writer) => writer.WriteRaw(WithElements(length, map: false)), (ref reader) => reader.ReadArrayHeader());
            Check((ref writer) => writer.WriteRaw(WithElements(length, map: true)), (ref reader) => reader.ReadMapHeader());
        }

        Check((ref writer) => writer.WriteExtensionFormat(new ExtensionResult(1, new byte[4])), (ref reader) => reader.ReadExtensionFormat());
        Check((ref writer) => writer.Write(DateTime.UnixEpoch), (ref reader) => reader.ReadDateTime());
        Check((ref writer) => writer.Write(DateTime.UnixEpoch.AddTicks(1)), (ref reader) => reader.ReadDateTime());
        Check((ref writer) => writer.Write(DateTime.MaxValue), (ref reader) => reader.ReadDateTime());
        Check((ref writer) => writer.Write(1.5f), (ref reader) => reader.ReadSingle());
        Check((ref writer) => writer.Write(1.5), (ref reader) => reader.ReadDouble());
    }

    [Theory]
    [InlineData("dd 7fffffff", "array")]
    [InlineData("dc ffff 00", "array")]
    [InlineData("df 40000000", "map")]
    [InlineData("df 7fffffff", "map")]
    [InlineData("de ffff 00", "map")]
    [InlineData("db 7fffffff 61", "string")]
    [InlineData("db ffffffff 61", "string")]
    [InlineData("db ffffffff 61", "utf8")]
    [InlineData("db 7fffffff 61", "span")]
    [InlineData("db ffffffff 61", "bytes")]
    [InlineData("c6 7fffffff 61", "bytes")]
    [InlineData("c6 ffffffff 61", "bytes")]
    [InlineData("c9 ffffffff 01 61", "ext")]
    public void A_size_beyond_the_data_is_the_end_of_the_stream_and_allocates_nothing_for_it(string hex, string name)
    {
        var bytes = Packed.FromHex(hex);
        var read = Readers.Single(reader => reader.Name == name).Read;
        Record.Exception(() => Read(new ReadOnlySequence<byte>(bytes), read));

        foreach (var sequence in new[] { new ReadOnlySequence<byte>(bytes), Packed.Cut(bytes, 2) })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var thrown = Record.Exception(() => Read(sequence, read));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.IsType<EndOfStreamException>(thrown);
            Assert.InRange(allocated, 0, 64 * 1024);
            Assert.IsType<EndOfStreamException>(Record.Exception(() => Read(sequence, Skip)));
        }
    }

    [Theory]
    [InlineData("dd 80000000", "array")]
    [InlineData("dd ffffffff", "array")]
    [InlineData("df 80000000", "map")]
    [InlineData("df ffffffff", "map")]
    [InlineData("db 80000000", "span")]
    public void A_count_beyond_an_int_overflows(string hex, string name)
    {
        var bytes = Packed.FromHex(hex);
        var read = Readers.Single(reader => reader.Name == name).Read;
        Assert.IsType<OverflowException>(Record.Exception(() => Read(new ReadOnlySequence<byte>(bytes), read)));
        Assert.IsType<OverflowException>(Record.Exception(() => Read(Packed.Cut(bytes, 3), read)));
    }

    [Fact]
    public void A_header_that_is_incomplete_is_false_and_one_of_another_kind_throws()
    {
        foreach (var hex in new[] { "", "dc", "dc00", "dd000000" })
            Assert.False(new MessagePackReader(Packed.FromHex(hex)).TryReadArrayHeader(out _));
        foreach (var hex in new[] { "", "de", "de00", "df000000" })
            Assert.False(new MessagePackReader(Packed.FromHex(hex)).TryReadMapHeader(out _));
        foreach (var hex in new[] { "", "d4", "c7", "c701", "c80100", "c900000001" })
            Assert.False(new MessagePackReader(Packed.FromHex(hex)).TryReadExtensionFormatHeader(out _));

        // Unlike ReadArrayHeader, it does not look whether the elements are there.
        var reader = new MessagePackReader(Packed.FromHex("dc0100"));
        Assert.True(reader.TryReadArrayHeader(out var count));
        Assert.Equal(256, count);
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("8000")).TryReadArrayHeader(out _));
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("9000")).TryReadMapHeader(out _));
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("9000")).TryReadExtensionFormatHeader(out _));
    }

    [Theory]
    [InlineData(256, "byte")]
    [InlineData(-1, "byte")]
    [InlineData(128, "sbyte")]
    [InlineData(-129, "sbyte")]
    [InlineData(32768, "short")]
    [InlineData(-32769, "short")]
    [InlineData(65536, "ushort")]
    [InlineData(-1, "ushort")]
    [InlineData(65536, "char")]
    [InlineData(1L << 31, "int")]
    [InlineData(-(1L << 31) - 1, "int")]
    [InlineData(1L << 32, "uint")]
    [InlineData(-1, "uint")]
    [InlineData(-1, "ulong")]
    [InlineData(long.MinValue, "ulong")]
    public void A_number_that_does_not_fit_overflows_and_can_still_be_read_as_a_larger_type(long value, string name)
    {
        var bytes = Packed.Bytes((ref writer) => writer.Write(value));
        var read = Readers.Single(reader => reader.Name == name).Read;

        var reader = new MessagePackReader(bytes);
        var overflowed = false;
        try
        {
            read(ref reader);
        }
        catch (OverflowException)
        {
            overflowed = true;
        }

        Assert.True(overflowed);
        Assert.Equal(value, reader.ReadInt64());
    }

    [Fact]
    public void A_ulong_beyond_long_overflows_as_a_long_only() =>
        Assert.Throws<OverflowException>(() => new MessagePackReader(Packed.FromHex("cf ffffffffffffffff")).ReadInt64());

    [Fact]
    public void A_timestamp_beyond_a_DateTime_is_out_of_range_and_one_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new MessagePackReader(Packed.FromHex("c7 0c ff 00000000 7fffffffffffffff")).ReadDateTime());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("c7 05 ff 0000000000")).ReadDateTime());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("d6 01 00000000")).ReadDateTime());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Packed.FromHex("c9 00100000 ff")).ReadDateTime());
    }

    [Fact]
    public void Raw_bytes_beyond_the_data_are_the_end_of_the_stream()
    {
        Assert.Throws<EndOfStreamException>(() => new MessagePackReader(new byte[3]).ReadRaw(4));
        Assert.Throws<EndOfStreamException>(() => new MessagePackReader(new byte[3]).ReadRaw(long.MaxValue));
        Assert.Equal(3, new MessagePackReader(new byte[3]).ReadRaw(3).Length);
    }

    [Fact]
    public void The_code_that_is_never_used_cannot_be_skipped_at_any_depth()
    {
        foreach (var hex in new[] { "c1", "91c1", "8101c1", "9201c1" })
        {
            foreach (var (_, sequence) in Packed.Layouts(Packed.FromHex(hex)))
                Assert.IsType<MessagePackSerializationException>(Record.Exception(() => Read(sequence, Skip)));
        }
    }

    [Fact]
    public void Skipping_needs_no_stack_however_deep_the_nesting()
    {
        var bytes = new byte[1_000_001];
        Array.Fill(bytes, (byte)0x91);
        bytes[^1] = MessagePackCode.Nil;

        var reader = new MessagePackReader(bytes);
        reader.Skip();
        Assert.True(reader.End);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(500)]
    public void Nesting_is_read_down_to_the_depth_allowed_and_no_further(int allowed)
    {
        var security = MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(allowed);

        Assert.Equal(allowed, Descend(Nested(allowed), security));
        Assert.Throws<InsufficientExecutionStackException>(() => Descend(Nested(allowed + 1), security));
    }

    [Fact]
    public void Security_settings_are_copied_not_changed()
    {
        Assert.Equal(500, MessagePackSecurity.UntrustedData.MaximumObjectGraphDepth);
        Assert.True(MessagePackSecurity.UntrustedData.HashCollisionResistant);
        Assert.False(MessagePackSecurity.TrustedData.HashCollisionResistant);

        var deeper = MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(7);
        Assert.Equal(7, deeper.MaximumObjectGraphDepth);
        Assert.True(deeper.HashCollisionResistant);
        Assert.Equal(500, MessagePackSecurity.UntrustedData.MaximumObjectGraphDepth);
        Assert.Same(deeper, deeper.WithMaximumObjectGraphDepth(7));
    }

    [Fact]
    public void Keys_from_strangers_are_hashed_by_content_and_only_if_a_safe_hash_is_known()
    {
        var untrusted = MessagePackSecurity.UntrustedData;
        Assert.Equal(untrusted.GetEqualityComparer<string>().GetHashCode("key"), untrusted.GetEqualityComparer<string>().GetHashCode(new string("key")));
        Assert.NotEqual(untrusted.GetEqualityComparer<long>().GetHashCode(1L << 32), untrusted.GetEqualityComparer<long>().GetHashCode(1));
        Assert.Equal(untrusted.GetEqualityComparer<double>().GetHashCode(0.0), untrusted.GetEqualityComparer<double>().GetHashCode(-0.0));
        Assert.Equal(untrusted.GetEqualityComparer().GetHashCode("key"), untrusted.GetEqualityComparer<string>().GetHashCode("key"));
        Assert.Throws<TypeAccessException>(() => untrusted.GetEqualityComparer<Version>());
        Assert.Same(EqualityComparer<string>.Default, MessagePackSecurity.TrustedData.GetEqualityComparer<string>());
    }

    private static bool IsInteger(MessagePackType type) => type is MessagePackType.Integer;

    private static bool IsNumber(MessagePackType type) => type is MessagePackType.Integer or MessagePackType.Float;

    private static object? Read(ReadOnlySequence<byte> sequence, ReadFunction read)
    {
        var reader = new MessagePackReader(sequence);
        return read(ref reader);
    }

    private static object? Skip(ref MessagePackReader reader)
    {
        reader.Skip();
        return null;
    }

    private static byte[] WithElements(int count, bool map)
    {
        return Packed.Bytes((ref writer) =>
        {
            if (map)
                writer.WriteMapHeader(count);
            else
                writer.WriteArrayHeader(count);
            writer.WriteRaw(new byte[map ? count * 2 : count]);
        });
    }

    private static byte[] Nested(int depth) => [.. Enumerable.Repeat((byte)0x91, depth), MessagePackCode.Nil];

    private static int Descend(byte[] bytes, MessagePackSecurity security)
    {
        var reader = new MessagePackReader(bytes);
        return Descend(ref reader, security);
    }

    private static int Descend(ref MessagePackReader reader, MessagePackSecurity security)
    {
        if (reader.TryReadNil())
            return 0;

        reader.ReadArrayHeader();
        security.DepthStep(ref reader);
        var depth = 1 + Descend(ref reader, security);
        reader.Depth--;
        return depth;
    }
}
