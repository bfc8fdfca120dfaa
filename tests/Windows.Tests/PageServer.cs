using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ActorBrowser.WindowsTests;

/// <summary>One page, for every request, on this machine.</summary>
internal sealed class PageServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private readonly int _padding;

    /// <param name="padding">How many bytes of a comment follow the page, so that it is that long.</param>
    internal PageServer(int padding = 0)
    {
        _padding = padding;
        _listener.Start();
        _ = ServeAsync();
    }

    internal const string Title = "Grüße 世界";

    internal string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        var body = Encoding.UTF8.GetBytes($"<!doctype html><meta charset=utf-8><title>{Title}</title><h1>Hello</h1><a href=/x>naïve → link</a><!--{new string('x', _padding)}-->");
        var head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n");
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[8192]);
                await stream.WriteAsync((byte[])[.. head, .. body]);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the spec is over.
        }
    }
}
