using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.Serialization;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Serialization;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>Writes and reads each message that Akka carries between nodes for this library: MessagePack, named by a manifest, never by a type.</summary>
/// <param name="system">The actor system.</param>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Its number among an actor system's serializers.</summary>
    internal const int Number = 7_311;

    private static readonly MessageCodec[] s_all = [.. LinkCodecs.All, .. TabWireCodecs.Wire];

    private static readonly FrozenDictionary<string, MessageCodec> s_byManifest = s_all.ToFrozenDictionary(static codec => codec.Manifest, StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, MessageCodec> s_byType = s_all.ToFrozenDictionary(static codec => codec.Type);

    internal static IReadOnlyList<MessageCodec> All => s_all;

    /// <inheritdoc/>
    public override int Identifier => Number;

    /// <inheritdoc/>
    public override string Manifest(object o) => CodecOf(o).Manifest;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj)
    {
        var buffer = new ArrayBufferWriter<byte>(obj is LinkFrame frame ? frame.Pieces.Sum(static piece => piece.Data.Length + 24) + 64 : 256);
        var writer = new MessagePackWriter(buffer);
        CodecOf(obj).Write(ref writer, obj);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The bytes are no such message. Akka logs it and drops the message; a link notices that it is missing.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!s_byManifest.TryGetValue(manifest, out var codec))
            throw new SerializationException($"This version knows no message '{VisibleText.Shorten(VisibleText.Line(manifest), 40)}'.");
        try
        {
            var reader = new MessagePackReader(bytes);
            return codec.Read(ref reader);
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or WireFormatException or OverflowException or ArgumentException)
        {
            throw new SerializationException($"A message '{codec.Manifest}' cannot be read: {e.Message}");
        }
    }

    private static MessageCodec CodecOf(object message) => s_byType.TryGetValue(message.GetType(), out var codec) ? codec
        : throw new SerializationException($"{message.GetType().Name} does not cross nodes.");
}
