using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.TransportTests;

/// <summary>For any body, reading ends in a message or a typed violation, and costs no more than the body's length.</summary>
public sealed class HostileBodySpecs
{
    // The cost of a whole frame, the reader's message and one exception; a false length would cost megabytes.
    private const long MostBytes = 1 << 20;

    public static TheoryData<string> Types => [.. Enum.GetNames<MessageType>()];

    [Fact]
    public void Every_message_of_the_protocol_has_a_sample() =>
        Assert.Equal(Enum.GetValues<MessageType>().Order(), Samples.All.Keys.Order());

    [Theory]
    [MemberData(nameof(Types))]
    public void A_message_of_every_type_is_read_as_it_was_written(string name)
    {
        var type = Enum.Parse<MessageType>(name);
        for (var seed = 0; seed < 200; seed++)
            Assert.Null(Read(type, Samples.All[type].Body(new Random(seed))));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_truncation_and_every_surplus_is_a_violation(string name)
    {
        var type = Enum.Parse<MessageType>(name);
        for (var seed = 0; seed < 20; seed++)
        {
            var body = Samples.All[type].Body(new Random(seed));
            for (var length = 0; length < body.Length; length++)
                Assert.Equal(ViolationKind.MalformedBody, Read(type, body.AsSpan(0, length))!.Kind);
            Assert.Equal(ViolationKind.MalformedBody, Read(type, [.. body, 0xc0])!.Kind);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Any_mutation_ends_in_a_message_or_a_violation(string name)
    {
        var type = Enum.Parse<MessageType>(name);
        var random = new Random((int)type);
        for (var i = 0; i < 3000; i++)
        {
            var body = Samples.All[type].Body(random).ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                var at = random.Next(body.Count + 1);
                switch (random.Next(5))
                {
                    case 0 when at < body.Count:
                        body[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 1:
                        body.InsertRange(at, Hostile[random.Next(Hostile.Length)]);
                        break;
                    case 2 when at < body.Count:
                        body.RemoveRange(at, random.Next(1, body.Count - at + 1));
                        break;
                    case 3 when at < body.Count:
                        body[at] = (byte)random.Next(256);
                        break;
                    default:
                        body.Insert(at, (byte)random.Next(256));
                        break;
                }
            }
            Read(type, body.ToArray());
        }
    }

    /// <summary>In place of each field: every kind of value, false lengths, numbers out of range, invalid text, deep nesting.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Any_value_in_the_place_of_any_field_ends_in_a_message_or_a_violation(string name)
    {
        var type = Enum.Parse<MessageType>(name);
        var body = Samples.All[type].Body(new Random(7));
        foreach (var (start, end) in Fields(body))
        {
            foreach (var value in Hostile)
                Read(type, [.. body.AsSpan(0, start), .. value, .. body.AsSpan(end)]);
        }
        foreach (var value in Hostile)
            Read(type, value);
    }

    [Fact]
    public void A_number_that_does_not_fit_its_field_and_a_value_of_another_kind_are_violations()
    {
        // 2.5 throws OverflowException for the first and MessagePackSerializationException for the second.
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.Ping, [0x91, 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])!.Kind);
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.SlotsFree, [0x91, 0xff])!.Kind);
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.RoleMessage, [0x92, 0xce, 0, 1, 0, 0, 0xc4, 0])!.Kind);
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.Ping, [0x91, 0xc3])!.Kind);
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.Ping, [0x91, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0])!.Kind);
        Assert.Equal(ViolationKind.MalformedBody, Read(MessageType.Ready, [0xdd, 0xff, 0xff, 0xff, 0xff])!.Kind);
    }

    [Fact]
    public void Text_that_is_no_UTF_8_arrives_with_replacement_characters()
    {
        Assert.Null(Read(MessageType.FetchError, [0x92, 0, 0xa2, 0xff, 0xc3], out FetchError error));
        Assert.Equal("\ufffd\ufffd", error.Message);
    }

    /// <summary>Values that hostile peers send to MessagePack readers, each by itself.</summary>
    private static readonly byte[][] Hostile =
    [
        [0xc0], [0xc1], [0xc2], [0xc3], [0x00], [0x7f], [0xff], [0x80], [0x90], [0xa0],
        [0xcc, 0xff], [0xcd, 0xff, 0xff], [0xce, 0xff, 0xff, 0xff, 0xff], [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0xd0, 0x80], [0xd1, 0x80, 0], [0xd2, 0x80, 0, 0, 0], [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0],
        [0xca, 0x7f, 0xc0, 0, 0], [0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0],
        // Lengths that no frame has.
        [0xd9, 0xff], [0xda, 0xff, 0xff], [0xdb, 0xff, 0xff, 0xff, 0xff], [0xdb, 0x7f, 0xff, 0xff, 0xff],
        [0xc4, 0xff], [0xc5, 0xff, 0xff], [0xc6, 0xff, 0xff, 0xff, 0xff], [0xc6, 0x7f, 0xff, 0xff, 0xff],
        [0xdc, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xdd, 0x7f, 0xff, 0xff, 0xff], [0xdd, 0, 1, 0x86, 0xa0],
        [0xde, 0xff, 0xff], [0xdf, 0xff, 0xff, 0xff, 0xff], [0xdf, 0x40, 0, 0, 0],
        // Extensions, times among them.
        [0xc7, 0xff, 1], [0xc8, 0xff, 0xff, 1], [0xc9, 0xff, 0xff, 0xff, 0xff, 1], [0xd4, 1, 0], [0xd6, 0xff, 0, 0, 0, 0], [0xd8, 1],
        // Text that is not UTF-8: a lone continuation, an overlong slash, a surrogate, beyond the last plane.
        [0xa1, 0x80], [0xa2, 0xc0, 0xaf], [0xa3, 0xed, 0xa0, 0x80], [0xa4, 0xf5, 0x80, 0x80, 0x80],
        // Arrays and maps inside one another.
        [.. Enumerable.Repeat((byte)0x91, 60_000)],
        [.. Enumerable.Repeat<byte[]>([0x81, 0xc0], 30_000).SelectMany(static pair => pair)],
    ];

    private static ProtocolViolation? Read(MessageType type, ReadOnlySpan<byte> body)
    {
        var frame = Samples.Frame(type, 1, body);
        using var parser = new FrameParser(ChannelLimits.Default);
        var reader = new OneMessage();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var violation = parser.Feed(frame, reader, out _);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytes + (body.Length * 16L), $"A {type} of {body.Length} bytes cost more than it is.");
        Assert.True(reader.Seen);
        return violation;
    }

    private static ProtocolViolation? Read<T>(MessageType type, ReadOnlySpan<byte> body, out T message) where T : struct, IWireMessage<T>
    {
        var frame = new Frame(new FrameHeader((uint)body.Length, type, 0, 1), body.ToArray(), null);
        return frame.TryRead(out message);
    }

    // The positions of the values in a body's outermost array, found without knowing the message.
    private static List<(int Start, int End)> Fields(byte[] body)
    {
        var fields = new List<(int, int)>();
        var reader = new MessagePackReader(body);
        for (var count = reader.ReadArrayHeader(); count > 0; count--)
        {
            var start = (int)reader.Consumed;
            reader.Skip();
            fields.Add((start, (int)reader.Consumed));
        }
        return fields;
    }

    private sealed class OneMessage : IFrameHandler
    {
        internal bool Seen { get; private set; }

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            Seen = true;
            return Samples.ReadOne(frame);
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(ChannelClosed closed)
        {
        }
    }
}
