using System.Buffers;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>Reads and checks the kinds of field that messages consist of.</summary>
internal static class Wire
{
    /// <summary>Encodes a message's body, without a header.</summary>
    internal static ReadOnlyMemory<byte> Encode<T>(in T message) where T : struct, IWireMessage<T>
    {
        var body = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(body);
        message.Write(ref writer);
        writer.Flush();
        return body.WrittenMemory;
    }

    internal static void ReadArrayOf(ref MessagePackReader reader, int fields, string message)
    {
        var actual = reader.ReadArrayHeader();
        if (actual != fields)
            throw new WireFormatException($"{message} has {fields} fields, not {actual}.");
    }

    internal static string ReadText(ref MessagePackReader reader, string field) =>
        reader.ReadString() ?? throw new WireFormatException($"{field} is text, not nil.");

    /// <summary>Reads a payload as a slice of the receive buffer, without a copy.</summary>
    internal static ReadOnlyMemory<byte> ReadPayload(ref MessagePackReader reader, string field)
    {
        if (reader.ReadBytes() is not { } sequence)
            throw new WireFormatException($"{field} is bytes, not nil.");
        return sequence.IsSingleSegment ? sequence.First : sequence.ToArray();
    }

    internal static long ReadRange(ref MessagePackReader reader, string field, long minimum, long maximum)
    {
        var value = reader.ReadInt64();
        if (value < minimum || value > maximum)
            throw new WireFormatException($"{field} is {value}, outside {minimum} to {maximum}.");
        return value;
    }

    /// <summary>The most microseconds that a <see cref="TimeSpan"/> holds.</summary>
    internal const long MaxMicroseconds = long.MaxValue / TimeSpan.TicksPerMicrosecond;

    /// <summary>Writes a duration as whole microseconds.</summary>
    internal static void WriteTime(ref MessagePackWriter writer, TimeSpan time) => writer.Write(time.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>Reads a duration of whole microseconds, 0 or more.</summary>
    internal static TimeSpan ReadTime(ref MessagePackReader reader, string field) =>
        new(ReadRange(ref reader, field, 0, MaxMicroseconds) * TimeSpan.TicksPerMicrosecond);

    internal static int ReadCount(ref MessagePackReader reader, string field, int maximum)
    {
        var count = reader.ReadArrayHeader();
        if (count > maximum)
            throw new WireFormatException($"{field} has {count} entries; at most {maximum} are allowed.");
        return count;
    }
}

