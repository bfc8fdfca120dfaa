using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// A SOCKS5 proxy (RFC 1928) with user and password (RFC 1929). It receives host names unresolved. Tor gives each user and password a
/// separate circuit (IsolateSOCKSAuth).
/// </summary>
internal sealed record SocksProxy(string Host, int Port, string User, string Password)
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte UserAndPassword = 2;

    /// <summary>Reads <c>socks5://user:password@host:port</c>.</summary>
    /// <exception cref="FetchFailedException">The text is not of this form.</exception>
    internal static SocksProxy Parse(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("socks5" or "socks5h") || uri.Host.Length == 0 || uri.Port is < 1 or > 65535)
            throw new FetchFailedException(FetchErrorKind.InvalidRequest, "The proxy is not of the form socks5://user:password@host:port.");
        var parts = uri.UserInfo.Split(':', 2);
        var user = Uri.UnescapeDataString(parts[0]);
        var password = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        if (Encoding.UTF8.GetByteCount(user) > 255 || Encoding.UTF8.GetByteCount(password) > 255)
            throw new FetchFailedException(FetchErrorKind.InvalidRequest, "The proxy's user or password is longer than 255 bytes.");
        return new SocksProxy(uri.DnsSafeHost, uri.Port, user, password);
    }

    /// <summary>Makes the proxy connect to a host.</summary>
    /// <param name="socket">Connected to the proxy.</param>
    /// <param name="target">The host to connect to.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="FetchFailedException">The proxy refuses, or is not a SOCKS5 proxy.</exception>
    internal async Task ConnectAsync(Socket socket, DnsEndPoint target, CancellationToken cancellationToken)
    {
        try
        {
            await AuthenticateAsync(socket, cancellationToken).ConfigureAwait(false);
            await socket.SendAsync(Request(target), cancellationToken).ConfigureAwait(false);
            var head = await ReadAsync(socket, 4, cancellationToken).ConfigureAwait(false);
            if (head[0] != Version)
                throw Failed("it does not speak SOCKS5");
            if (head[1] != 0)
                throw Refused(head[1], target);
            // Skip the address that the proxy connected from.
            var length = head[3] switch
            {
                1 => 4,
                4 => 16,
                3 => (await ReadAsync(socket, 1, cancellationToken).ConfigureAwait(false))[0],
                _ => throw Failed("its answer has an address of an unknown type"),
            };
            await ReadAsync(socket, length + 2, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw Failed($"the connection to it failed: {e.Message.TrimEnd('.')}");
        }
    }

    internal FetchFailedException Failed(string why) => new(FetchErrorKind.Proxy, $"The proxy {FetchUrl.Show(Host)}:{Port} cannot be used: {why}.");

    private async Task AuthenticateAsync(Socket socket, CancellationToken cancellationToken)
    {
        var named = User.Length > 0;
        byte[] greeting = named ? [Version, 1, UserAndPassword] : [Version, 1, NoAuthentication];
        await socket.SendAsync(greeting, cancellationToken).ConfigureAwait(false);
        var choice = await ReadAsync(socket, 2, cancellationToken).ConfigureAwait(false);
        if (choice[0] != Version)
            throw Failed("it does not speak SOCKS5");
        // If a user was given, a proxy without authentication is never accepted: it would mix this user's traffic with others'.
        if (choice[1] != greeting[2])
            throw Failed(named ? "it does not take a user and a password" : "it asks for a user and a password");
        if (!named)
            return;
        var (user, password) = (Encoding.UTF8.GetBytes(User), Encoding.UTF8.GetBytes(Password));
        await socket.SendAsync((byte[])[1, (byte)user.Length, .. user, (byte)password.Length, .. password], cancellationToken).ConfigureAwait(false);
        if ((await ReadAsync(socket, 2, cancellationToken).ConfigureAwait(false))[1] != 0)
            throw Failed("it refused the user and the password");
    }

    private byte[] Request(DnsEndPoint target)
    {
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)target.Port);
        if (IPAddress.TryParse(target.Host, out var address))
            return [Version, 1, 0, (byte)(address.AddressFamily == AddressFamily.InterNetwork ? 1 : 4), .. address.GetAddressBytes(), .. port];
        var name = Encoding.ASCII.GetBytes(target.Host);
        return name.Length <= 255 ? [Version, 1, 0, 3, (byte)name.Length, .. name, .. port] : throw Failed("the host's name is longer than 255 bytes");
    }

    private async Task<byte[]> ReadAsync(Socket socket, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            var read = await socket.ReceiveAsync(bytes.AsMemory(have), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                throw Failed("it closed the connection");
            have += read;
        }
        return bytes;
    }

    private FetchFailedException Refused(byte code, DnsEndPoint target)
    {
        var where = $"{FetchUrl.Show(target.Host)}:{target.Port}";
        return code switch
        {
            2 => Failed($"its rules do not allow {where}"),
            3 => new(FetchErrorKind.Unreachable, $"The proxy found no network route to {where}."),
            4 => new(FetchErrorKind.Unreachable, $"The proxy could not find or reach the host of {where}."),
            5 => new(FetchErrorKind.Refused, $"{where} refused the proxy's connection."),
            6 => new(FetchErrorKind.Unreachable, $"The proxy's connection to {where} timed out."),
            _ => Failed($"it answered with error {code} for {where}"),
        };
    }
}
