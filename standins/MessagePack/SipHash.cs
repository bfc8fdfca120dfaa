using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace MessagePack;

/// <summary>SipHash-2-4 with a key of its own for each process: who sends the keys cannot choose collisions.</summary>
internal static class SipHash
{
    private static readonly (ulong K0, ulong K1) Key = NewKey();

    public static ulong Compute(ReadOnlySpan<byte> data)
    {
        var v0 = Key.K0 ^ 0x736f6d6570736575;
        var v1 = Key.K1 ^ 0x646f72616e646f6d;
        var v2 = Key.K0 ^ 0x6c7967656e657261;
        var v3 = Key.K1 ^ 0x7465646279746573;
        var last = (ulong)data.Length << 56;

        for (; data.Length >= sizeof(ulong); data = data.Slice(sizeof(ulong)))
            Absorb(BinaryPrimitives.ReadUInt64LittleEndian(data), ref v0, ref v1, ref v2, ref v3);

        for (var i = 0; i < data.Length; i++)
            last |= (ulong)data[i] << (8 * i);

        Absorb(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
            Round(ref v0, ref v1, ref v2, ref v3);

        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Absorb(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }

    private static (ulong K0, ulong K1) NewKey()
    {
        Span<byte> key = stackalloc byte[16];
        RandomNumberGenerator.Fill(key);
        return (BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key.Slice(8)));
    }
}
