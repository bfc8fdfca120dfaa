using System.Buffers;
using System.Text;
using MessagePack;
using Xunit;

namespace ActorBrowser.Standins.Conformance;

/// <summary>Readers over sequences of segments: where a message is cut makes no difference.</summary>
public sealed class MessagePackSegments
{
    private static readonly DateTime Time = new(2024, 2, 29, 12, 34, 56, 789, DateTimeKind.Utc);

    private static readonly byte[] Message = Packed.Bytes((ref writer) =>
    {
        writer.WriteArrayHeader(24);
        writer.Write(5);
        writer.Write(-5);
        writer.Write(200);
        writer.Write(-100);
        writer.Write(40_000);
        writer.Write(-30_000);
        writer.Write(3_000_000_000);
        writer.Write(int.MinValue);
        writer.Write(ulong.MaxValue);
        writer.Write(long.MinValue);
        writer.Write(1.5f);
        writer.Write(2.25);
        writer.Write(true);
        writer.WriteNil();
        writer.Write("short é");
        writer.Write("日本語の少し長い文字列です😀");
        writer.Write("");
        writer.Write(new byte[] { 1, 2, 3 });
        writer.Write(Array.Empty<byte>());
        writer.WriteMapHeader(16);
        for (var i = 0; i < 32; i++)
            writer.Write(i);
        writer.WriteExtensionFormat(new ExtensionResult(-9, new byte[] { 9, 8, 7 }));
        writer.WriteExtensionFormat(new ExtensionResult(3, new byte[] { 1, 2, 3, 4 }));
        writer.Write(Time);
        writer.Write('é');
    });

    [Fact]
    public void Every_cut_of_a_message_reads_the_same()
    {
        foreach (var (layout, sequence) in Packed.Layouts(Message))
            ReadAll(layout, new MessagePackReader(sequence));
        ReadAll("memory", new MessagePackReader(Message.AsMemory()));
    }

    [Fact]
    public void Every_cut_of_a_message_skips_to_its_end()
    {
        foreach (var (layout, sequence) in Packed.Layouts(Message))
        {
            var reader = new MessagePackReader(sequence);
            reader.Skip();
            Assert.True(reader.End, layout);
            Assert.Equal(Message.Length, reader.Consumed);

            reader = new MessagePackReader(sequence);
            Assert.Equal(Message, reader.ReadRaw().ToArray());
            Assert.True(reader.End, layout);
        }
    }

    [Fact]
    public void The_position_is_where_the_next_value_starts_in_every_cut()
    {
        foreach (var (_, sequence) in Packed.Layouts(Message))
        {
            var reader = new MessagePackReader(sequence);
            reader.ReadArrayHeader();
            while (!reader.End)
            {
                Assert.Equal(Message[(int)reader.Consumed..], sequence.Slice(reader.Position).ToArray());
                Assert.Equal(Message[(int)reader.Consumed], reader.NextCode);
                reader.Skip();
            }

            Assert.Equal(0, sequence.Slice(reader.Position).Length);
        }
    }

    [Fact]
    public void A_peek_reader_and_its_source_do_not_move_each_other()
    {
        using var source = new CancellationTokenSource();
        var reader = new MessagePackReader(Packed.Cut(Message, 10)) { Depth = 3, CancellationToken = source.Token };
        reader.ReadArrayHeader();

        var peek = reader.CreatePeekReader();
        Assert.Equal(reader.Position, peek.Position);
        Assert.Equal(3, peek.Depth);
        Assert.Equal(source.Token, peek.CancellationToken);

        for (var i = 0; i < 24; i++)
            peek.Skip();
        Assert.True(peek.End);
        Assert.Equal(3, reader.Consumed);
        Assert.Equal(5, reader.ReadInt32());
    }

    [Fact]
    public void A_clone_reads_other_data_with_the_same_settings()
    {
        using var source = new CancellationTokenSource();
        var reader = new MessagePackReader(Message) { Depth = 3, CancellationToken = source.Token };
        var clone = reader.Clone(new ReadOnlySequence<byte>(new byte[] { 7 }));

        Assert.Equal(7, clone.ReadInt32());
        Assert.Equal(3, clone.Depth);
        Assert.Equal(source.Token, clone.CancellationToken);
        Assert.Equal(0, reader.Consumed);
    }

