using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The network role's configuration, carried in <see cref="ChildArgs.RoleArgs"/>.</summary>
/// <param name="UserAgent">The user agent of requests that set none; empty sends none.</param>
/// <param name="MaxConnectionsPerServer">At least 1.</param>
/// <param name="IdleConnectionTimeout">The time after which an unused pooled connection is closed, in milliseconds.</param>
/// <param name="MaxResponseHeaderBytes">The longest header section accepted.</param>
/// <param name="MaxConcurrentFetches">The most concurrent fetches; further ones are refused with <see cref="FetchErrorKind.Unavailable"/>.</param>
/// <param name="ChunkBytes">The most body bytes in one FetchBodyChunk.</param>
/// <param name="AllowedPrivateNetworks">CIDR blocks that public pages may reach although they are not public.</param>
/// <param name="TrustedCertificates">PEM certificates trusted in addition to the system's; empty for none.</param>
internal readonly record struct NetworkArgs(
    string UserAgent,
    int MaxConnectionsPerServer,
    int IdleConnectionTimeout,
    int MaxResponseHeaderBytes,
    int MaxConcurrentFetches,
    int ChunkBytes,
    IReadOnlyList<string> AllowedPrivateNetworks,
    string TrustedCertificates)
{
    private const int MaxNetworks = 1024;

    /// <summary>Encodes to one MessagePack array.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(8);
        writer.Write(UserAgent);
        writer.Write(MaxConnectionsPerServer);
        writer.Write(IdleConnectionTimeout);
        writer.Write(MaxResponseHeaderBytes);
        writer.Write(MaxConcurrentFetches);
        writer.Write(ChunkBytes);
        writer.WriteArrayHeader(AllowedPrivateNetworks.Count);
        for (var i = 0; i < AllowedPrivateNetworks.Count; i++)
            writer.Write(AllowedPrivateNetworks[i]);
        writer.Write(TrustedCertificates);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the output of <see cref="ToBytes"/>; throws like <see cref="IWireMessage{TSelf}.Read"/>.</summary>
    /// <param name="bytes">The array.</param>
    public static NetworkArgs FromBytes(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        Wire.ReadArrayOf(ref reader, 8, nameof(NetworkArgs));
        var userAgent = Wire.ReadText(ref reader, "NetworkArgs.UserAgent");
        var connections = (int)Wire.ReadRange(ref reader, "NetworkArgs.MaxConnectionsPerServer", 1, int.MaxValue);
        var idle = (int)Wire.ReadRange(ref reader, "NetworkArgs.IdleConnectionTimeout", 0, int.MaxValue);
        var headerBytes = (int)Wire.ReadRange(ref reader, "NetworkArgs.MaxResponseHeaderBytes", 1024, int.MaxValue);
        var fetches = (int)Wire.ReadRange(ref reader, "NetworkArgs.MaxConcurrentFetches", 1, int.MaxValue);
        var chunk = (int)Wire.ReadRange(ref reader, "NetworkArgs.ChunkBytes", 1024, 1 << 30);
        var networks = new string[Wire.ReadCount(ref reader, "NetworkArgs.AllowedPrivateNetworks", MaxNetworks)];
        for (var i = 0; i < networks.Length; i++)
            networks[i] = Wire.ReadText(ref reader, "NetworkArgs.AllowedPrivateNetworks");
        return new NetworkArgs(userAgent, connections, idle, headerBytes, fetches, chunk, networks,
            Wire.ReadText(ref reader, "NetworkArgs.TrustedCertificates"));
    }
}
