using System.Collections.Frozen;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>The messages that another message may carry: it carries one as an array of its manifest and its fields.</summary>
/// <param name="codecs">Their codecs. None of these messages carries another, so that bytes cannot be nested without end.</param>
internal sealed class MessageTable(MessageCodec[] codecs)
{
    internal const int LongestManifest = 32;

    private readonly FrozenDictionary<string, MessageCodec> _byManifest = codecs.ToFrozenDictionary(static codec => codec.Manifest, StringComparer.Ordinal);

    private readonly FrozenDictionary<Type, MessageCodec> _byType = codecs.ToFrozenDictionary(static codec => codec.Type);

    internal bool Knows(object message) => _byType.ContainsKey(message.GetType());

    internal MessageCodec? Find(string manifest) => _byManifest.GetValueOrDefault(manifest);

    /// <exception cref="InvalidOperationException">The message is none of these.</exception>
    internal void Write(ref MessagePackWriter writer, object message)
    {
        if (!_byType.TryGetValue(message.GetType(), out var codec))
            throw new InvalidOperationException($"{message.GetType().Name} does not cross nodes.");
        writer.WriteArrayHeader(2);
        writer.Write(codec.Manifest);
        codec.Write(ref writer, message);
    }
}
