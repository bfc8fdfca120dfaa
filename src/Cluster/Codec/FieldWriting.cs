using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>Writes the kinds of field that <see cref="Fields"/> reads, where <see cref="MessagePackWriter"/> has no method for them.</summary>
internal static class FieldWriting
{
    internal static void WriteOrNil(this ref MessagePackWriter writer, long? value)
    {
        if (value is { } number)
            writer.Write(number);
        else
            writer.WriteNil();
    }

    internal static void WriteTime(this ref MessagePackWriter writer, TimeSpan time) => writer.Write(time.Ticks);

    internal static void WriteTime(this ref MessagePackWriter writer, TimeSpan? time) => writer.WriteOrNil(time?.Ticks);

    internal static void WriteMoment(this ref MessagePackWriter writer, DateTimeOffset moment) => writer.Write(moment.UtcTicks);

    internal static void WriteMoment(this ref MessagePackWriter writer, DateTimeOffset? moment) => writer.WriteOrNil(moment?.UtcTicks);

    internal static void WriteBytes(this ref MessagePackWriter writer, ReadOnlyMemory<byte> bytes) => writer.Write(bytes.Span);

    internal static void WriteBytes(this ref MessagePackWriter writer, ReadOnlyMemory<byte>? bytes)
    {
        if (bytes is { } some)
            writer.Write(some.Span);
        else
            writer.WriteNil();
    }

    internal static void WriteNested<T>(this ref MessagePackWriter writer, T? value, WriteMessage<T> write)
    {
        if (value is null)
            writer.WriteNil();
        else
            write(ref writer, value);
    }

    internal static void WriteNestedValue<T>(this ref MessagePackWriter writer, T? value, WriteMessage<T> write) where T : struct
    {
        if (value is { } some)
            write(ref writer, some);
        else
            writer.WriteNil();
    }

    internal static void WriteList<T>(this ref MessagePackWriter writer, IReadOnlyCollection<T>? list, WriteMessage<T> write)
    {
        if (list is null)
        {
            writer.WriteNil();
            return;
        }
        writer.WriteArrayHeader(list.Count);
        foreach (var one in list)
            write(ref writer, one);
    }

    internal static void WriteTexts(this ref MessagePackWriter writer, IReadOnlyCollection<string>? texts)
    {
        if (texts is null)
        {
            writer.WriteNil();
            return;
        }
        writer.WriteArrayHeader(texts.Count);
        foreach (var text in texts)
            writer.Write(text);
    }
}
