using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorBrowser.Transport;

/// <summary>Hashes the keys of dictionaries and sets whose values a stranger chooses.</summary>
internal sealed class KeyedComparer<T> : IEqualityComparer<T>, IEqualityComparer
{
    private static readonly KeyedComparer<T>? Supported = IsSupported() ? new() : null;

    /// <summary>The comparer.</summary>
    /// <exception cref="TypeAccessException">Values of this type cannot be hashed safely.</exception>
    internal static KeyedComparer<T> Instance => Supported ?? throw KeyedHash.Refused(typeof(T));

    public bool Equals(T? x, T? y) => EqualityComparer<T>.Default.Equals(x, y);

    public int GetHashCode(T value) => value switch
    {
        null => 0,
        _ when typeof(T).IsEnum => KeyedHash.OfBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>())),
        _ => KeyedHash.Of(value),
    };

    bool IEqualityComparer.Equals(object? x, object? y) => object.Equals(x, y);

    int IEqualityComparer.GetHashCode(object value) => value is T one ? GetHashCode(one) : KeyedHash.Of(value);

    private static bool IsSupported() => typeof(T).IsEnum || typeof(T) == typeof(object) || typeof(T) == typeof(string) || typeof(T).IsPrimitive
        || typeof(T) == typeof(Guid) || typeof(T) == typeof(DateTime) || typeof(T) == typeof(DateTimeOffset);
}

/// <summary>Hashes with this process's key.</summary>
internal static class KeyedHash
{
    internal static TypeAccessException Refused(Type type) => new($"A {type} from a message cannot be the key of a dictionary or set: it has no hash that cannot be made to collide.");

    internal static int OfBytes(ReadOnlySpan<byte> bytes) => (int)SipHash.OfThisProcess.Of(bytes);

    // Equal values must have equal hashes: a zero has two signs, there are many NaN, and a DateTime's kind does not count.
    internal static int Of(object value) => value switch
    {
        string text => OfBytes(MemoryMarshal.AsBytes(text.AsSpan())),
        bool one => Of(one ? 1L : 0),
        char one => Of((long)one),
        sbyte one => Of((long)one),
        byte one => Of((long)one),
        short one => Of((long)one),
        ushort one => Of((long)one),
        int one => Of((long)one),
        uint one => Of((long)one),
        long one => Of(one),
        ulong one => Of((long)one),
        float one => Of(Bits(one)),
        double one => Of(Bits(one)),
        DateTime one => Of(one.Ticks),
        DateTimeOffset one => Of(one.UtcTicks),
        Guid one => OfBytes(one.ToByteArray()),
        _ => throw Refused(value.GetType()),
    };

    private static int Of(long number) => OfBytes(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)));

    private static long Bits(double number) => BitConverter.DoubleToInt64Bits(number == 0 ? 0 : double.IsNaN(number) ? double.NaN : number);
}
