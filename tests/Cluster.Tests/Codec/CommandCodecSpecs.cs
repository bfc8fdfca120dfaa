using System.Buffers;
using System.Reflection;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using MessagePack;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

public sealed class CommandCodecSpecs
{
    // Types of CommandProtocol that do not cross nodes as they are, with what crosses instead, or why nothing does.
    private static readonly Dictionary<Type, string> s_stay = new()
    {
        [typeof(Spawn)] = "CommandOrder: a descriptor, a subscriber and a span stay on the asker's node.",
        [typeof(Subscribe)] = "CommandSubscription: the subscriber is an actor of the asker's node, and has a number between nodes.",
        [typeof(Unsubscribe)] = "CommandForget, for the same reason.",
        [typeof(SubscribeTo)] = "CommandAttach, then CommandSubscription.",
        [typeof(ListHandles)] = "CommandHandlesOrder, to each node.",
        [typeof(Handles)] = "CommandHandles: each node has its own actors for the sessions.",
        [typeof(Spawned)] = "CommandStarted: the session is an actor of the asker's node.",
    };

    public static TheoryData<int> Full => [.. Enumerable.Range(0, CommandSamples.Full.Length)];

    public static TheoryData<int> Bare => [.. Enumerable.Range(0, CommandSamples.Bare.Length)];

    [Theory, MemberData(nameof(Full))]
    public void A_message_with_every_field_arrives_as_it_was_sent(int index)
    {
        var message = CommandSamples.Full[index];
        // The innermost exception has no inner one.
        Assert.DoesNotContain(Structure.Unset(message), static part => !part.EndsWith(".Inner", StringComparison.Ordinal));
        Structure.AssertEqual(message, Copy(message));
    }

    [Theory, MemberData(nameof(Bare))]
    public void A_message_without_its_optional_fields_arrives_as_it_was_sent(int index) => Structure.AssertEqual(CommandSamples.Bare[index], Copy(CommandSamples.Bare[index]));

    [Fact]
    public void Every_message_has_a_sample()
    {
        var samples = CommandSamples.Full.SelectMany(static message => message switch
        {
            CommandSaid said => [said, said.Message],
            CommandHeard heard => [heard, heard.Event],
            _ => (object[])[message],
        }).Select(static message => message.GetType()).ToHashSet();
        var codecs = CommandCodecs.All.Concat(CommandSaidCodecs.All).Concat(CommandEventCodecs.All).Concat(ImageCodecs.All).Concat(RoleCodecs.All).Append(FailureCodec.Codec);
        Assert.All(codecs, codec => Assert.Contains(codec.Type, samples));
    }

    [Fact]
    public void Every_message_of_the_command_protocol_crosses_nodes_or_stays_for_a_reason()
    {
        var known = CommandCodecs.All.Concat(CommandSaidCodecs.All).Concat(CommandEventCodecs.All).Select(static codec => codec.Type).ToHashSet();
        var protocol = typeof(CommandProtocol).Assembly.GetTypes()
            .Where(static type => type is { IsClass: true, IsAbstract: false } && (type.IsAssignableTo(typeof(ICommand)) || type.IsAssignableTo(typeof(IEvent)))).ToArray();
        Assert.Contains(typeof(CommandSnapshot), protocol);
        Assert.All(protocol, type => Assert.True(known.Contains(type) != s_stay.ContainsKey(type), $"{type.Name} needs a codec, or a reason to stay on its node."));
    }

    [Fact]
    public void Every_field_of_a_spawn_is_in_the_order_or_stays_for_a_reason()
    {
        string[] stay = [nameof(Spawn.InputDescriptor), "Span", nameof(Spawn.HasNoWorkspace), nameof(Spawn.Display), "EqualityContract"];
        var order = typeof(CommandOrder).GetProperties(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Select(static property => property.Name).ToHashSet();
        Assert.All(typeof(Spawn).GetProperties(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Select(static property => property.Name).Except(stay),
            name => Assert.Contains(name, order));
    }

    [Fact]
    public void Manifests_are_short_lower_case_and_unique()
    {
        foreach (var table in (MessageCodec[][])[[.. ClusterCodec.All], CommandSaidCodecs.All, CommandEventCodecs.All])
        {
            Assert.All(table, static codec => Assert.Matches("^[a-z][a-z-]{0,31}$", codec.Manifest));
            Assert.Equal(table.Length, table.Select(static codec => codec.Manifest).Distinct().Count());
        }
    }

    [Theory, MemberData(nameof(Full))]
    public void A_message_that_is_cut_anywhere_is_a_format_error(int index)
    {
        var bytes = ClusterCodec.Encode(CommandSamples.Full[index]);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(bytes[..length])));
    }

    [Theory, MemberData(nameof(Full))]
    public void A_message_with_a_changed_byte_is_read_or_is_a_format_error(int index)
    {
        var bytes = ClusterCodec.Encode(CommandSamples.Full[index]).ToArray();
        byte[] changes = [0x00, 0x7F, 0x80, 0x90, 0xA0, 0xC0, 0xC1, 0xC3, 0xC6, 0xCB, 0xCF, 0xD3, 0xDB, 0xDD, 0xDF, 0xFF];
        for (var at = 0; at < bytes.Length; at++)
        {
            var was = bytes[at];
            foreach (var change in changes)
            {
                bytes[at] = change;
                Read(bytes);
            }
            bytes[at] = was;
        }
    }

