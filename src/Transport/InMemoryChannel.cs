using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// A channel with both ends in one process, for tests and TestKit: the same bytes, limits and violations as between two
/// processes, delivered on the thread pool, one turn at a time.
/// </summary>
internal sealed class InMemoryChannel : IChannel, IThreadPoolWorkItem
{
    private readonly FrameParser _parser;
    private readonly OutgoingQueue _outgoing;
    private readonly Queue<(byte[] Data, SafeDescriptor[] Descriptors)> _inbox = new();
    private readonly Lock _lock = new();
    private readonly Action<IThreadPoolWorkItem> _schedule;
    private InMemoryChannel _peer = null!;
    private IFrameHandler? _handler;
    private ChannelClosed? _closing;
    private bool _scheduled;
    private bool _ended;

    private InMemoryChannel(ChannelLimits limits, Action<IThreadPoolWorkItem> schedule)
    {
        _schedule = schedule;
        _parser = new FrameParser(limits);
        _outgoing = new OutgoingQueue(limits);
    }

    /// <summary>Two connected ends.</summary>
    /// <param name="limits">What each accepts.</param>
    public static (InMemoryChannel First, InMemoryChannel Second) CreatePair(ChannelLimits limits) =>
        CreatePair(limits, static turn => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false));

    /// <summary>Two connected ends whose turns the caller runs.</summary>
    /// <param name="limits">What each accepts.</param>
    /// <param name="schedule">Takes an end's next turn; an end has one at a time.</param>
    internal static (InMemoryChannel First, InMemoryChannel Second) CreatePair(ChannelLimits limits, Action<IThreadPoolWorkItem> schedule)
    {
        var (first, second) = (new InMemoryChannel(limits, schedule), new InMemoryChannel(limits, schedule));
        first._peer = second;
        second._peer = first;
        return (first, second);
    }

    /// <inheritdoc/>
    public void Start(IFrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_lock)
        {
            if (_handler is not null)
                throw new InvalidOperationException("The channel has been started already.");
            _handler = handler;
            ScheduleLocked();
        }
    }

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => _outgoing.Write(correlationId, message, []);

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        _outgoing.Write(correlationId, message, descriptors);

    /// <inheritdoc/>
    public void Flush()
    {
        if (!_outgoing.TryBegin(out var data, out var descriptors))
            return;
        do
        {
            // The queue closes descriptors after sending them, as with a socket; so the receiver gets duplicates.
            var passed = descriptors.Length == 0 ? [] : Array.ConvertAll(descriptors, DescriptorFlags.Duplicate);
            _peer.Receive(data.ToArray(), passed);
        }
        while (_outgoing.Next(data.Length, out data, out descriptors));
    }

    /// <summary>Delivers raw bytes, as a hostile peer might send them.</summary>
    /// <param name="bytes">Any bytes.</param>
    public void SendRaw(ReadOnlySpan<byte> bytes) => SendRaw(bytes, []);

    /// <summary>Delivers raw bytes, and descriptors that arrive with the first of them.</summary>
    /// <param name="bytes">Any bytes.</param>
    /// <param name="descriptors">The channel takes ownership.</param>
    internal void SendRaw(ReadOnlySpan<byte> bytes, SafeDescriptor[] descriptors) => _peer.Receive(bytes.ToArray(), descriptors);

    /// <inheritdoc/>
    public void CloseAfterDrain() => Close(new ChannelClosed(ChannelEnd.EndOfStream));

    /// <inheritdoc/>
    public void Dispose()
    {
        Close(new ChannelClosed(ChannelEnd.Disposed));
        _peer.Close(new ChannelClosed(ChannelEnd.EndOfStream));
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            (byte[] Data, SafeDescriptor[] Descriptors) next;
            ChannelClosed? closed = null;
            lock (_lock)
            {
                if (_closing is { End: ChannelEnd.Disposed } || !_inbox.TryDequeue(out next))
                {
                    if (_closing is null)
                    {
                        _scheduled = false;
                        return;
                    }
                    closed = _closing.End == ChannelEnd.EndOfStream && _parser.InsideFrame
                        ? new ChannelClosed(ChannelEnd.Violation, FrameRules.Truncated)
                        : _closing;
                    next = default;
                }
            }
            closed ??= Deliver(next.Data!, next.Descriptors!);
            if (closed is not null)
            {
                End(closed);
                return;
            }
        }
    }

    private void Receive(byte[] data, SafeDescriptor[] descriptors)
    {
        lock (_lock)
        {
            if (!_ended && _closing is null)
            {
                _inbox.Enqueue((data, descriptors));
                ScheduleLocked();
                return;
            }
        }
        SafeDescriptor.DisposeAll(descriptors);
    }

    private void Close(ChannelClosed closed)
    {
        lock (_lock)
        {
            if (_ended || _closing is { End: ChannelEnd.Disposed })
                return;
            if (_closing is null || closed.End == ChannelEnd.Disposed)
                _closing = closed;
            if (closed.End == ChannelEnd.Disposed)
                _outgoing.Dispose();
            ScheduleLocked();
        }
    }

    private ChannelClosed? Deliver(byte[] data, SafeDescriptor[] descriptors)
    {
        foreach (var descriptor in descriptors)
            _parser.Add(descriptor);
        try
        {
            var violation = _parser.Feed(data, _handler!, out var delivered);
            if (delivered > 0)
                _handler!.OnBatchEnd();
            return violation is null ? null : new ChannelClosed(ChannelEnd.Violation, violation);
        }
        catch (Exception e)
        {
            // As with a socket, a handler that throws ends its channel.
            return new ChannelClosed(ChannelEnd.Error, Error: e);
        }
    }

    private void End(ChannelClosed closed)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _ended = true;
            while (_inbox.TryDequeue(out var left))
            {
                SafeDescriptor.DisposeAll(left.Descriptors);
            }
        }
        _outgoing.Dispose();
        _parser.Dispose();
        _peer.Close(new ChannelClosed(ChannelEnd.EndOfStream));
        _handler!.OnClosed(closed);
    }

    private void ScheduleLocked()
    {
        if (_scheduled || _handler is null)
            return;
        _scheduled = true;
        _schedule(this);
    }
}
