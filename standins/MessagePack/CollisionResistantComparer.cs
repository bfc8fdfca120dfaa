using System;
using System.Collections;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MessagePack;

/// <summary>The default equality with a hash that a sender cannot predict.</summary>
internal sealed class CollisionResistantComparer<T> : IEqualityComparer<T>, IEqualityComparer
{
    /// <summary>Null for types whose equal values may differ in memory in ways we do not know.</summary>
    public static readonly CollisionResistantComparer<T>? Instance = IsSupported() ? new() : null;

    private CollisionResistantComparer()
    {
    }

    public bool Equals(T? x, T? y) => EqualityComparer<T>.Default.Equals(x, y);

    bool IEqualityComparer.Equals(object? x, object? y) => ((IEqualityComparer)EqualityComparer<T>.Default).Equals(x, y);

    int IEqualityComparer.GetHashCode(object obj) => GetHashCode((T)obj);

    public int GetHashCode(T value) => value switch
    {
        null => 0,
        string text => Hash(MemoryMarshal.AsBytes(text.AsSpan())),
        float number => HashOf(number == 0 ? 0 : float.IsNaN(number) ? float.NaN : number),
        double number => HashOf(number == 0 ? 0 : double.IsNaN(number) ? double.NaN : number),
        DateTime time => HashOf(time.Ticks),
        DateTimeOffset time => HashOf(time.UtcTicks),
        _ => Hash(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>())),
    };

    private static int HashOf<TValue>(TValue value)
        where TValue : unmanaged => Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<TValue>(in value)));

    private static int Hash(ReadOnlySpan<byte> bytes) => (int)SipHash.Compute(bytes);

    private static bool IsSupported() => typeof(T).IsEnum || typeof(T) == typeof(Guid) || typeof(T) == typeof(DateTimeOffset)
        || Type.GetTypeCode(typeof(T)) is not (TypeCode.Object or TypeCode.Decimal or TypeCode.DBNull or TypeCode.Empty);
}