    [Fact]
    public void Garbage_is_a_format_error()
    {
        var random = new Random(23);
        var manifests = ClusterCodec.All.Select(static codec => codec.Manifest).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var writer = new MessagePackWriter(buffer);
            writer.WriteArrayHeader(2);
            writer.Write(manifests[random.Next(manifests.Length)]);
            writer.Flush();
            var tail = new byte[random.Next(64)];
            random.NextBytes(tail);
            Read([.. buffer.WrittenSpan, .. tail]);
        }
    }

    [Fact]
    public void Fields_that_a_later_version_adds_are_ignored()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(3);
        writer.Write("command-said");
        writer.WriteArrayHeader(3);
        writer.Write(5);
        writer.WriteArrayHeader(3);
        writer.Write("command-grant");
        writer.WriteArrayHeader(2);
        writer.Write(7);
        writer.Write("later");
        writer.Write("later");
        writer.Write("later");
        writer.Write("later");
        writer.Flush();
        Assert.Equal(new CommandSaid(5, new GrantOutput(7)), ClusterCodec.Decode(new ReadOnlySequence<byte>(buffer.WrittenMemory)));
    }

    [Fact]
    public void A_message_carries_no_conversation_within_a_conversation()
    {
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new CommandSaid(1, new CommandSaid(1, new Poll("h")))));
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new CommandSaid(1, new OutputGap(0, 1))));
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new CommandHeard(1, new Poll("h"))));
    }

    [Theory]
    [InlineData(0L), InlineData(-1L)]
    public void An_actor_has_a_number_above_0(long actor) =>
        Assert.Throws<WireFormatException>(() => Copy(new CommandSaid(actor, new Poll("h"))));

    [Fact]
    public void Values_outside_their_ranges_are_format_errors()
    {
        object[] wrong =
        [
            new CommandAttach(new string('h', 257)),
            new CommandStarted("h", -1, default),
            new CommandSaid(1, new CommandProtocol.SendSignal(65)),
            new CommandSaid(1, new ResizeTerminal(0, 1)),
            new CommandSaid(1, new GrantOutput(-1)),
            new CommandSaid(1, new CommandSubscription(-1, false, 1)),
            new CommandHeard(1, new OutputGap(0, -1)),
            new CommandHeard(1, new OutputChunk((OutputStream)3, 0, 0, default)),
            new CommandOrder(["a"]) { Limits = new CommandLimits(-1, 0, 0, 0, 0, 0) },
            new CommandOrder(["a"]) { Output = (CommandOutput)9 },
            new DecodeOrder(default, -1, 0, ""),
            new DecodeOrder(default, 0, 0, new string('s', 4097)),
            new PixelsBegin(new ImageDecoded("png", 1, 1, 0, 1, [0]), 1),
            new PixelsBegin(new ImageDecoded("png", 1, 1, 1, 1, []), 1),
            new Pixels(-1, default),
            new PixelCredit(0),
            new RoleConsumed(0),
            new SpawnRefused((SpawnFailure)999, 0, ""),
        ];
        Assert.All(wrong, static message => Assert.Throws<WireFormatException>(() => Copy(message)));
    }

    [Fact]
    public void How_a_process_ended_is_cut_to_what_may_be_read_in_each_message_that_says_so()
    {
        var (text, line) = (new string('x', 1 << 20), new string('y', 100_000));
        var exited = new ChildProcessProtocol.ChildExited(
            Akka.Actor.ActorRefs.Nobody, text, 1, ExitReason.Crashed, KillCause.None, null, 11, text, [1], [.. Enumerable.Repeat("z", 11_000), line], default, null, default)
        {
            Layers = [.. Enumerable.Range(0, 100).Select(_ => new LayerReport(text, true, text))],
            Limit = text,
            Dump = text,
        };
        var tab = Assert.IsType<TabProtocol.Crashed>(Copy(new TabProtocol.Crashed(1, "m", exited, 1))).Exited!;
        var failure = Assert.IsType<NodeFailure>(Copy(new NodeFailure(NodeFailureKind.ChildLost, "m") { Exited = exited })).Exited!;
        var image = Assert.IsType<ImageProtocol.DecodeRefused>(Copy(new ImageProtocol.DecodeRefused(null, "m") { Exited = exited })).Exited!;
        Structure.AssertEqual(tab, failure);
        Structure.AssertEqual(tab, image);
        Assert.Equal((256, 65536, 10_000, 64, 256, 4096), (tab.Role.Length, tab.Message.Length, tab.LastStderrLines.Count, tab.Layers.Count, tab.Limit!.Length, tab.Dump!.Length));
    }

    [Fact]
    public void A_secret_that_is_none_is_a_format_error()
    {
        var order = ClusterCodec.Encode(new CommandOrder(["a"]) { Secrets = [new CommandSecret("TOKEN", "12345678", "example.org")] }).ToArray();
        var at = order.AsSpan().IndexOf("example.org"u8);
        order[at] = (byte)'*';
        var error = Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new ReadOnlySequence<byte>(order)));
        Assert.DoesNotContain("12345678", error.Message, StringComparison.Ordinal);
    }

    private static object Copy(object message) => ClusterCodec.Decode(new ReadOnlySequence<byte>(ClusterCodec.Encode(message)));

    private static void Read(byte[] bytes)
    {
        try
        {
            ClusterCodec.Decode(new ReadOnlySequence<byte>(bytes));
        }
        catch (WireFormatException)
        {
            // As it must be. Any other exception fails the test.
        }
    }
}
