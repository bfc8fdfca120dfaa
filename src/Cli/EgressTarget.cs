using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>Servers on loopback that a command may, or may not, reach: what arrives there is counted.</summary>
internal sealed class EgressTarget : IDisposable
{
    private const byte TlsHandshake = 22;

    private readonly Socket _granted = Listen(IPAddress.Loopback);
    private readonly Socket _other = Listen(IPAddress.Loopback);
    private readonly Socket? _other6 = Socket.OSSupportsIPv6 ? Listen(IPAddress.IPv6Loopback) : null;
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<EndPoint, TaskCompletionSource> _marks = new();
    private readonly ConcurrentDictionary<Task, bool> _served = new();
    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(16);
    private TaskCompletionSource _marked = new();
    private int _arrived;

    internal EgressTarget()
    {
        _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _ = AcceptAsync(_granted, ServeAsync);
        _ = AcceptAsync(_other, CountAsync);
        if (_other6 is not null)
            _ = AcceptAsync(_other6, CountAsync);
        _ = ReceiveAsync();
    }

    /// <summary>The port that the attempts' rule grants.</summary>
    internal int Granted => PortOf(_granted);

    internal int Other => PortOf(_other);

    internal int Other6 => _other6 is null ? 1 : PortOf(_other6);

    internal int Datagrams => PortOf(_datagrams);

    /// <summary>Whether something arrived since the last call that must not. What was sent before the call has been counted when it returns.</summary>
    internal async Task<bool> TakeArrivedAsync()
    {
        foreach (var listener in new[] { _granted, _other, _other6 })
        {
            if (listener is not null)
                await MarkAsync((IPEndPoint)listener.LocalEndPoint!).ConfigureAwait(false);
        }
        using (var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            _marked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await sender.SendToAsync(_mark, new IPEndPoint(IPAddress.Loopback, Datagrams)).ConfigureAwait(false);
            await _marked.Task.ConfigureAwait(false);
        }
        await Task.WhenAll(_served.Keys).ConfigureAwait(false);
        return Interlocked.Exchange(ref _arrived, 0) > 0;
    }

    // A listener accepts in order: when it has accepted this connection, it has accepted all before.
    private async Task MarkAsync(IPEndPoint listener)
    {
        using var mark = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        mark.Bind(new IPEndPoint(listener.Address, 0));
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _marks[mark.LocalEndPoint!] = accepted;
        await mark.ConnectAsync(listener).ConfigureAwait(false);
        await accepted.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _granted.Dispose();
        _other.Dispose();
        _other6?.Dispose();
        _datagrams.Dispose();
    }

    private static Socket Listen(IPAddress address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        return listener;
    }

    private static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    private async Task AcceptAsync(Socket listener, Func<Socket, Task> serveAsync)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync().ConfigureAwait(false);
                if (client.RemoteEndPoint is { } from && _marks.TryRemove(from, out var mark))
                {
                    client.Dispose();
                    mark.SetResult();
                    continue;
                }
                var served = serveAsync(client);
                _served[served] = true;
                _ = served.ContinueWith(task => _served.TryRemove(task, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The attempts are over.
        }
    }

    private Task CountAsync(Socket client)
    {
        Interlocked.Increment(ref _arrived);
        client.Dispose();
        return Task.CompletedTask;
    }

    // Sends every request on to the port that is not granted; a TLS greeting for another host must not arrive.
    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            var buffer = new byte[4096];
            try
            {
                var length = await client.ReceiveAsync(buffer).ConfigureAwait(false);
                if (length > 0 && buffer[0] == TlsHandshake)
                    Interlocked.Increment(ref _arrived);
                else
                    await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{Other}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // The command is gone.
            }
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[64];
        try
        {
            while (true)
            {
                var length = await _datagrams.ReceiveAsync(buffer).ConfigureAwait(false);
                if (buffer.AsSpan(0, length).SequenceEqual(_mark))
                    _marked.TrySetResult();
                else
                    Interlocked.Increment(ref _arrived);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The attempts are over.
        }
    }
}
