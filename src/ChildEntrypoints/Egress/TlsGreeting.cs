using System.Buffers.Binary;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// Checks the first message of a TLS connection: the server name in it must be the host that was granted. What is not TLS passes.
/// </summary>
/// <param name="host">The host that was granted: a name or an address.</param>
internal sealed class TlsGreeting(string host) : IFlowFilter
{
    private const byte HandshakeRecord = 22;
    private const byte ClientHello = 1;
    private const int RecordHeader = 5;
    private const int MostBytes = 64 << 10;
    private const int ServerName = 0;

    /// <summary>The other host that was named; empty if the message could not be read.</summary>
    internal string Other { get; private set; } = "";

    public FilterVerdict Look(ReadOnlySpan<byte> data, out int pass)
    {
        pass = 0;
        if (data.IsEmpty)
            return FilterVerdict.Hold;
        if (data[0] != HandshakeRecord)
            return FilterVerdict.Done;
        switch (TryAssemble(data, out var hello))
        {
            case null:
                return data.Length < MostBytes ? FilterVerdict.Hold : FilterVerdict.Refuse;
            case false:
                return FilterVerdict.Refuse;
            default:
                if (!TryReadName(hello, out var name))
                    return FilterVerdict.Refuse;
                if (name is null || string.Equals(name.TrimEnd('.'), host, StringComparison.OrdinalIgnoreCase))
                    return FilterVerdict.Done;
                Other = name;
                return FilterVerdict.Refuse;
        }
    }

    // The message may be spread over several records. Null: more bytes are needed.
    private static bool? TryAssemble(ReadOnlySpan<byte> data, out byte[] hello)
    {
        hello = [];
        var message = new List<byte>();
        while (true)
        {
            if (data.Length < RecordHeader)
                return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
            if (data[0] != HandshakeRecord || data[1] != 3 || length is 0 or > (16 << 10))
                return false;
            var part = data.Slice(RecordHeader, Math.Min(length, data.Length - RecordHeader));
            message.AddRange(part);
            if (message.Count > 0 && message[0] != ClientHello)
                return false;
            if (message.Count >= 4)
            {
                var whole = 4 + (message[1] << 16 | message[2] << 8 | message[3]);
                if (whole > MostBytes)
                    return false;
                if (message.Count >= whole)
                {
                    hello = [.. message.Take(whole).Skip(4)];
                    return true;
                }
            }
            if (part.Length < length)
                return null;
            data = data[(RecordHeader + length)..];
        }
    }

    // Version, random, session id, cipher suites, compression methods, extensions: RFC 8446, 4.1.2.
    private static bool TryReadName(ReadOnlySpan<byte> hello, out string? name)
    {
        name = null;
        if (hello.Length < 34)
            return false;
        var rest = hello[34..];
        if (!TrySkip(ref rest, 1, out _) || !TrySkip(ref rest, 2, out _) || !TrySkip(ref rest, 1, out _))
            return false;
        if (rest.IsEmpty)
            return true;
        if (!TrySkip(ref rest, 2, out var extensions))
            return false;
        while (!extensions.IsEmpty)
        {
            if (extensions.Length < 4)
                return false;
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TrySkip(ref extensions, 2, out var body))
                return false;
            if (type != ServerName)
                continue;
            // A second name, of this or another type, could be what the server goes by.
            if (name is not null || !TrySkip(ref body, 2, out var list) || !body.IsEmpty || list.IsEmpty || list[0] != 0)
                return false;
            list = list[1..];
            if (!TrySkip(ref list, 2, out var text) || !list.IsEmpty || text.IsEmpty)
                return false;
            foreach (var character in text)
            {
                if (character is <= 32 or >= 127)
                    return false;
            }
            name = Encoding.ASCII.GetString(text);
        }
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (rest.Length < lengthBytes)
            return false;
        var length = lengthBytes == 1 ? rest[0] : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (rest.Length < lengthBytes + length)
            return false;
        body = rest.Slice(lengthBytes, length);
        rest = rest[(lengthBytes + length)..];
        return true;
    }
}
