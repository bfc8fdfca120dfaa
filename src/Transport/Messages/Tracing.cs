using System.Buffers;
using System.Buffers.Binary;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Parent → child, before the frame that begins a request, with the same id: a span of the request is recorded. It carries no baggage and no state.</summary>
/// <param name="TraceId">The trace's id, as W3C's traceparent has it; not 0.</param>
/// <param name="SpanId">The id of the request's span; not 0.</param>
/// <param name="Flags">The trace's flags.</param>
internal readonly record struct Trace(UInt128 TraceId, ulong SpanId, byte Flags) : IWireMessage<Trace>
{
    private const int Bytes = 25;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.Trace;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.WriteBinHeader(Bytes);
        var bytes = writer.GetSpan(Bytes);
        BinaryPrimitives.WriteUInt128BigEndian(bytes, TraceId);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], SpanId);
        bytes[24] = Flags;
        writer.Advance(Bytes);
    }

    /// <inheritdoc/>
    public static Trace Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Trace));
        var bytes = Wire.ReadPayload(ref reader, "Trace.Context").Span;
        if (bytes.Length != Bytes)
            throw new WireFormatException($"Trace.Context has {Bytes} bytes, not {bytes.Length}.");
        var trace = new Trace(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), bytes[24]);
        return trace.TraceId != 0 && trace.SpanId != 0 ? trace : throw new WireFormatException("Trace.Context has an id of zeros.");
    }
}

/// <summary>One attribute of a span.</summary>
/// <param name="Name">1 to <see cref="MostName"/> characters, all of them lower-case letters, digits, points, underscores or hyphens.</param>
/// <param name="Text">The value, of at most <see cref="MostText"/> characters; null if it is a number.</param>
/// <param name="Number">The value if it is a number.</param>
internal readonly record struct SpanAttribute(string Name, string? Text, long Number)
{
    internal const int MostName = 64;
    internal const int MostText = 512;

    internal static SpanAttribute Of(string name, string text) => new(name, text.Length <= MostText ? text : text[..MostText], 0);

    internal static SpanAttribute Of(string name, long number) => new(name, null, number);
}

/// <summary>One piece of a request's work in the child.</summary>
/// <param name="Name">As an attribute's name; blanks are allowed, too.</param>
/// <param name="Parent">The index of the span that it is part of, among all spans of the request, in the order in which they are sent; less than its own index. −1 for the request's own span.</param>
/// <param name="Start">In microseconds since 1970, UTC.</param>
/// <param name="Duration">In microseconds.</param>
/// <param name="Error">What went wrong, of at most <see cref="SpanAttribute.MostText"/> characters; null if nothing did.</param>
/// <param name="Attributes">At most <see cref="MostAttributes"/>.</param>
internal readonly record struct ChildSpan(string Name, int Parent, long Start, long Duration, string? Error, IReadOnlyList<SpanAttribute> Attributes)
{
    internal const int MostAttributes = 16;
}

/// <summary>Child → parent, before the frame that ends a request, with the same id: spans of the child's work on it.</summary>
/// <param name="Finished">1 to <see cref="Most"/>.</param>
internal readonly record struct Spans(IReadOnlyList<ChildSpan> Finished) : IWireMessage<Spans>
{
    /// <summary>The most spans of one request, in all its messages; more are not kept.</summary>
    internal const int Most = 64;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");
    private static readonly SearchValues<char> NameCharactersAndBlank = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._- ");

    /// <inheritdoc/>
    public static MessageType Type => MessageType.Spans;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(1);
        writer.WriteArrayHeader(Finished.Count);
        for (var i = 0; i < Finished.Count; i++)
        {
            var span = Finished[i];
            writer.WriteArrayHeader(6);
            writer.Write(span.Name);
            writer.Write(span.Parent);
            writer.Write(span.Start);
            writer.Write(span.Duration);
            writer.Write(span.Error);
            writer.WriteArrayHeader(2 * span.Attributes.Count);
            for (var a = 0; a < span.Attributes.Count; a++)
            {
                writer.Write(span.Attributes[a].Name);
                if (span.Attributes[a].Text is { } text)
                    writer.Write(text);
                else
                    writer.Write(span.Attributes[a].Number);
            }
        }
    }

    /// <inheritdoc/>
    public static Spans Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 1, nameof(Spans));
        var spans = new ChildSpan[Wire.ReadCount(ref reader, "Spans.Finished", Most)];
        if (spans.Length == 0)
            throw new WireFormatException("Spans.Finished is empty.");
        for (var i = 0; i < spans.Length; i++)
        {
            Wire.ReadArrayOf(ref reader, 6, nameof(ChildSpan));
            spans[i] = new ChildSpan(
                ReadName(ref reader, "ChildSpan.Name", NameCharactersAndBlank), (int)Wire.ReadRange(ref reader, "ChildSpan.Parent", -1, Most - 2),
                Wire.ReadRange(ref reader, "ChildSpan.Start", 0, Wire.MaxMicroseconds), Wire.ReadRange(ref reader, "ChildSpan.Duration", 0, Wire.MaxMicroseconds),
                reader.TryReadNil() ? null : ReadText(ref reader, "ChildSpan.Error"), ReadAttributes(ref reader));
        }
        return new Spans(spans);
    }

    private static SpanAttribute[] ReadAttributes(ref MessagePackReader reader)
    {
        var fields = Wire.ReadCount(ref reader, "ChildSpan.Attributes", 2 * ChildSpan.MostAttributes);
        if (fields % 2 != 0)
            throw new WireFormatException($"ChildSpan.Attributes has {fields} entries, which are no pairs.");
        if (fields == 0)
            return [];
        var attributes = new SpanAttribute[fields / 2];
        for (var i = 0; i < attributes.Length; i++)
        {
            var name = ReadName(ref reader, "SpanAttribute.Name", NameCharacters);
            attributes[i] = reader.NextMessagePackType == MessagePackType.Integer
                ? new SpanAttribute(name, null, reader.ReadInt64())
                : new SpanAttribute(name, ReadText(ref reader, "SpanAttribute.Text"), 0);
        }
        return attributes;
    }

    private static string ReadName(ref MessagePackReader reader, string field, SearchValues<char> allowed)
    {
        var name = Wire.ReadText(ref reader, field);
        if (name.Length is 0 or > SpanAttribute.MostName || name.AsSpan().ContainsAnyExcept(allowed))
            throw new WireFormatException($"{field} has 1 to {SpanAttribute.MostName} lower-case letters, digits, points, underscores or hyphens.");
        return name;
    }

    private static string ReadText(ref MessagePackReader reader, string field)
    {
        var text = Wire.ReadText(ref reader, field);
        if (text.Length > SpanAttribute.MostText)
            throw new WireFormatException($"{field} has {text.Length} characters; at most {SpanAttribute.MostText} are allowed.");
        return text;
    }
}