    [Fact]
    public void A_string_that_lies_in_two_pieces_is_no_span_and_stays_to_be_read()
    {
        var bytes = Packed.Bytes((ref writer) => writer.Write("hello"));
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var reader = new MessagePackReader(Packed.Cut(bytes, cut));
            var whole = reader.TryReadStringSpan(out var span);
            Assert.Equal(cut is 0 or 1 or 6, whole);
            if (whole)
            {
                Assert.Equal("hello", Encoding.UTF8.GetString(span));
                Assert.True(reader.End);
            }
            else
            {
                Assert.True(span.IsEmpty);
                Assert.Equal(0, reader.Consumed);
                Assert.Equal("hello"u8.ToArray(), reader.ReadStringSequence()!.Value.ToArray());
            }
        }
    }

    [Fact]
    public void Nil_is_no_string_span_and_stays_to_be_read()
    {
        var reader = new MessagePackReader(new byte[] { MessagePackCode.Nil });
        Assert.False(reader.TryReadStringSpan(out _));
        Assert.Equal(0, reader.Consumed);
        Assert.Null(reader.ReadString());
        Assert.True(reader.End);
    }

    [Fact]
    public void Nil_is_null_where_there_can_be_null()
    {
        byte[] nil = [MessagePackCode.Nil];
        Assert.Null(new MessagePackReader(nil).ReadString());
        Assert.Null(new MessagePackReader(nil).ReadBytes());
        Assert.Null(new MessagePackReader(nil).ReadStringSequence());
        Assert.True(new MessagePackReader(nil).IsNil);
        Assert.True(new MessagePackReader(nil).TryReadNil());
    }

    [Fact]
    public void Bytes_can_be_read_from_a_string_as_the_old_format_wrote_them()
    {
        foreach (var (_, sequence) in Packed.Layouts(Packed.Bytes((ref writer) => writer.Write("hello"))))
            Assert.Equal("hello"u8.ToArray(), new MessagePackReader(sequence).ReadBytes()!.Value.ToArray());
    }

    [Fact]
    public void Text_that_is_not_utf8_reads_the_same_in_every_cut()
    {
        // A lone continuation byte, a sequence cut short, an encoded surrogate: replaced, not refused.
        byte[] bytes = [0xa9, (byte)'a', 0x80, (byte)'b', 0xe3, 0x81, (byte)'c', 0xed, 0xa0, 0x80];
        var expected = Encoding.UTF8.GetString(bytes.AsSpan(1));
        foreach (var (layout, sequence) in Packed.Layouts(bytes))
            Assert.Equal((layout, expected), (layout, new MessagePackReader(sequence).ReadString()));
    }

    private static void ReadAll(string layout, MessagePackReader reader)
    {
        Assert.False(reader.End, layout);
        Assert.Equal(24, reader.ReadArrayHeader());
        Assert.Equal(5, reader.ReadByte());
        Assert.Equal(-5, reader.ReadSByte());
        Assert.Equal(200, reader.ReadInt16());
        Assert.Equal(-100, reader.ReadInt16());
        Assert.Equal(40_000, reader.ReadUInt16());
        Assert.Equal(-30_000, reader.ReadInt32());
        Assert.Equal(3_000_000_000, reader.ReadUInt32());
        Assert.Equal(int.MinValue, reader.ReadInt32());
        Assert.Equal(ulong.MaxValue, reader.ReadUInt64());
        Assert.Equal(long.MinValue, reader.ReadInt64());
        Assert.Equal(1.5f, reader.ReadSingle());
        Assert.Equal(2.25, reader.ReadDouble());
        Assert.True(reader.ReadBoolean());
        Assert.Equal(Nil.Default, reader.ReadNil());
        Assert.Equal("short é", reader.ReadString());
        Assert.Equal("日本語の少し長い文字列です😀", reader.ReadString());
        Assert.Equal("", reader.ReadString());
        Assert.Equal([1, 2, 3], reader.ReadBytes()!.Value.ToArray());
        Assert.True(reader.ReadBytes()!.Value.IsEmpty);
        Assert.Equal(16, reader.ReadMapHeader());
        for (var i = 0; i < 32; i++)
            Assert.Equal(i, reader.ReadInt32());
        var extension = reader.ReadExtensionFormat();
        Assert.Equal((sbyte)-9, extension.TypeCode);
        Assert.Equal([9, 8, 7], extension.Data.ToArray());
        Assert.Equal(new ExtensionHeader(3, 4), reader.ReadExtensionFormatHeader());
        Assert.Equal([1, 2, 3, 4], reader.ReadRaw(4).ToArray());
        Assert.Equal(Time, reader.ReadDateTime());
        Assert.Equal('é', reader.ReadChar());
        Assert.True(reader.End, layout);
        Assert.Equal(Message.Length, reader.Consumed);
    }
}
