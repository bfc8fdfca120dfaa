using System.Buffers;
using System.Collections;
using ActorBrowser.Transport;
using MessagePack;
using MessagePack.Resolvers;

namespace ActorBrowser.TransportTests;

/// <summary>What protects the reader of a typed role's messages.</summary>
public sealed class UntrustedMessagesSpecs
{
    private static readonly MessagePackSerializerOptions Options = UntrustedMessages.Create(StandardResolver.Instance, 20);

    public sealed record Named(int Value);

    private enum Colour : short
    {
        Red = 1,
    }

    // From the vectors that the algorithm's authors publish: the key is 00 to 0f, the input 00, 01, and so on.
    [Theory]
    [InlineData(0, 0x726fdb47dd0e0e31)]
    [InlineData(1, 0x74f839c593dc67fd)]
    [InlineData(7, 0xab0200f58b01d137)]
    [InlineData(8, 0x93f5f5799a932462)]
    [InlineData(15, 0xa129ca6149be45e5)]
    public void The_hash_is_SipHash_2_4(int length, ulong expected) =>
        Assert.Equal(expected, new SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908).Of(Enumerable.Range(0, length).Select(static i => (byte)i).ToArray()));

    [Fact]
    public void Equal_keys_have_equal_hashes_and_others_differ()
    {
        Check("a", new string('a', 1), "b");
        Check(1L, 1L, 1L << 32);
        Check(1UL, 1UL, 1UL << 63);
        Check(Colour.Red, (Colour)1, (Colour)2);
        Check(0.0, -0.0, 1.0);
        Check(double.NaN, BitConverter.Int64BitsToDouble(-1), 0);
        Check(float.NaN, BitConverter.Int32BitsToSingle(-1), 0);
        Check(new DateTime(5, DateTimeKind.Utc), new DateTime(5, DateTimeKind.Local), new DateTime(6));
        Check(new DateTimeOffset(2020, 1, 1, 1, 0, 0, TimeSpan.FromHours(1)), new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.UnixEpoch);
        Check(new Guid("00000000-0000-0000-0000-000000000001"), new Guid("00000000-0000-0000-0000-000000000001"), Guid.Empty);
        Check<object>("a", new string('a', 1), "b");
        Check<object>(7, 7, 7.5);
        Assert.Equal(Options.Security.GetEqualityComparer<long>().GetHashCode(7), Options.Security.GetEqualityComparer().GetHashCode(7L));
    }

    private static void Check<T>(T one, T same, T other) where T : notnull
    {
        var comparer = Options.Security.GetEqualityComparer<T>();
        Assert.Equal(one, same, comparer);
        Assert.Equal(comparer.GetHashCode(one), comparer.GetHashCode(same));
        Assert.NotEqual(comparer.GetHashCode(one), comparer.GetHashCode(other));
        Assert.Equal(comparer.GetHashCode(one), ((IEqualityComparer)comparer).GetHashCode(same));
    }

    [Fact]
    public void A_key_without_a_safe_hash_is_refused()
    {
        Assert.Throws<TypeAccessException>(() => Options.Security.GetEqualityComparer<TimeSpan>());
        Assert.Throws<TypeAccessException>(() => Options.Security.GetEqualityComparer<object>().GetHashCode(TimeSpan.Zero));
    }

    [Fact]
    public void Dictionaries_and_untyped_maps_are_read()
    {
        var bytes = MessagePackSerializer.Serialize(new Dictionary<string, long> { ["a"] = 1, ["b"] = 2 }, Options);
        Assert.Equal(2, MessagePackSerializer.Deserialize<Dictionary<string, long>>(bytes, Options)["b"]);
        Assert.Equal((byte)2, ((IDictionary)MessagePackSerializer.Deserialize<object>(bytes, Options))["b"]);
        Assert.Equal([1, 2], MessagePackSerializer.Deserialize<IEnumerable<int>>(MessagePackSerializer.Serialize(Enumerable.Range(1, 2), Options), Options));
    }

    [Fact]
    public void Nesting_is_limited_and_no_type_is_found_by_its_name()
    {
        var nested = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(nested);
        for (var i = 0; i < 30; i++)
            writer.WriteArrayHeader(1);
        writer.WriteNil();
        writer.Flush();
        var tooDeep = Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<object>(nested.WrittenMemory, Options));
        Assert.IsType<InsufficientExecutionStackException>(tooDeep.GetBaseException());

        var typeless = Options.WithResolver(TypelessContractlessStandardResolver.Instance);
        var bytes = MessagePackSerializer.Serialize<object>(new Named(1), typeless);
        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<object>(bytes, typeless));
    }
}
