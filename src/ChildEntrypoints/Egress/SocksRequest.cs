using System.Buffers.Binary;
using System.Net;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>SOCKS5 (RFC 1928), as far as a program needs it to connect: no authentication, CONNECT, names and addresses.</summary>
internal static class SocksRequest
{
    internal const byte Version = 5;
    internal const byte Granted = 0;
    internal const byte NotAllowed = 2;
    internal const byte HostUnreachable = 4;
    internal const byte ConnectionRefused = 5;
    internal const byte TimedOut = 6;
    internal const byte UnknownCommand = 7;
    internal const byte UnknownAddress = 8;

    private const byte NoAuthentication = 0;

    /// <summary>Reads the methods that a program offers.</summary>
    /// <returns>The number of bytes; 0 if more are needed.</returns>
    internal static int ReadMethods(ReadOnlySpan<byte> data, out bool acceptable)
    {
        acceptable = false;
        if (data.Length < 2 || data.Length < 2 + data[1])
            return 0;
        acceptable = data.Slice(2, data[1]).Contains(NoAuthentication);
        return 2 + data[1];
    }

    /// <summary>Reads the request.</summary>
    /// <returns>The number of bytes; 0 if more are needed.</returns>
    internal static int ReadRequest(ReadOnlySpan<byte> data, out string host, out int port, out byte error)
    {
        (host, port, error) = ("", 0, 0);
        if (data.Length < 5)
            return 0;
        var length = data[3] switch { 1 => 4, 3 => 1 + data[4], 4 => 16, _ => -1 };
        if (length < 0 || data[0] != Version || data[1] != 1)
        {
            error = data[1] != 1 ? UnknownCommand : UnknownAddress;
            return data.Length;
        }
        if (data.Length < 4 + length + 2)
            return 0;
        var address = data.Slice(4, length);
        host = data[3] == 3 ? Encoding.Latin1.GetString(address[1..]) : new IPAddress(address).ToString();
        port = BinaryPrimitives.ReadUInt16BigEndian(data[(4 + length)..]);
        if (host.Length == 0 || port == 0 || host.Any(static c => c is <= ' ' or >= (char)127))
            error = UnknownAddress;
        return 4 + length + 2;
    }

    internal static byte[] Answer(byte code) => [Version, code, 0, 1, 0, 0, 0, 0, 0, 0];

    internal static byte CodeOf(EgressFailure failure) => failure switch
    {
        EgressFailure.Denied => NotAllowed,
        EgressFailure.Refused => ConnectionRefused,
        EgressFailure.TimedOut => TimedOut,
        _ => HostUnreachable,
    };
}
