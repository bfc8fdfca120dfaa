using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>The socket that clients of <c>serve</c> connect to, and the loop that serves each of them.</summary>
internal sealed class ServeListener : IDisposable
{
    private const int MostClients = 1024;

    // How many commands it knows: the oldest that has ended is forgotten for a new one.
    private const string Settings = "actorbrowser.commands.capacity = 256";

    private readonly Socket _socket;
    private (ulong, ulong)? _identity;

    private ServeListener(Socket socket) => _socket = socket;

    /// <summary>Creates the socket. Under a lock: two servers that start at once do not remove each other's socket.</summary>
    /// <returns>Null if another server has it.</returns>
    /// <exception cref="UsageException">It cannot be created.</exception>
    internal static ServeListener? TryListen()
    {
        ServeFolder.Prepare();
        using var held = FileLock.Take(ServeFolder.Lock);
        if (IsTaken())
            return null;
        // A server that was killed has left it.
        File.Delete(ServeFolder.Socket);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // .NET removes the name under which a socket was bound when it is closed, whoever has that name by then.
        var bound = string.Create(CultureInfo.InvariantCulture, $"{ServeFolder.Socket}.{Environment.ProcessId}");
        try
        {
            File.Delete(bound);
            socket.Bind(new UnixDomainSocketEndPoint(bound));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(bound, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(MostClients);
            File.Move(bound, ServeFolder.Socket);
            return new ServeListener(socket) { _identity = OperatingSystem.IsLinux() ? PathProbe.TryIdentify(Encoding.UTF8.GetBytes(ServeFolder.Socket)) : null };
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            // .NET knows no sentence for a full disk, and has three lines about a long path.
            var reason = e is SocketException { NativeErrorCode: var errno } ? Marshal.GetPInvokeErrorMessage(errno) : "its path is too long; set XDG_RUNTIME_DIR to a shorter one";
            throw new UsageException($"The socket {ServeFolder.Socket} cannot be made: {reason}");
        }
    }

    private static bool IsTaken()
    {
        try
        {
            using var other = UnixPeer.TryConnect(ServeFolder.Socket, TimeSpan.FromSeconds(1));
            return other is not null;
        }
        catch (TimeoutException)
        {
            // A server that is stopped, or has as many clients as it can.
            return true;
        }
    }

    /// <summary>Starts a browser and serves clients until it is cancelled; then ends all commands and removes the socket.</summary>
    /// <param name="keeper">Has the commands beyond the server's end; null if they end with it.</param>
    /// <param name="dashboard">The port of the task manager's page, 0 for a free one; null for none.</param>
    /// <param name="ready">Called when clients can connect; its task is awaited at the end.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async Task ServeAsync(Keeper? keeper, int? dashboard, Func<BrowserClient, Task> ready, CancellationToken cancellation)
    {
        try
        {
            await using var browser = await CliBrowser.StartAsync(cancellation, Settings).ConfigureAwait(false);
            await using var page = dashboard is { } port ? await ServeDashboard.StartAsync(browser.Browser, port, cancellation).ConfigureAwait(false) : null;
            var client = BrowserClient.For(browser.Browser);
            var desk = new ServeDesk(client, ActorBrowserSettings.From(browser.System.Settings.Config).Commands.Environment, keeper);
            await AcceptAsync(desk, ready(client), cancellation).ConfigureAwait(false);
        }
        finally
        {
            RemoveSocket();
        }
    }

    // Another server's socket has the same name, if somebody has deleted the folder meanwhile.
    private void RemoveSocket()
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists(ServeFolder.Path))
            return;
        using var held = FileLock.Take(ServeFolder.Lock);
        if (PathProbe.TryIdentify(Encoding.UTF8.GetBytes(ServeFolder.Socket)) is { } found && found == _identity)
            File.Delete(ServeFolder.Socket);
    }

    private async Task AcceptAsync(ServeDesk desk, Task ready, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(MostClients);
        var clients = new HashSet<Task> { UntilGoneAsync(ready) };
        try
        {
            while (true)
            {
                // Who comes when all places are taken waits in the kernel's queue.
                await places.WaitAsync(cancellation).ConfigureAwait(false);
                var socket = await _socket.AcceptAsync(cancellation).ConfigureAwait(false);
                clients.RemoveWhere(static client => client.IsCompleted);
                clients.Add(UntilGoneAsync(ServeAsync(socket)));
            }
        }
        finally
        {
            await Task.WhenAll(clients).ConfigureAwait(false);
        }

        async Task ServeAsync(Socket socket)
        {
            await Task.Yield();
            using var connection = new ServeConnection(socket);
            try
            {
                if (UnixPeer.CredentialsOf(socket.SafeHandle).User == CurrentProcess.UserId)
                    await desk.ServeAsync(connection, cancellation).ConfigureAwait(false);
            }
            finally
            {
                places.Release();
            }
        }
    }

    private static async Task UntilGoneAsync(Task served)
    {
        try
        {
            await served.ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or SystemCallException or OperationCanceledException or EndOfStreamException or ObjectDisposedException)
        {
            // The client is gone, or the server stops: each ends what belongs to the connection.
        }
    }

    public void Dispose() => _socket.Dispose();
}
