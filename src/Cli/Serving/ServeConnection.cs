using System.Net.Sockets;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>The server's end of one client's connection.</summary>
internal sealed class ServeConnection(Socket socket) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 << 10];
    private readonly SafeDescriptor?[] _received = new SafeDescriptor?[1];
    private readonly SafeDescriptor _descriptor = new((int)socket.SafeHandle.DangerousGetHandle());
    private readonly SemaphoreSlim _writing = new(1, 1);
    private int _from;
    private int _to;

    /// <summary>Whether the client is gone, and has left nothing to read.</summary>
    internal bool IsOver => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    /// <summary>Reads one frame.</summary>
    /// <exception cref="EndOfStreamException">The client is gone.</exception>
    /// <exception cref="InvalidDataException">A frame that is too long, or a surplus descriptor.</exception>
    internal async Task<(ServeKind Kind, byte[] Content, SafeDescriptor? Descriptor)> ReadAsync(bool takesDescriptor, CancellationToken cancellation)
    {
        var head = new byte[ServeFrame.HeadLength];
        await FillAsync(head, cancellation).ConfigureAwait(false);
        if (!ServeFrame.TryReadHead(head, out var kind, out var length))
            throw new InvalidDataException($"A frame has {length} bytes; at most {ServeFrame.Longest} are allowed.");
        var content = new byte[length];
        await FillAsync(content, cancellation).ConfigureAwait(false);
        var descriptor = _received[0];
        _received[0] = null;
        if (descriptor is null || takesDescriptor)
            return (kind, content, descriptor);
        descriptor.Dispose();
        throw new InvalidDataException("A descriptor came with a frame that has none.");
    }

    internal async Task SendAsync(ServeKind kind, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ReadOnlyMemory<byte> rest = ServeFrame.Of(kind, content.Span);
            while (!rest.IsEmpty)
                rest = rest[await socket.SendAsync(rest, SocketFlags.None, cancellation).ConfigureAwait(false)..];
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task FillAsync(Memory<byte> wanted, CancellationToken cancellation)
    {
        while (!wanted.IsEmpty)
        {
            if (_from == _to)
                await ReceiveAsync(cancellation).ConfigureAwait(false);
            var taken = Math.Min(wanted.Length, _to - _from);
            _buffer.AsMemory(_from, taken).CopyTo(wanted);
            _from += taken;
            wanted = wanted[taken..];
        }
    }

    // Of zero bytes: it waits, and leaves the bytes and the descriptor to recvmsg.
    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, cancellation).ConfigureAwait(false);
            var before = _received[0];
            var result = UnixSocket.Receive(_descriptor, _buffer, _received, wait: false);
            if (!ReferenceEquals(before, _received[0]))
                before?.Dispose();
            switch (result.Status)
            {
                case SocketStatus.WouldBlock:
                    continue;
                case SocketStatus.Ok:
                    (_from, _to) = (0, result.Bytes);
                    return;
                case SocketStatus.DescriptorsTruncated:
                    throw new InvalidDataException("More than one descriptor came.");
                default:
                    throw new EndOfStreamException();
            }
        }
    }

    public void Dispose()
    {
        _received[0]?.Dispose();
        // The socket owns the descriptor.
        _descriptor.SetHandleAsInvalid();
        socket.Dispose();
    }
}
