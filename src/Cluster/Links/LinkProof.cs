using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Akka.Actor;

namespace ActorBrowser.Cluster;

/// <summary>
/// How the ends of a link show each other that they know the secret, without sending it: an HMAC over both nonces, both nodes and the
/// version. Each end's begins with another word, so that neither can be sent back as the other's; and each takes the other node's
/// address from where its messages come from, so that nobody in between can pass them on as its own.
/// </summary>
internal static class LinkProof
{
    internal const int NonceLength = 32;

    /// <summary>What either end says of a proof that is wrong.</summary>
    internal const string OtherSecret = "The two nodes have not the same secret (actorbrowser.cluster.secret).";

    internal static byte[] Nonce() => RandomNumberGenerator.GetBytes(NonceLength);

    internal static ulong Token() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    internal static byte[] Of(string secret, bool ofBrowserNode, int version, ReadOnlySpan<byte> askerNonce, ReadOnlySpan<byte> browserNonce, LinkEnds ends)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hash.AppendData(ofBrowserNode ? "actorbrowser-node"u8 : "actorbrowser-asker"u8);
        hash.AppendData([(byte)version, (byte)askerNonce.Length, (byte)browserNonce.Length]);
        hash.AppendData(askerNonce);
        hash.AppendData(browserNonce);
        hash.AppendData(Encoding.UTF8.GetBytes($"{ends.Asker}\n{ends.Browser}"));
        return hash.GetHashAndReset();
    }

    internal static bool IsRight(ReadOnlyMemory<byte> given, ReadOnlySpan<byte> expected) => CryptographicOperations.FixedTimeEquals(given.Span, expected);
}

/// <summary>The two nodes of a link.</summary>
/// <param name="Asker">The asking node's address.</param>
/// <param name="Browser">The browser node's.</param>
internal readonly record struct LinkEnds(Address Asker, Address Browser)
{
    /// <summary>The address of an actor's node; an actor of this one has an address without a host.</summary>
    internal static Address Of(IActorRef actor, ActorSystem system) =>
        actor.Path.Address.HasLocalScope ? ((ExtendedActorSystem)system).Provider.DefaultAddress : actor.Path.Address;
}
