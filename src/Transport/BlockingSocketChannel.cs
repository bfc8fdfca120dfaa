using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// The child's end of a socket: the child's main thread runs <see cref="Run"/>, so that no other thread, pool or task starts
/// before the role needs one. Writing is thread-safe; if the parent does not read, the flushing thread blocks. The thread also runs a
/// role's short work; if that takes long after all, another thread takes the channel over (<see cref="ChannelRelief"/>).
/// </summary>
internal sealed class BlockingSocketChannel : IWorkChannel
{
    private const int BufferSize = 64 << 10;

    private readonly SafeDescriptor _socket;
    private readonly FrameParser _parser;
    private readonly OutgoingQueue _outgoing;
    private readonly ManualResetEventSlim _over = new();
    private SafeDescriptor? _watched;
    private Action? _onReadable;
    private IFrameHandler? _handler;
    private IThreadPoolWorkItem? _work;
    private ChannelRelief? _relief;
    private int _started;

    /// <summary>A channel over the inherited socket.</summary>
    /// <param name="socket">A connected, blocking Unix stream socket; the channel takes ownership.</param>
    /// <param name="limits">What this end accepts until <see cref="SetLimits"/>.</param>
    public BlockingSocketChannel(SafeDescriptor socket, ChannelLimits limits)
    {
        _socket = socket;
        _parser = new FrameParser(limits);
        _outgoing = new OutgoingQueue(limits);
    }

    /// <summary>Sets the limits that the parent has sent. Call it between frames, on the channel's thread.</summary>
    /// <param name="limits">The connection's limits.</param>
    public void SetLimits(ChannelLimits limits)
    {
        _parser.Limits = limits;
        _outgoing.Limits = limits;
    }

    /// <summary>Waits for another descriptor too from now on. Call it on the channel's thread.</summary>
    /// <param name="descriptor">A descriptor that stays open as long as the channel.</param>
    /// <param name="onReadable">Called on the channel's thread, between batches of frames.</param>
    public void Watch(SafeDescriptor descriptor, Action onReadable)
    {
        _watched = descriptor;
        _onReadable = onReadable;
    }

    /// <inheritdoc/>
    public void Start(IFrameHandler handler)
    {
        var thread = new Thread(() => Run(handler)) { IsBackground = true, Name = "ActorBrowser channel" };
        thread.UnsafeStart();
    }

    /// <summary>Delivers frames until the channel ends, on the calling thread until another takes over.</summary>
    /// <param name="handler">Called by one thread at a time.</param>
    public void Run(IFrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interlocked.Exchange(ref _started, 1) != 0)
            throw new InvalidOperationException("The channel has been started already.");
        _handler = handler;
        Serve();
        _over.Wait(Timeout.Infinite);
    }

    /// <inheritdoc/>
    public void RunSoon(IThreadPoolWorkItem work)
    {
        if (_work is { } other)
            ThreadPool.UnsafeQueueUserWorkItem(other, preferLocal: false);
        _work = work;
    }

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => _outgoing.Write(correlationId, message, []);

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        _outgoing.Write(correlationId, message, descriptors);

    /// <inheritdoc/>
    public void Flush()
    {
        var held = false;
        try
        {
            _socket.DangerousAddRef(ref held);
            if (!_outgoing.TryBegin(out var data, out var descriptors))
                return;
            SocketResult result;
            do
            {
                result = UnixSocket.Send(_socket, data.Span, descriptors, wait: true);
            }
            while (result.Status == SocketStatus.Ok && _outgoing.Next(result.Bytes, out data, out descriptors));
            if (result.Status == SocketStatus.Ok)
                return;
            _outgoing.Pause();
            _outgoing.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // Another thread has ended the channel; the process is about to exit.
        }
        finally
        {
            if (held)
                _socket.DangerousRelease();
        }
    }

    /// <inheritdoc/>
    public void CloseAfterDrain() => UnixSocket.EndReceiving(_socket);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            _outgoing.Dispose();
            _parser.Dispose();
            _socket.Dispose();
        }
        else if (!_socket.IsClosed)
        {
            // Wakes the thread in Run, which closes the socket.
            UnixSocket.EndBoth(_socket);
        }
    }

    // Delivers frames on this thread until the channel ends, or another thread has taken it over.
    private void Serve()
    {
        ChannelClosed? closed;
        try
        {
            closed = Pump(_handler!);
        }
        catch (Exception e)
        {
            // A handler that throws is a defect of the role. The channel ends, and the end carries the exception.
            closed = new ChannelClosed(ChannelEnd.Error, Error: e);
        }
        if (closed is null)
            return;
        _relief?.Dispose();
        _outgoing.Dispose();
        _parser.Dispose();
        _socket.Dispose();
        _handler!.OnClosed(closed);
        _over.Set();
    }

    // Null: another thread has taken the channel over.
    private ChannelClosed? Pump(IFrameHandler handler)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        var received = new SafeDescriptor?[Math.Max(1, _parser.Limits.MaxDescriptorsPerFrame)];
        while (true)
        {
            if (received.Length < _parser.Limits.MaxDescriptorsPerFrame)
                received = new SafeDescriptor?[_parser.Limits.MaxDescriptorsPerFrame];
            if (_watched is { } watched)
            {
                var receivable = UnixSocket.WaitForInput(_socket, watched, out var watchedReadable);
                if (watchedReadable)
                    _onReadable!();
                if (!receivable)
                    continue;
            }
            var result = UnixSocket.Receive(_socket, buffer, received, wait: true);
            switch (result.Status)
            {
                case SocketStatus.Ok:
                    for (var i = 0; i < result.Descriptors; i++)
                        _parser.Add(received[i]!);
                    if (Deliver(buffer.AsMemory(0, result.Bytes), handler) is { } closed)
                        return closed;
                    if (TakeWork() is { } work && !(_relief ??= new ChannelRelief(Serve)).Run(work))
                        return null;
                    break;
                case SocketStatus.Closed:
                    return _parser.InsideFrame
                        ? new ChannelClosed(ChannelEnd.Violation, FrameRules.Truncated)
                        : new ChannelClosed(ChannelEnd.EndOfStream);
                case SocketStatus.DescriptorsTruncated:
                    return new ChannelClosed(ChannelEnd.Violation, FrameRules.TooManyDescriptors);
                case SocketStatus.WouldBlock:
                    break;
                default:
                    return new ChannelClosed(ChannelEnd.Error, Error: new SystemCallException("recvmsg", result.Errno));
            }
        }
    }

    private IThreadPoolWorkItem? TakeWork()
    {
        var work = _work;
        _work = null;
        return work;
    }

    private ChannelClosed? Deliver(ReadOnlyMemory<byte> data, IFrameHandler handler)
    {
        var violation = _parser.Feed(data, handler, out var delivered);
        if (delivered > 0)
            handler.OnBatchEnd();
        return violation is null ? null : new ChannelClosed(ChannelEnd.Violation, violation);
    }
}
