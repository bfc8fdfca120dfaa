using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>
/// A channel over any two-way stream, such as a named pipe. Descriptors cross it as numbers if both ends can pass them so, as a parent and
/// its child on Windows can. Otherwise a message with descriptors is refused as <see cref="WriteOutcome.TooLarge"/>, and a frame that announces any is a violation.
/// </summary>
internal sealed class StreamChannel : IChannel
{
    private const int BufferSize = 64 << 10;

    private readonly Stream _stream;
    private readonly IDescriptorPassing? _passing;
    private readonly FrameParser _parser;
    private readonly OutgoingQueue _outgoing;
    private readonly CancellationTokenSource _stop = new();
    private int _started;
    private volatile bool _draining;

    /// <summary>A channel over a connected stream.</summary>
    /// <param name="stream">A stream for reading and writing at once; the channel takes ownership.</param>
    /// <param name="limits">What this end accepts.</param>
    /// <param name="passing">How descriptors cross; null if they do not. The channel takes ownership.</param>
    public StreamChannel(Stream stream, ChannelLimits limits, IDescriptorPassing? passing = null)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _stream = stream;
        _passing = passing;
        _parser = new FrameParser(Possible(limits)) { Passing = passing };
        _outgoing = new OutgoingQueue(Possible(limits)) { Passing = passing };
    }

    /// <summary>Sets the limits that the parent has sent. Call it between frames, on the channel's turn.</summary>
    /// <param name="limits">The connection's limits.</param>
    public void SetLimits(ChannelLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        _parser.Limits = Possible(limits);
        _outgoing.Limits = Possible(limits);
    }

    /// <inheritdoc/>
    public void Start(IFrameHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interlocked.Exchange(ref _started, 1) != 0 && !_stop.IsCancellationRequested)
            throw new InvalidOperationException("The channel has been started already.");
        _ = Task.Run(() => RunAsync(handler));
    }

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message) where T : IWireMessage<T> => _outgoing.Write(correlationId, message, []);

    /// <inheritdoc/>
    public WriteOutcome Write<T>(ulong correlationId, in T message, ReadOnlySpan<SafeDescriptor> descriptors) where T : IWireMessage<T> =>
        _outgoing.Write(correlationId, message, descriptors);

    /// <inheritdoc/>
    public void Flush()
    {
        if (_outgoing.TryBegin(out var data, out _))
            _ = SendAsync(data);
    }

    /// <inheritdoc/>
    public void CloseAfterDrain()
    {
        // A pipe whose peer is gone ends by itself. If a descendant holds it open, stop reading after a second.
        _draining = true;
        _stop.CancelAfter(TimeSpan.FromSeconds(1));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        if (Interlocked.Exchange(ref _started, 1) == 0)
            Release();
    }

    private ChannelLimits Possible(ChannelLimits limits) => _passing is not null ? limits : limits with { MaxDescriptorsPerFrame = 0 };

    private async Task SendAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            do
            {
                await _stream.WriteAsync(data, _stop.Token).ConfigureAwait(false);
            }
            while (_outgoing.Next(data.Length, out data, out _));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The channel has ended on either side: the reader reports how.
            _outgoing.Pause();
            _outgoing.Dispose();
        }
    }

    private async Task RunAsync(IFrameHandler handler)
    {
        var closed = await ReadAsync(handler).ConfigureAwait(false);
        Release();
        handler.OnClosed(closed);
    }

    private async Task<ChannelClosed> ReadAsync(IFrameHandler handler)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (true)
        {
            int read;
            try
            {
                read = await _stream.ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return new ChannelClosed(_draining ? ChannelEnd.EndOfStream : ChannelEnd.Disposed);
            }
            catch (IOException e)
            {
                return new ChannelClosed(ChannelEnd.Error, Error: e);
            }
            if (read == 0)
            {
                return _parser.InsideFrame
                    ? new ChannelClosed(ChannelEnd.Violation, FrameRules.Truncated)
                    : new ChannelClosed(ChannelEnd.EndOfStream);
            }
            try
            {
                var violation = _parser.Feed(buffer.AsMemory(0, read), handler, out var delivered);
                if (delivered > 0)
                    handler.OnBatchEnd();
                if (violation is not null)
                    return new ChannelClosed(ChannelEnd.Violation, violation);
            }
            catch (Exception e)
            {
                // A handler that throws is a defect. It ends only its own channel.
                return new ChannelClosed(ChannelEnd.Error, Error: e);
            }
        }
    }

    private void Release()
    {
        _outgoing.Dispose();
        _parser.Dispose();
        _stream.Dispose();
        _passing?.Dispose();
    }
}
