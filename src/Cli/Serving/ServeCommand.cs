using System.CommandLine;
using System.Net.Sockets;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary><c>serve</c>: runs commands for <c>exec</c> and others, also when they have ended.</summary>
internal static class ServeCommand
{
    internal const int Unavailable = ExitCodes.Unavailable;
    private const int MostClients = 256;

    // How many commands it knows: the oldest that has ended is forgotten for a new one.
    private const string Settings = "actorbrowser.commands.capacity = 256";

    internal static Command Create()
    {
        var dashboard = ServeDashboard.CreateOption();
        var command = new Command("serve",
            """
            Runs commands that outlive the program which started them: exec --detach starts one, ps lists them, logs and attach
            show one, kill ends one. While it runs, exec without a terminal goes through it, which saves most of its time; such a
            command has this server's resource limits and priority. It listens on a socket that only this user can reach. When it
            ends, its commands end.

            Exit codes: 128 + n when signal n arrived; 69 a server runs already.
            """)
        {
            dashboard,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetResult(dashboard) is null ? null : parsed.GetValue(dashboard), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int? dashboard, CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            throw new UsageException("serve needs Linux.");
        ServeFolder.Prepare();
        using var listener = Listen();
        if (listener is null)
        {
            await Complaint.WriteAsync($"a server runs already, at {ServeFolder.Socket}").ConfigureAwait(false);
            return Unavailable;
        }
        try
        {
            await using var browser = await CliBrowser.StartAsync(cancellation, Settings).ConfigureAwait(false);
            await using var page = dashboard is { } port ? await ServeDashboard.StartAsync(browser.Browser, port, cancellation).ConfigureAwait(false) : null;
            await Complaint.WriteAsync($"serving at {ServeFolder.Socket}").ConfigureAwait(false);
            await AcceptAsync(listener, new ServeDesk(BrowserClient.For(browser.Browser), ActorBrowserSettings.From(browser.System.Settings.Config).Commands.Environment), cancellation).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(ServeFolder.Socket);
        }
        return ExitCodes.Success;
    }

    // Under a lock: two servers that start at once do not remove each other's socket.
    private static Socket? Listen()
    {
        using var held = FileLock.Take(ServeFolder.Lock);
        using (var other = UnixPeer.TryConnect(ServeFolder.Socket))
        {
            if (other is not null)
                return null;
        }
        // A server that was killed has left it.
        File.Delete(ServeFolder.Socket);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(ServeFolder.Socket));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(ServeFolder.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(MostClients);
            return listener;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            listener.Dispose();
            throw new UsageException($"The socket {ServeFolder.Socket} cannot be made: {e.Message}");
        }
    }

    private static async Task AcceptAsync(Socket listener, ServeDesk desk, CancellationToken cancellation)
    {
        using var places = new SemaphoreSlim(MostClients);
        var clients = new HashSet<Task>();
        try
        {
            while (true)
            {
                // Who comes when all places are taken waits in the kernel's queue.
                await places.WaitAsync(cancellation).ConfigureAwait(false);
                var socket = await listener.AcceptAsync(cancellation).ConfigureAwait(false);
                clients.RemoveWhere(static client => client.IsCompleted);
                clients.Add(ServeAsync(socket, places));
            }
        }
        finally
        {
            await Task.WhenAll(clients).ConfigureAwait(false);
        }

        async Task ServeAsync(Socket socket, SemaphoreSlim place)
        {
            await Task.Yield();
            try
            {
                using var connection = new ServeConnection(socket);
                if (UnixPeer.CredentialsOf(socket.SafeHandle).User == CurrentProcess.UserId)
                    await desk.ServeAsync(connection, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or SystemCallException or OperationCanceledException or EndOfStreamException or ObjectDisposedException)
            {
                // The client is gone, or the server stops: each ends what belongs to the connection.
            }
            finally
            {
                place.Release();
            }
        }
    }
}
