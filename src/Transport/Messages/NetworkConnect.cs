using System.Net;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Network → parent: connect to an address. Answered by EgressConnected with the socket, or by EgressRefused.</summary>
/// <param name="Address">IPv4 or IPv6; a scope is not sent.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct NetworkConnect(IPAddress Address, int Port) : IWireMessage<NetworkConnect>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.NetworkConnect;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write(Address.GetAddressBytes());
        writer.Write(Port);
    }

    /// <inheritdoc/>
    public static NetworkConnect Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(NetworkConnect));
        var bytes = Wire.ReadPayload(ref reader, "NetworkConnect.Address");
        if (bytes.Length is not (4 or 16))
            throw new WireFormatException($"NetworkConnect.Address has {bytes.Length} bytes, not 4 or 16.");
        return new NetworkConnect(new IPAddress(bytes.Span), (int)Wire.ReadRange(ref reader, "NetworkConnect.Port", 1, ushort.MaxValue));
    }
}
