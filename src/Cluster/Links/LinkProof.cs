using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorBrowser.Cluster;

/// <summary>
/// How the ends of a link show each other that they know the secret, without sending it: an HMAC over both nonces, both actors and the
/// version. Each end's begins with another word, so that neither can be sent back as the other's.
/// </summary>
internal static class LinkProof
{
    internal const int NonceLength = 32;

    internal static byte[] Nonce() => RandomNumberGenerator.GetBytes(NonceLength);

    internal static ulong Token() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    internal static byte[] Of(string secret, bool ofBrowserNode, int version, ReadOnlySpan<byte> askerNonce, ReadOnlySpan<byte> browserNonce)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(ofBrowserNode ? "actorbrowser-node"u8 : "actorbrowser-asker"u8);
        hash.AppendData([(byte)version, (byte)askerNonce.Length, (byte)browserNonce.Length]);
        hash.AppendData(askerNonce);
        hash.AppendData(browserNonce);
        return hash.GetHashAndReset();
    }

    internal static bool IsRight(ReadOnlyMemory<byte> given, ReadOnlySpan<byte> expected) => CryptographicOperations.FixedTimeEquals(given.Span, expected);
}
