using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>One name query (RFC 1035), and its answers.</summary>
internal sealed class NameMessage
{
    internal const int Address4 = 1;

    private const int HeaderBytes = 12;
    private const int MostName = 253;
    private const int MostLabel = 63;
    private const int FormatError = 1;
    private const int NotImplemented = 4;
    private const int Refused = 5;
    // Programs keep an answer this long, in seconds; addresses are never given to another name.
    private const uint TimeToLive = 60;

    private readonly byte[] _question;

    private NameMessage(byte[] question, string name, int type) => (_question, Name, Type) = (question, name, type);

    /// <summary>Lower case, without a dot at its end.</summary>
    internal string Name { get; }

    /// <summary>The type of record that is asked for.</summary>
    internal int Type { get; }

    /// <summary>Reads a query.</summary>
    /// <param name="data">The message.</param>
    /// <param name="error">An answer to what cannot be read; empty if it deserves none.</param>
    internal static NameMessage? TryRead(ReadOnlySpan<byte> data, out byte[] error)
    {
        error = [];
        // An answer is never answered.
        if (data.Length < HeaderBytes || (data[2] & 0x80) != 0)
            return null;
        if ((data[2] & 0x78) != 0)
        {
            error = ErrorOf(data[..HeaderBytes], NotImplemented);
            return null;
        }
        var name = new StringBuilder();
        var at = HeaderBytes;
        if (BinaryPrimitives.ReadUInt16BigEndian(data[4..]) != 1 || !TryReadName(data, ref at, name) || at + 4 > data.Length)
        {
            error = ErrorOf(data[..HeaderBytes], FormatError);
            return null;
        }
        var type = BinaryPrimitives.ReadUInt16BigEndian(data[at..]);
        var isInternet = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]) == 1;
        return new NameMessage(data[..(at + 4)].ToArray(), isInternet ? name.ToString().ToLowerInvariant() : "", type);
    }

    /// <summary>The name may not be resolved.</summary>
    internal byte[] Refusal() => Answer(Refused, null);

    /// <summary>The name exists; null for an address if it has none of the type that was asked for.</summary>
    internal byte[] Answer(IPAddress? address) => Answer(0, address);

    private byte[] Answer(int code, IPAddress? address)
    {
        var answer = new byte[_question.Length + (address is null ? 0 : 16)];
        _question.CopyTo(answer, 0);
        WriteHeader(answer, code, questions: 1, answers: (ushort)(address is null ? 0 : 1));
        if (address is null)
            return answer;
        var record = answer.AsSpan(_question.Length);
        // A pointer to the question's name.
        BinaryPrimitives.WriteUInt16BigEndian(record, 0xc000 | HeaderBytes);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], Address4);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], 1);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], TimeToLive);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], 4);
        address.TryWriteBytes(record[12..], out _);
        return answer;
    }

    private static byte[] ErrorOf(ReadOnlySpan<byte> header, int code)
    {
        var answer = header.ToArray();
        WriteHeader(answer, code, questions: 0, answers: 0);
        return answer;
    }

    private static void WriteHeader(Span<byte> message, int code, ushort questions, ushort answers)
    {
        message[2] = (byte)(0x80 | (message[2] & 0x79));
        message[3] = (byte)(0x80 | code);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], questions);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], answers);
        message[8..HeaderBytes].Clear();
    }

    private static bool TryReadName(ReadOnlySpan<byte> data, ref int at, StringBuilder name)
    {
        while (at < data.Length)
        {
            int length = data[at++];
            if (length == 0)
                return name.Length > 0;
            if (length > MostLabel || at + length > data.Length || name.Length + length + 1 > MostName)
                return false;
            if (name.Length > 0)
                name.Append('.');
            foreach (var character in data.Slice(at, length))
            {
                if (!char.IsAsciiLetterOrDigit((char)character) && character is not ((byte)'-' or (byte)'_'))
                    return false;
                name.Append((char)character);
            }
            at += length;
        }
        return false;
    }
}
