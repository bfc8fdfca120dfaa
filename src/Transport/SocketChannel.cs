using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// The parent's end of a socket: a channel over a Unix stream socket, driven by the reactor's thread. A peer that does not
/// read or does not write costs neither a thread nor a buffer.
/// </summary>
internal sealed class SocketChannel : IChannel, IReadinessHandler
{
    private const int ReadsPerTurn = 4;

    // The reactor is one thread, so one buffer serves every channel; the parser keeps incomplete frames.
    [ThreadStatic]
    private static byte[]? t_receiveBuffer;

    private readonly SafeDescriptor _socket;
    private readonly FrameParser _parser;
    private readonly OutgoingQueue _outgoing;
    private readonly SafeDescriptor?[] _received;
    private readonly Lock _lock = new();
    private IFrameHandler? _handler;
    private IReactorRegistration? _registration;
    private bool _waitingForRoom;
    private bool _disposing;
    private bool _ended;

    private SocketChannel(SafeDescriptor socket, ChannelLimits limits)
    {
        _socket = socket;
        _parser = new FrameParser(limits);
        _outgoing = new OutgoingQueue(limits);
        _received = new SafeDescriptor?[limits.MaxDescriptorsPerFrame];
    }

    /// <summary>Creates a connected pair: a channel for the parent, and the end that a child inherits.</summary>
    /// <param name="limits">What this end accepts.</param>
    /// <param name="childEnd">The other end, close-on-exec; the caller owns it.</param>
    public static SocketChannel CreatePair(ChannelLimits limits, out SafeDescriptor childEnd)
    {
        var (mine, theirs) = UnixSocket.CreatePair();
        childEnd = theirs;
        return new SocketChannel(mine, limits);
    }

    /// <summary>Creates a channel on an existing socket.</summary>
    /// <param name="socket">A connected Unix stream socket; the channel takes ownership.</param>
    /// <param name="limits">What this end accepts.</param>
    /// <exception cref="PlatformNotSupportedException">This is Windows, whose children have a pipe (<see cref="StreamChannel"/>).</exception>
    public static SocketChannel FromDescriptor(SafeDescriptor socket, ChannelLimits limits) => OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException("A channel on a Unix socket needs Linux or macOS.") : new(socket, limits);

    /// <inheritdoc/>
    public void Start(IFrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_lock)
        {
            if (_handler is not null)
                throw new InvalidOperationException("The channel has been started already.");
            _handler = handler;
            if (!_disposing)
            {
                _registration = Reactor.Shared.Register(_socket, Interest, this);
                return;
            }
        }
        End(new ChannelClosed(ChannelEnd.Disposed));
    }

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => _outgoing.Write(correlationId, message, []);

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        _outgoing.Write(correlationId, message, descriptors);

    /// <inheritdoc/>
    public void Flush()
    {
        if (Volatile.Read(ref _ended) || Volatile.Read(ref _waitingForRoom))
            return;
        if (!TryHold())
            return;
        try
        {
            Send();
        }
        finally
        {
            _socket.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public void CloseAfterDrain()
    {
        if (!TryHold())
            return;
        UnixSocket.EndReceiving(_socket);
        _socket.DangerousRelease();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposing)
                return;
            _disposing = true;
            if (_handler is null)
            {
                _outgoing.Dispose();
                _parser.Dispose();
                _socket.Dispose();
                return;
            }
        }
        // Wakes the reactor, which closes the channel: so the handler is never called from two threads.
        if (!TryHold())
            return;
        UnixSocket.EndBoth(_socket);
        _socket.DangerousRelease();
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        if (_ended)
            return;
        if (Volatile.Read(ref _disposing))
        {
            End(new ChannelClosed(ChannelEnd.Disposed));
            return;
        }
        if ((readiness & Readiness.Writable) != 0)
        {
            lock (_lock)
            {
                _waitingForRoom = false;
                _registration?.Change(Interest);
            }
            Send();
        }
        if ((readiness & (Readiness.Readable | Readiness.HangUp)) != 0)
            Receive();
    }

    private Readiness Interest => _waitingForRoom ? Readiness.Readable | Readiness.Writable : Readiness.Readable;

    private void Receive()
    {
        var buffer = t_receiveBuffer ??= GC.AllocateUninitializedArray<byte>(256 << 10);
        for (var turn = 0; turn < ReadsPerTurn; turn++)
        {
            var result = UnixSocket.Receive(_socket, buffer, _received, wait: false);
            switch (result.Status)
            {
                case SocketStatus.WouldBlock:
                    return;
                case SocketStatus.Ok:
                    if (!Deliver(buffer.AsMemory(0, result.Bytes), result.Descriptors))
                        return;
                    if (result.Bytes < buffer.Length && result.Descriptors == 0)
                        return;
                    break;
                case SocketStatus.Closed:
                    End(_parser.InsideFrame
                        ? new ChannelClosed(ChannelEnd.Violation, FrameRules.Truncated)
                        : new ChannelClosed(ChannelEnd.EndOfStream));
                    return;
                case SocketStatus.DescriptorsTruncated:
                    End(new ChannelClosed(ChannelEnd.Violation, FrameRules.TooManyDescriptors));
                    return;
                default:
                    End(new ChannelClosed(ChannelEnd.Error, Error: new SystemCallException("recvmsg", result.Errno)));
                    return;
            }
        }
    }

    private bool Deliver(ReadOnlyMemory<byte> data, int descriptors)
    {
        for (var i = 0; i < descriptors; i++)
        {
            _parser.Add(_received[i]!);
            _received[i] = null;
        }
        try
        {
            var violation = _parser.Feed(data, _handler!, out var delivered);
            if (delivered > 0)
                _handler!.OnBatchEnd();
            if (violation is null)
                return true;
            End(new ChannelClosed(ChannelEnd.Violation, violation));
        }
        catch (Exception e)
        {
            // A handler that throws is a defect. It ends its own channel, not the thread that serves all channels.
            End(new ChannelClosed(ChannelEnd.Error, Error: e));
        }
        return false;
    }

    private void Send()
    {
        if (!_outgoing.TryBegin(out var data, out var descriptors))
            return;
        while (true)
        {
            var result = UnixSocket.Send(_socket, data.Span, descriptors, wait: false);
            switch (result.Status)
            {
                case SocketStatus.Ok:
                    if (!_outgoing.Next(result.Bytes, out data, out descriptors))
                        return;
                    break;
                case SocketStatus.WouldBlock:
                    lock (_lock)
                    {
                        _waitingForRoom = true;
                        _outgoing.Pause();
                        if (!_ended)
                            _registration?.Change(Interest);
                    }
                    return;
                default:
                    // The peer is gone: Receive still reads what the peer had written, and reports how the channel ended.
                    _outgoing.Pause();
                    _outgoing.Dispose();
                    return;
            }
        }
    }

    private void End(ChannelClosed closed)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _ended = true;
        }
        _registration?.Dispose();
        _outgoing.Dispose();
        _parser.Dispose();
        _socket.Dispose();
        _handler!.OnClosed(closed);
    }

    private bool TryHold()
    {
        var held = false;
        try
        {
            _socket.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // The socket was closed meanwhile: there is no peer to send to.
        }
        return held;
    }
}

/// <summary>Violations that the socket detects, not the parser.</summary>
internal static class FrameRules
{
    internal static ProtocolViolation Truncated { get; } =
        new(ViolationKind.TruncatedFrame, "The stream ended in the middle of a frame.");

    internal static ProtocolViolation TooManyDescriptors { get; } =
        new(ViolationKind.Descriptors, "More descriptors arrived at once than a frame may carry.");
}
