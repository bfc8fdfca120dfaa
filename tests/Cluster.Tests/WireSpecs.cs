using System.Buffers;
using System.Runtime.Serialization;
using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Serialization;
using Akka.TestKit.Xunit2;
using MessagePack;

namespace ActorBrowser.ClusterTests;

/// <summary>What Akka carries between nodes: only our serializer, only known messages, whatever the bytes are.</summary>
public sealed class WireSpecs() : TestKit(ActorSystemSetup.Create(
    BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("akka.loglevel = ERROR")),
    SerializationSetup.Create(static system => [SerializerDetails.Create("actorbrowser-cluster", new ClusterSerializer(system), [typeof(IClusterWire)])])))
{
    private static readonly NodeOffer s_offer = new(7, [new Room(10, 3), new Room(0, 0)], 0.25, 1 << 30, 2L << 30, true, ["words", "rules"], [1, ulong.MaxValue]);

    private static readonly IClusterWire[] s_messages =
    [
        new Introduce(1, 2, new byte[32], 1 << 20, 64 << 10), new Challenge(1, new byte[32], new byte[32]), new Prove(new byte[32]), new Welcome(ulong.MaxValue, s_offer), new NotWelcome("no"),
        new OfferMade(3, s_offer), new LinkFrame(1, 2, [new LinkPiece(3, FrameKind.Part, new byte[] { 1, 2, 3 }), new LinkPiece(4, FrameKind.Close, default)]), new Pulse(1, ulong.MaxValue, true),
        new FindTab("alice/mail"), new TabIsAt("alice/mail", "127.0.0.1:1#2a"), new ListTabs(), new TabsHere(["alice/mail", "bob/mail"], true),
        new KeptRegister(7, "127.0.0.1:1#2a", new byte[] { 1, 2 }), new KeptRegister(8, "", default(ReadOnlyMemory<byte>?)), new KeptState(new byte[] { 3 }), new KeptState(default(ReadOnlyMemory<byte>?)),
    ];

    private SerializerWithStringManifest Serializer => (SerializerWithStringManifest)Sys.Serialization.FindSerializerForType(typeof(IClusterWire));

    [Fact]
    public void Each_message_between_nodes_has_our_serializer_and_survives_it()
    {
        var types = typeof(IClusterWire).Assembly.GetTypes().Where(static type => typeof(IClusterWire).IsAssignableFrom(type) && !type.IsInterface).ToHashSet();
        Assert.Equal(types, ClusterSerializer.All.Select(static codec => codec.Type).ToHashSet());
        Assert.Equal(ClusterSerializer.All.Count, ClusterSerializer.All.Select(static codec => codec.Manifest).Distinct().Count());
        foreach (var message in s_messages)
        {
            var serializer = Sys.Serialization.FindSerializerFor(message);
            Assert.IsType<ClusterSerializer>(serializer);
            var bytes = serializer.ToBinary(message);
            Assert.Equal(bytes, serializer.ToBinary(Serializer.FromBinary(bytes, Serializer.Manifest(message))));
        }
    }

    [Fact]
    public void A_message_of_a_later_version_is_read_without_its_new_fields()
    {
        foreach (var message in s_messages)
        {
            var bytes = Serializer.ToBinary(message);
            // An array of up to 15 fields begins with 0x90 and their number.
            byte[] later = [(byte)(bytes[0] + 2), .. bytes[1..], 0xc0, 0xa3, (byte)'n', (byte)'e', (byte)'w'];
            Assert.Equal(bytes, Serializer.ToBinary(Serializer.FromBinary(later, Serializer.Manifest(message))));
        }
    }

    [Fact]
    public void An_introduction_of_an_earlier_version_says_no_sizes()
    {
        var bytes = Serializer.ToBinary(new Introduce(1, 2, new byte[32]));
        // Without the last two fields, a byte each.
        byte[] earlier = [(byte)(bytes[0] - 2), .. bytes[1..^2]];
        var read = (Introduce)Serializer.FromBinary(earlier, Serializer.Manifest(new Introduce(1, 2, new byte[32])));
        Assert.Equal((1, 2, 32, 0, 0), (read.Oldest, read.Newest, read.Nonce.Length, read.Window, read.PartSize));
    }

    [Fact]
    public void Whatever_the_bytes_are_only_a_typed_exception_is_thrown()
    {
        var random = new Random(1);
        foreach (var message in s_messages)
        {
            var bytes = Serializer.ToBinary(message);
            var manifest = Serializer.Manifest(message);
            for (var length = 0; length < bytes.Length; length++)
                Assert.Throws<SerializationException>(() => Serializer.FromBinary(bytes[..length], manifest));
            for (var i = 0; i < 2_000; i++)
            {
                var changed = bytes.ToArray();
                for (var times = random.Next(1, 4); times > 0; times--)
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                try
                {
                    Serializer.FromBinary(changed, manifest);
                }
                catch (SerializationException)
                {
                }
            }
        }
        Assert.Throws<SerializationException>(() => Serializer.FromBinary([0x90], "unknown"));
        Assert.Throws<SerializationException>(() => Serializer.ToBinary("a text"));
    }

    [Fact]
    public void A_fetch_crosses_with_every_field()
    {
        var order = new FetchOrder("http://example.org/")
        {
            Method = "PUT",
            Headers = [new HeaderField("a", "b")],
            Body = new byte[] { 1 },
            HasUpload = true,
            UploadLength = 5,
            Streamed = true,
            Initiator = FetchInitiator.PrivatePage,
            MaxRedirects = 3,
            TotalTimeout = TimeSpan.FromSeconds(1),
            ConnectTimeout = TimeSpan.FromSeconds(2),
            FirstByteTimeout = TimeSpan.FromSeconds(3),
            MaxBody = 9,
            Decompress = false,
            Version = HttpVersionChoice.Http2,
            Proxy = "socks5://a",
            Replay = true,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        Same(order);
        Same(new FetchOrder("http://example.org/"));
        Same(new UploadPiece(new byte[] { 1, 2 }, true, "broken"));
        Same(new FetchProtocol.FetchFailed(1, FetchErrorKind.NodesFull, "no", 3));
        Assert.Throws<InvalidOperationException>(() => ClusterCodec.Encode(new FetchProtocol.Fetch("http://example.org/")));
    }

    [Fact]
    public void A_list_s_length_alone_allocates_nothing()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write("fetch-headers");
        writer.WriteArrayHeader(int.MaxValue);
        writer.Flush();
        Assert.Throws<WireFormatException>(() => ClusterCodec.Decode(new(buffer.WrittenMemory)));
    }

    private static void Same(object message)
    {
        var bytes = ClusterCodec.Encode(message);
        Assert.Equal(bytes.ToArray(), ClusterCodec.Encode(ClusterCodec.Decode(new(bytes))).ToArray());
    }
}
