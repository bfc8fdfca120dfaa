using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>Writes a message's fields: one MessagePack array, whose first fields never change. A later version adds fields at the end.</summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="writer">Receives the array.</param>
/// <param name="message">The message.</param>
internal delegate void WriteMessage<in T>(ref MessagePackWriter writer, T message);

/// <summary>Reads a message's fields. Fields that an earlier version does not have are missing, and those of a later one are ignored.</summary>
/// <typeparam name="T">The message.</typeparam>
/// <param name="fields">The array.</param>
internal delegate T ReadMessage<out T>(ref Fields fields);

/// <summary>How one type of message crosses nodes.</summary>
/// <param name="manifest">Its name between nodes, at most 32 ASCII characters. Never changed, and never used again for another message.</param>
/// <param name="type">Its type.</param>
internal abstract class MessageCodec(string manifest, Type type)
{
    internal string Manifest { get; } = manifest;

    internal Type Type { get; } = type;

    internal abstract void Write(ref MessagePackWriter writer, object message);

    /// <summary>Reads a message.</summary>
    /// <exception cref="Transport.WireFormatException">A field is missing or outside its range.</exception>
    /// <exception cref="MessagePackSerializationException">It is not MessagePack, or not the type of a field.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    internal abstract object Read(ref MessagePackReader reader);

    internal static MessageCodec Of<T>(string manifest, WriteMessage<T> write, ReadMessage<T> read) where T : notnull => new Typed<T>(manifest, write, read);

    private sealed class Typed<T>(string manifest, WriteMessage<T> write, ReadMessage<T> read) : MessageCodec(manifest, typeof(T)) where T : notnull
    {
        internal override void Write(ref MessagePackWriter writer, object message) => write(ref writer, (T)message);

        internal override object Read(ref MessagePackReader reader)
        {
            var fields = new Fields(reader, Manifest);
            var message = read(ref fields);
            reader = fields.End();
            return message;
        }
    }
}
