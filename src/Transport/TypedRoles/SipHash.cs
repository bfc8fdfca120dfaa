using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>SipHash-2-4 (Aumasson and Bernstein, 2012): a hash of which nobody without the key can tell which inputs collide.</summary>
/// <param name="low">The first 8 bytes of the key, little-endian.</param>
/// <param name="high">The last 8.</param>
internal sealed class SipHash(ulong low, ulong high)
{
    /// <summary>With a key that only this process has.</summary>
    internal static readonly SipHash OfThisProcess = Random();

    internal ulong Of(ReadOnlySpan<byte> bytes)
    {
        var v0 = low ^ 0x736f6d6570736575;
        var v1 = high ^ 0x646f72616e646f6d;
        var v2 = low ^ 0x6c7967656e657261;
        var v3 = high ^ 0x7465646279746573;
        // The last word has the length in its highest byte, and what is left of the bytes below.
        var last = (ulong)bytes.Length << 56;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes), ref v0, ref v1, ref v2, ref v3);
        for (var i = 0; i < bytes.Length; i++)
            last |= (ulong)bytes[i] << (8 * i);
        Add(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static SipHash Random()
    {
        Span<ulong> key = stackalloc ulong[2];
        RandomBytes.Fill(MemoryMarshal.AsBytes(key));
        return new SipHash(key[0], key[1]);
    }

    private static void Add(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
