using System.Net;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → resolver: resolve a name.</summary>
/// <param name="Host">A name in ASCII, never an address.</param>
internal readonly record struct ResolveName(string Host) : IWireMessage<ResolveName>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.ResolveName;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.Write(Host);
    }

    /// <inheritdoc/>
    public static ResolveName Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(ResolveName));
        return new ResolveName(Wire.ReadText(ref reader, "ResolveName.Host"));
    }
}

/// <summary>Resolver → parent: a name's addresses.</summary>
/// <param name="Addresses">In the order in which to try them; empty if there are none.</param>
/// <param name="Problem">Why there are none; empty if there are some.</param>
internal readonly record struct NameResolved(IReadOnlyList<IPAddress> Addresses, string Problem) : IWireMessage<NameResolved>
{
    /// <summary>The most addresses of one name; the resolver leaves further ones out.</summary>
    internal const int MostAddresses = 64;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.NameResolved;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(Addresses.Count);
        foreach (var address in Addresses)
            writer.Write(address.GetAddressBytes());
        writer.Write(Problem);
    }

    /// <inheritdoc/>
    public static NameResolved Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(NameResolved));
        var addresses = new IPAddress[Wire.ReadCount(ref reader, "NameResolved.Addresses", MostAddresses)];
        for (var i = 0; i < addresses.Length; i++)
        {
            var bytes = Wire.ReadPayload(ref reader, "NameResolved.Addresses");
            addresses[i] = bytes.Length is 4 or 16 ? new IPAddress(bytes.Span) : throw new WireFormatException($"An address in NameResolved has {bytes.Length} bytes, not 4 or 16.");
        }
        var problem = Wire.ReadText(ref reader, "NameResolved.Problem");
        return problem.Length > 1024 ? throw new WireFormatException("NameResolved.Problem has more than 1024 characters.") : new NameResolved(addresses, problem);
    }
}
