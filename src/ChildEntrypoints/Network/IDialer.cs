using System.Net;
using System.Net.Sockets;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Connects to addresses; tests and other systems connect themselves, a Linux child has its parent connect.</summary>
internal interface IDialer
{
    /// <summary>Connects.</summary>
    /// <param name="address">IPv4 or IPv6.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="cancellationToken">Gives the attempt up.</param>
    /// <returns>A connected socket, which the caller owns.</returns>
    /// <exception cref="SocketException">It failed; a <see cref="ConnectionDeniedException"/> if it may not be made.</exception>
    Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken);
}

/// <summary>Connects with sockets of this process.</summary>
internal sealed class SystemDialer : IDialer
{
    /// <inheritdoc/>
    public async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The parent does not connect there.</summary>
/// <param name="sentence">Why.</param>
internal sealed class ConnectionDeniedException(string sentence) : SocketException((int)SocketError.AccessDenied)
{
    /// <inheritdoc/>
    public override string Message => sentence;
}
