using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// The egress child: speaks with the programs of one command's world (proxy requests, name queries), and passes bytes between them and
/// the connected sockets that its parent grants. It can make no socket itself.
/// </summary>
internal static class EgressContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "egress";

    /// <summary>The most questions without an answer that its child may have.</summary>
    internal const int MostOpen = 1024;

    internal static RoleContract Value { get; } = new(
        Name,
        fromChild: [MessageType.EgressConnect, MessageType.EgressAbandon, MessageType.EgressMisuse],
        toChild:
        [
            new(MessageType.EgressListen, 1, 1),
            // A granted name comes without a socket.
            new(MessageType.EgressConnected, 0, 1),
            MessageType.EgressRefused,
        ]);

    /// <summary>Encodes the role's arguments.</summary>
    internal static byte[] WriteArgs(in EgressArgs args)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(4);
        writer.Write(args.NamesAtOnce);
        writer.Write(args.MaxConnections);
        Wire.WriteTime(ref writer, args.RequestTimeout);
        Wire.WriteTime(ref writer, args.IdleTimeout);
        writer.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the output of <see cref="WriteArgs"/>; throws like <see cref="IWireMessage{TSelf}.Read"/>.</summary>
    internal static EgressArgs ReadArgs(ReadOnlyMemory<byte> args)
    {
        var reader = new MessagePackReader(args);
        Wire.ReadArrayOf(ref reader, 4, nameof(EgressArgs));
        return new EgressArgs(
            reader.ReadBoolean(), (int)Wire.ReadRange(ref reader, "EgressArgs.MaxConnections", 1, 1 << 20),
            Wire.ReadTime(ref reader, "EgressArgs.RequestTimeout"), Wire.ReadTime(ref reader, "EgressArgs.IdleTimeout"));
    }
}

/// <summary>The arguments of an egress child.</summary>
/// <param name="NamesAtOnce">Whether every name gets an address, because the question is asked at the connection; otherwise the parent decides about each name.</param>
/// <param name="MaxConnections">The most connections of its programs at a time.</param>
/// <param name="RequestTimeout">How long a program may take to say where it wants to connect.</param>
/// <param name="IdleTimeout">How long a connection may carry nothing.</param>
internal readonly record struct EgressArgs(bool NamesAtOnce, int MaxConnections, TimeSpan RequestTimeout, TimeSpan IdleTimeout);
