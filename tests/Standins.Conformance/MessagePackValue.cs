using System.Buffers;
using System.Globalization;
using System.Text;
using MessagePack;

namespace ActorBrowser.Standins.Conformance;

/// <summary>
/// Values of any kind: null, bool, ulong (not negative), long (negative), double, string, byte[], object?[],
/// pairs, ExtensionResult, DateTime. Written, read, and described in one line that crosscheck.py understands.
/// </summary>
internal static class MessagePackValue
{
    public static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case ulong number:
                writer.Write(number);
                break;
            case long number:
                writer.Write(number);
                break;
            case double number:
                writer.Write(number);
                break;
            case string text:
                writer.Write(text);
                break;
            case byte[] bytes:
                writer.Write(bytes);
                break;
            case KeyValuePair<string, object?>[] pairs:
                writer.WriteMapHeader(pairs.Length);
                foreach (var (key, element) in pairs)
                {
                    writer.Write(key);
                    Write(ref writer, element);
                }

                break;
            case object?[] elements:
                writer.WriteArrayHeader(elements.Length);
                foreach (var element in elements)
                    Write(ref writer, element);
                break;
            case ExtensionResult extension:
                writer.WriteExtensionFormat(extension);
                break;
            case DateTime time:
                writer.Write(time);
                break;
            default:
                throw new ArgumentException($"No form for {value.GetType()}.", nameof(value));
        }
    }

    public static object? Read(ref MessagePackReader reader)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Nil:
                reader.ReadNil();
                return null;
            case MessagePackType.Boolean:
                return reader.ReadBoolean();
            case MessagePackType.Integer:
                return reader.NextCode is >= MessagePackCode.MinNegativeFixInt or (>= MessagePackCode.Int8 and <= MessagePackCode.Int64)
                    ? reader.ReadInt64()
                    : reader.ReadUInt64();
            case MessagePackType.Float:
                return reader.ReadDouble();
            case MessagePackType.String:
                return reader.ReadString();
            case MessagePackType.Binary:
                return reader.ReadBytes()!.Value.ToArray();
            case MessagePackType.Array:
                var elements = new object?[reader.ReadArrayHeader()];
                for (var i = 0; i < elements.Length; i++)
                    elements[i] = Read(ref reader);
                return elements;
            case MessagePackType.Map:
                var pairs = new KeyValuePair<string, object?>[reader.ReadMapHeader()];
                for (var i = 0; i < pairs.Length; i++)
                    pairs[i] = new(reader.ReadString()!, Read(ref reader));
                return pairs;
            case MessagePackType.Extension:
                var header = reader.ReadExtensionFormatHeader();
                return header.TypeCode == ReservedMessagePackExtensionTypeCode.DateTime
                    ? reader.ReadDateTime(header)
                    : new ExtensionResult(header.TypeCode, reader.ReadRaw(header.Length));
            default:
                throw new MessagePackSerializationException($"Code {reader.NextCode} is no value.");
        }
    }

    public static string Describe(object? value) => value switch
    {
        null => "nil",
        bool flag => flag ? "true" : "false",
        ulong number => string.Create(CultureInfo.InvariantCulture, $"int {number}"),
        long number => string.Create(CultureInfo.InvariantCulture, $"int {number}"),
        double number => string.Create(CultureInfo.InvariantCulture, $"float {BitConverter.DoubleToUInt64Bits(number):x16}"),
        string text => $"str {Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))}",
        byte[] bytes => $"bin {Convert.ToHexStringLower(bytes)}",
        KeyValuePair<string, object?>[] pairs => $"map {pairs.Length}{string.Concat(pairs.Select(pair => $" {Describe(pair.Key)} {Describe(pair.Value)}"))}",
        object?[] elements => $"array {elements.Length}{string.Concat(elements.Select(element => " " + Describe(element)))}",
        ExtensionResult extension => $"ext {extension.TypeCode} {Convert.ToHexStringLower(extension.Data.ToArray())}",
        DateTime time => DescribeTime(time.Ticks - DateTime.UnixEpoch.Ticks),
        _ => throw new ArgumentException($"No form for {value.GetType()}.", nameof(value)),
    };

    private static string DescribeTime(long ticks)
    {
        var (seconds, rest) = Math.DivRem(ticks, TimeSpan.TicksPerSecond);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return string.Create(CultureInfo.InvariantCulture, $"time {seconds} {rest * TimeSpan.NanosecondsPerTick}");
    }
}
