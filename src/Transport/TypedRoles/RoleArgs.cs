using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The configuration that the parent passes to the child of a typed role.</summary>
/// <param name="MaxMessage">The longest message either way, in bytes.</param>
/// <param name="Piece">The most bytes of a message in one frame.</param>
/// <param name="Window">How many bytes of answers and events the child may send ahead of the parent, for each request.</param>
/// <param name="Messages">The names of the messages of the parent's definition, which must be the child's.</param>
/// <param name="Plugin">The full path of the plugin's assembly; empty for none.</param>
internal sealed record RoleArgs(int MaxMessage, int Piece, int Window, string Messages, string Plugin)
{
    internal byte[] ToBytes()
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        writer.WriteArrayHeader(5);
        writer.Write(MaxMessage);
        writer.Write(Piece);
        writer.Write(Window);
        writer.Write(Messages);
        writer.Write(Plugin);
        writer.Flush();
        return body.WrittenSpan.ToArray();
    }

    internal static RoleArgs Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        Wire.ReadArrayOf(ref reader, 5, nameof(RoleArgs));
        return new RoleArgs(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt32(), Wire.ReadText(ref reader, "RoleArgs.Messages"), Wire.ReadText(ref reader, "RoleArgs.Plugin"));
    }
}
