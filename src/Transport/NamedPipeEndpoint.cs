using System.IO.Pipes;
using System.Security.Cryptography;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// The named pipe of one child: <c>\\.\pipe\actorbrowser-{uuid}</c> on Windows, a socket with the same name on Unix. It
/// admits only the current user and only one connection, whose peer must first send a one-time secret of 32 bytes. On Windows it admits no
/// other machine, and each end checks the other's pid.
/// </summary>
internal sealed class NamedPipeEndpoint : IDisposable
{
    private const int SecretBytes = 32;

    private readonly NamedPipeServerStream _server;
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>Creates the pipe; no client is connected yet.</summary>
    /// <param name="alsoFor">The security identifier of an AppContainer to admit as well. For Windows, where it has not been run.</param>
    /// <param name="isForLow">Whether the child has low integrity. For Windows, where it has not been run.</param>
    public NamedPipeEndpoint(string? alsoFor = null, bool isForLow = false)
    {
        Name = $"actorbrowser-{Guid.NewGuid():D}";
        _server = OperatingSystem.IsWindows() ? WindowsPipe.Serve(Name, alsoFor, isForLow)
            : new NamedPipeServerStream(Name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
    }

    /// <summary>The pipe's name, for the child's environment.</summary>
    public string Name { get; }

    /// <summary>The secret in hexadecimal, for the child's environment; valid for one connection.</summary>
    public string Secret => Convert.ToHexString(_secret);

    /// <summary>
    /// Waits for the child. Another process that connects first is disconnected, and the wait goes on: it must not keep the child out. A
    /// peer without the secret is disconnected and the wait fails: the pipe cannot be used again.
    /// </summary>
    /// <param name="limits">What the channel accepts.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <param name="peer">The pid that the peer must have, where the system tells it (Windows); 0 for any.</param>
    /// <exception cref="UnauthorizedAccessException">The peer did not know the secret, or the wait was cancelled and only other processes had connected.</exception>
    public async Task<StreamChannel> AcceptAsync(ChannelLimits limits, CancellationToken cancellation, int peer = 0)
    {
        if (peer != 0 && OperatingSystem.IsWindows())
            await WaitForAsync(peer, cancellation).ConfigureAwait(false);
        else
            await _server.WaitForConnectionAsync(cancellation).ConfigureAwait(false);
        var presented = new byte[SecretBytes];
        var read = await _server.ReadAtLeastAsync(presented, SecretBytes, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        if (read == SecretBytes && CryptographicOperations.FixedTimeEquals(presented, _secret))
            return new StreamChannel(_server, limits, OperatingSystem.IsWindows() && peer != 0 ? WindowsHandles.TryOpen(peer) : null);
        await _server.DisposeAsync().ConfigureAwait(false);
        throw new UnauthorizedAccessException($"The peer of the pipe {Name} did not know its secret.");
    }

    /// <summary>Connects the child's side.</summary>
    /// <param name="name">The pipe's name.</param>
    /// <param name="secret">The secret in hexadecimal.</param>
    /// <param name="limits">What the channel accepts.</param>
    /// <param name="parent">The pid that has made the pipe, where the system tells it (Windows); 0 for any.</param>
    /// <exception cref="TimeoutException">No parent listens on the pipe.</exception>
    /// <exception cref="FormatException">The secret is not hexadecimal.</exception>
    /// <exception cref="UnauthorizedAccessException">Another process has made the pipe.</exception>
    public static StreamChannel Connect(string name, string secret, ChannelLimits limits, int parent = 0)
    {
        var client = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            var presented = Convert.FromHexString(secret);
            client.Connect(TimeSpan.FromSeconds(5));
            // Before the secret is sent.
            if (parent != 0 && OperatingSystem.IsWindows() && WindowsPipe.ServerOf(client.SafePipeHandle) is var server && server != parent)
                throw new UnauthorizedAccessException($"process {server} has made it, not the parent {parent}");
            client.Write(presented);
            client.Flush();
            return new StreamChannel(client, limits, OperatingSystem.IsWindows() && parent != 0 ? new OwnHandles() : null);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private async Task WaitForAsync(int peer, CancellationToken cancellation)
    {
        int? stranger = null;
        while (true)
        {
            try
            {
                await _server.WaitForConnectionAsync(cancellation).ConfigureAwait(false);
            }
            catch (IOException) when (!cancellation.IsCancellationRequested && WindowsPipe.Disconnect(_server.SafePipeHandle))
            {
                // A process has connected and hung up before this wait began.
                stranger ??= 0;
                continue;
            }
            catch (OperationCanceledException) when (stranger is { } last)
            {
                await _server.DisposeAsync().ConfigureAwait(false);
                throw new UnauthorizedAccessException($"Process {last} connected to the pipe {Name}, which is for process {peer}, and that one did not.");
            }
            if (WindowsPipe.ClientOf(_server.SafePipeHandle) is var connected && connected == peer)
                return;
            stranger = connected;
            _server.Disconnect();
        }
    }
}
