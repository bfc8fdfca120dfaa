using System.Buffers;
using System.Collections.Frozen;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>
/// All messages of the protocols that cross nodes. Bytes come from another machine: they are read as untrusted data, with limits, and
/// never name a type.
/// </summary>
internal static class ClusterCodec
{
    private static readonly MessageCodec[] s_all = [.. FetchCodecs.All, .. WatchCodecs.All, .. CommandCodecs.All, .. ImageCodecs.All, .. RoleCodecs.All, FailureCodec.Codec, .. TabCommandCodecs.All, .. TabEventCodecs.All, .. TabWireCodecs.All];

    private static readonly FrozenDictionary<string, MessageCodec> s_byManifest = s_all.ToFrozenDictionary(static codec => codec.Manifest, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, MessageCodec> s_byType = s_all.ToFrozenDictionary(static codec => codec.Type);

    internal static IReadOnlyList<MessageCodec> All => s_all;

    internal static bool Knows(object message) => s_byType.ContainsKey(message.GetType());

    /// <summary>A message's manifest and fields: an array of two.</summary>
    /// <exception cref="InvalidOperationException">The message does not cross nodes.</exception>
    internal static ReadOnlyMemory<byte> Encode(object message)
    {
        if (!s_byType.TryGetValue(message.GetType(), out var codec))
            throw new InvalidOperationException($"{message.GetType().Name} does not cross nodes.");
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(2);
        writer.Write(codec.Manifest);
        codec.Write(ref writer, message);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote, on this node or another.</summary>
    /// <exception cref="WireFormatException">The bytes are no message that this version knows.</exception>
    internal static object Decode(ReadOnlySequence<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            if (reader.ReadArrayHeader() < 2)
                throw new WireFormatException("A message has no content.");
            var manifest = reader.ReadString() ?? "";
            return s_byManifest.TryGetValue(manifest, out var codec) ? codec.Read(ref reader)
                : throw new WireFormatException($"This version knows no message '{VisibleText.Shorten(VisibleText.Line(manifest), 40)}'.");
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new WireFormatException($"A message cannot be read: {e.Message}");
        }
    }
}
