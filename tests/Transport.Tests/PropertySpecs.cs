using System.Buffers;
using ActorBrowser.Transport;
using FsCheck;
using FsCheck.Fluent;

namespace ActorBrowser.TransportTests;

/// <summary>For any bytes, split anywhere: whole messages or one typed violation.</summary>
public sealed class PropertySpecs
{
    private static readonly ChannelLimits Limits = new(64 << 10, 4, 1 << 20);

    [Fact]
    public void Any_message_survives_any_split_of_the_stream()
    {
        var property = Prop.ForAll(Streams(), Splits(), (stream, splits) =>
        {
            var received = new Collector();
            using var parser = new FrameParser(Limits);
            var violation = FeedInPieces(parser, stream.Bytes, splits, received);
            return violation is null && received.Bodies.Count == stream.Count && !parser.InsideFrame
                && received.Bodies.SelectMany(b => b).SequenceEqual(stream.Bodies);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), property);
    }

    [Fact]
    public void Any_mutation_of_a_stream_ends_in_messages_or_a_typed_violation()
    {
        var property = Prop.ForAll(Streams(), Mutations(), Splits(), (stream, mutations, splits) =>
        {
            var bytes = stream.Bytes.ToList();
            foreach (var (kind, place, value) in mutations)
            {
                var at = bytes.Count == 0 ? 0 : place % bytes.Count;
                switch (kind % 4)
                {
                    case 0 when bytes.Count > 0:
                        bytes[at] ^= (byte)(1 << (value % 8));
                        break;
                    case 1:
                        bytes.Insert(at, value);
                        break;
                    case 2 when bytes.Count > 0:
                        bytes.RemoveAt(at);
                        break;
                    case 3 when bytes.Count > 0:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                    default:
                        break;
                }
            }
            var received = new Collector();
            using var parser = new FrameParser(Limits);
            var before = GC.GetAllocatedBytesForCurrentThread();
            FeedInPieces(parser, [.. bytes], splits, received);
            // A pending frame's buffer and the messages' own bytes, but no memory for a declared length.
            return GC.GetAllocatedBytesForCurrentThread() - before < 8L * (Limits.MaxBodyBytes + (bytes.Count * 64L));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), property);
    }

    [Fact]
    public void Any_bytes_at_all_end_in_messages_or_a_typed_violation()
    {
        var property = Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Splits(), (bytes, splits) =>
        {
            using var parser = new FrameParser(Limits);
            FeedInPieces(parser, bytes, splits, new Collector());
            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), property);
    }

    private static ProtocolViolation? FeedInPieces(FrameParser parser, byte[] bytes, int[] splits, Collector received)
    {
        var at = 0;
        for (var piece = 0; at < bytes.Length; piece++)
        {
            var length = splits.Length == 0 ? bytes.Length : Math.Clamp(Math.Abs(splits[piece % splits.Length] % 97) + 1, 1, bytes.Length - at);
            if (parser.Feed(bytes.AsMemory(at, Math.Min(length, bytes.Length - at)), received, out _) is { } violation)
                return violation;
            at += length;
        }
        return null;
    }

    private static Arbitrary<int[]> Splits() => Gen.ArrayOf(Gen.Choose(0, 96)).ToArbitrary();

    private static Arbitrary<(int Kind, int Place, byte Value)[]> Mutations() =>
        (from kind in Gen.Choose(0, 3)
         from place in Gen.Choose(0, 1 << 20)
         from value in Gen.Choose(0, 255)
         select (kind, place, (byte)value)).NonEmptyListOf().Select(list => list.Take(6).ToArray()).ToArbitrary();

    private static Arbitrary<Encoded> Streams() =>
        (from seeds in Gen.Choose(0, int.MaxValue - 1).NonEmptyListOf()
         select Encoded.From(seeds.Take(8))).ToArbitrary();

    /// <summary>A stream of valid frames made from seeds, one message of some type each.</summary>
    private sealed record Encoded(byte[] Bytes, byte[] Bodies, int Count)
    {
        internal static Encoded From(IEnumerable<int> seeds)
        {
            using var queue = new OutgoingQueue(Limits);
            var count = 0;
            foreach (var seed in seeds)
            {
                Assert.Equal(WriteOutcome.Queued, Samples.WriteOne(queue, seed));
                count++;
            }
            var bytes = new ArrayBufferWriter<byte>();
            Assert.True(queue.TryBegin(out var data, out _));
            do
            {
                bytes.Write(data.Span);
            }
            while (queue.Next(data.Length, out data, out _));
            var all = bytes.WrittenSpan.ToArray();
            var bodies = new List<byte>();
            for (var at = 0; at < all.Length;)
            {
                var length = (int)FrameHeader.Read(all.AsSpan(at)).BodyLength;
                bodies.AddRange(all.AsSpan(at + FrameHeader.Size, length));
                at += FrameHeader.Size + length;
            }
            return new Encoded(all, [.. bodies], count);
        }

        public override string ToString() => Convert.ToHexString(Bytes);
    }

    private sealed class Collector : IFrameHandler
    {
        internal List<byte[]> Bodies { get; } = [];

        public ProtocolViolation? OnFrame(in Frame frame)
        {
            Bodies.Add(frame.Body.ToArray());
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
