using System.Text;
using MessagePack;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>The wire format of what the writer writes, byte for byte.</summary>
public sealed class MessagePackBytes
{
    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7f")]
    [InlineData(128, "cc80")]
    [InlineData(255, "ccff")]
    [InlineData(256, "cd0100")]
    [InlineData(65535, "cdffff")]
    [InlineData(65536, "ce00010000")]
    [InlineData(uint.MaxValue, "ceffffffff")]
    [InlineData(uint.MaxValue + 1L, "cf0000000100000000")]
    [InlineData(long.MaxValue, "cf7fffffffffffffff")]
    [InlineData(-1, "ff")]
    [InlineData(-32, "e0")]
    [InlineData(-33, "d0df")]
    [InlineData(-128, "d080")]
    [InlineData(-129, "d1ff7f")]
    [InlineData(-32768, "d18000")]
    [InlineData(-32769, "d2ffff7fff")]
    [InlineData(int.MinValue, "d280000000")]
    [InlineData(int.MinValue - 1L, "d3ffffffff7fffffff")]
    [InlineData(long.MinValue, "d38000000000000000")]
    public void An_integer_takes_the_smallest_form_whatever_its_type(long value, string hex)
    {
        Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write(value)));
        Assert.Equal(hex.Length / 2, MessagePackWriter.GetEncodedLength(value));
        if (value >= 0)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((ulong)value)));
        if (value is >= uint.MinValue and <= uint.MaxValue)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((uint)value)));
        if (value is >= int.MinValue and <= int.MaxValue)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((int)value)));
        if (value is >= ushort.MinValue and <= ushort.MaxValue)
        {
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((ushort)value)));
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((char)value)));
        }

        if (value is >= short.MinValue and <= short.MaxValue)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((short)value)));
        if (value is >= byte.MinValue and <= byte.MaxValue)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((byte)value)));
        if (value is >= sbyte.MinValue and <= sbyte.MaxValue)
            Assert.Equal(hex, Packed.Hex((ref writer) => writer.Write((sbyte)value)));
    }

    [Fact]
    public void The_largest_ulong_takes_nine_bytes()
    {
        Assert.Equal("cfffffffffffffffff", Packed.Hex((ref writer) => writer.Write(ulong.MaxValue)));
        Assert.Equal(9, MessagePackWriter.GetEncodedLength(ulong.MaxValue));
    }

    [Fact]
    public void A_form_asked_for_by_name_is_written_however_small_the_number()
    {
        Assert.Equal("cc01", Packed.Hex((ref writer) => writer.WriteUInt8(1)));
        Assert.Equal("cd0001", Packed.Hex((ref writer) => writer.WriteUInt16(1)));
        Assert.Equal("ce00000001", Packed.Hex((ref writer) => writer.WriteUInt32(1)));
        Assert.Equal("cf0000000000000001", Packed.Hex((ref writer) => writer.WriteUInt64(1)));
        Assert.Equal("d0ff", Packed.Hex((ref writer) => writer.WriteInt8(-1)));
        Assert.Equal("d1ffff", Packed.Hex((ref writer) => writer.WriteInt16(-1)));
        Assert.Equal("d2ffffffff", Packed.Hex((ref writer) => writer.WriteInt32(-1)));
        Assert.Equal("d3ffffffffffffffff", Packed.Hex((ref writer) => writer.WriteInt64(-1)));
    }

    [Fact]
    public void Nil_booleans_and_floats_have_one_form_each()
    {
        Assert.Equal("c0", Packed.Hex((ref writer) => writer.WriteNil()));
        Assert.Equal("c0", Packed.Hex((ref writer) => writer.Write((string?)null)));
        Assert.Equal("c0", Packed.Hex((ref writer) => writer.Write((byte[]?)null)));
        Assert.Equal("c2", Packed.Hex((ref writer) => writer.Write(false)));
        Assert.Equal("c3", Packed.Hex((ref writer) => writer.Write(true)));
        Assert.Equal("ca3fc00000", Packed.Hex((ref writer) => writer.Write(1.5f)));
        Assert.Equal("cb3ff8000000000000", Packed.Hex((ref writer) => writer.Write(1.5)));
        Assert.Equal("cb8000000000000000", Packed.Hex((ref writer) => writer.Write(-0.0)));
        Assert.Equal("cb7ff0000000000000", Packed.Hex((ref writer) => writer.Write(double.PositiveInfinity)));
    }

    [Theory]
    [InlineData(0, "a0")]
    [InlineData(1, "a1")]
    [InlineData(31, "bf")]
    [InlineData(32, "d920")]
    [InlineData(255, "d9ff")]
    [InlineData(256, "da0100")]
    [InlineData(65535, "daffff")]
    [InlineData(65536, "db00010000")]
    public void A_strings_header_takes_the_smallest_form_for_its_bytes(int length, string header)
    {
        var text = new string('x', length);
        var utf8 = Encoding.UTF8.GetBytes(text);
        var expected = header + Convert.ToHexStringLower(utf8);

        Assert.Equal(expected, Packed.Hex((ref writer) => writer.Write(text)));
        if (length > 0)
            Assert.Equal(expected, Packed.Hex((ref writer) => writer.Write(text.AsSpan())));
        Assert.Equal(expected, Packed.Hex((ref writer) => writer.WriteString(utf8)));
        Assert.Equal(expected, Packed.Hex((ref writer) => writer.WriteString(Packed.Cut(utf8, length / 2))));
        Assert.Equal(header, Packed.Hex((ref writer) => writer.WriteStringHeader(length)));
    }

    [Fact]
    public void An_empty_string_is_written_as_a_string_not_as_an_empty_span_of_characters()
    {
        Assert.Equal("a0", Packed.Hex((ref writer) => writer.Write("")));
        Assert.Throws<ArgumentNullException>(() => Packed.Bytes((ref writer) => writer.Write("".AsSpan())));
    }

    [Theory]
    // Characters on one side of a header's limit, bytes on the other: the length that counts is that of the bytes.
    [InlineData("é", 15, "be")]
    [InlineData("é", 16, "d920")]
    [InlineData("日", 10, "be")]
    [InlineData("日", 11, "d921")]
    [InlineData("日", 85, "d9ff")]
    [InlineData("日", 86, "da0102")]
    [InlineData("日", 21845, "daffff")]
    [InlineData("日", 21846, "db00010002")]
    [InlineData("😀", 7, "bc")]
    [InlineData("😀", 8, "d920")]
    [InlineData("😀", 64, "da0100")]
    public void A_strings_length_is_counted_in_bytes_of_utf8(string character, int times, string header)
    {
        var text = string.Concat(Enumerable.Repeat(character, times));

        var bytes = Packed.Bytes((ref writer) => writer.Write(text));

        Assert.Equal(header + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)), Convert.ToHexStringLower(bytes));
        Assert.Equal(text, new MessagePackReader(bytes).ReadString());
    }

    [Fact]
    public void A_lone_surrogate_is_written_as_the_replacement_character() =>
        Assert.Equal("a561efbfbd62", Packed.Hex((ref writer) => writer.Write("a\ud800b")));

    [Theory]
    [InlineData(0, "c400")]
    [InlineData(255, "c4ff")]
    [InlineData(256, "c50100")]
    [InlineData(65535, "c5ffff")]
    [InlineData(65536, "c600010000")]
    public void A_binarys_header_takes_the_smallest_form(int length, string header)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        var expected = header + Convert.ToHexStringLower(bytes);

        Assert.Equal(expected, Packed.Hex((ref writer) => writer.Write(bytes)));
        Assert.Equal(expected, Packed.Hex((ref writer) => writer.Write(bytes.AsSpan())));
        Assert.Equal(expected, Packed.Hex((ref writer) => writer.Write(Packed.Cut(bytes, length / 3, length / 2))));
        Assert.Equal(header, Packed.Hex((ref writer) => writer.WriteBinHeader(length)));
    }

    [Theory]
    [InlineData(0, "90", "80")]
    [InlineData(15, "9f", "8f")]
    [InlineData(16, "dc0010", "de0010")]
    [InlineData(65535, "dcffff", "deffff")]
    [InlineData(65536, "dd00010000", "df00010000")]
    [InlineData(int.MaxValue, "dd7fffffff", "df7fffffff")]
    public void Headers_of_arrays_and_maps_take_the_smallest_form(int count, string array, string map)
    {
        Assert.Equal(array, Packed.Hex((ref writer) => writer.WriteArrayHeader(count)));
        Assert.Equal(array, Packed.Hex((ref writer) => writer.WriteArrayHeader((uint)count)));
        Assert.Equal(map, Packed.Hex((ref writer) => writer.WriteMapHeader(count)));
        Assert.Equal(map, Packed.Hex((ref writer) => writer.WriteMapHeader((uint)count)));
    }

    [Theory]
    [InlineData(0, "c70005")]
    [InlineData(1, "d405")]
    [InlineData(2, "d505")]
    [InlineData(3, "c70305")]
    [InlineData(4, "d605")]
    [InlineData(8, "d705")]
    [InlineData(16, "d805")]
    [InlineData(17, "c71105")]
    [InlineData(255, "c7ff05")]
    [InlineData(256, "c8010005")]
    [InlineData(65535, "c8ffff05")]
    [InlineData(65536, "c90001000005")]
    public void An_extensions_header_takes_the_smallest_form(int length, string header)
    {
        Assert.Equal(header, Packed.Hex((ref writer) => writer.WriteExtensionFormatHeader(new ExtensionHeader(5, length))));
        var bytes = Packed.Bytes((ref writer) => writer.WriteExtensionFormat(new ExtensionResult(5, new byte[length])));
        Assert.StartsWith(header, Convert.ToHexStringLower(bytes), StringComparison.Ordinal);
        Assert.Equal((header.Length / 2) + length, bytes.Length);

        var read = new MessagePackReader(bytes).ReadExtensionFormat();
        Assert.Equal((sbyte)5, read.TypeCode);
        Assert.Equal(length, read.Data.Length);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z", "d6ff00000000")]
    [InlineData("2106-02-07T06:28:15Z", "d6ffffffffff")]
    [InlineData("2106-02-07T06:28:16Z", "d7ff0000000100000000")]
    [InlineData("1970-01-01T00:00:00.0000001Z", "d7ff0000019000000000")]
    [InlineData("2514-05-30T01:53:03.9999999Z", "d7ffee6b2673ffffffff")]
    [InlineData("2514-05-30T01:53:04Z", "c70cff000000000000000400000000")]
    [InlineData("1969-12-31T23:59:59Z", "c70cff00000000ffffffffffffffff")]
    [InlineData("0001-01-01T00:00:00Z", "c70cff00000000fffffff1886e0900")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "c70cff3b9ac99c0000003afff4417f")]
    public void A_timestamp_takes_four_eight_or_twelve_bytes(string text, string hex)
    {
        var time = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime;

        var bytes = Packed.Bytes((ref writer) => writer.Write(time));

        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
        var read = new MessagePackReader(bytes).ReadDateTime();
        Assert.Equal(time, read);
        Assert.Equal(DateTimeKind.Utc, read.Kind);
    }

    [Fact]
    public void The_old_format_has_neither_bin_nor_timestamps_nor_str_8_for_text()
    {
        Assert.Equal("a3010203", Packed.Hex((ref writer) =>
        {
            writer.OldSpec = true;
            writer.Write(new byte[] { 1, 2, 3 });
        }));
        Assert.StartsWith("da0020", Packed.Hex((ref writer) =>
        {
            writer.OldSpec = true;
            writer.Write(new string('x', 32));
        }), StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => Packed.Bytes((ref writer) =>
        {
            writer.OldSpec = true;
            writer.Write(DateTime.UnixEpoch);
        }));
    }
}
