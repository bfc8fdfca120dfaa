using System.Runtime.CompilerServices;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// An HTTP/1.1 connection on which a server may respond before it has read the request's body. .NET sends the whole body before
/// it looks for a response; this class reads ahead while a body is sent. After a final response other than success, or after a
/// failed write when a response has arrived, it discards the rest of the body; .NET then reads the response, and the connection
/// carries no other request.
/// A server may also close a connection after a response without announcing it: once per connection, a request that must not be
/// sent twice waits for such a close before its first byte is written.
/// </summary>
internal sealed class AnswerWatch(Stream inner, TransportConnection connection) : Stream
{
    private const int Ahead = 4096;

    /// <summary>How long to wait for a response after a failed write.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FetchMessage? _message;
    private long _lastRead;
    private bool _keeps;
    private TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _buffer = [];
    private int _from;
    private int _to;
    private Task? _reading;
    private bool _httpReads;
    private RequestBody? _body;
    private CancellationTokenSource _drop = new();
    private RequestBody? _dropped;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Task? reading;
        lock (_lock)
        {
            reading = _reading;
            if (reading is null && _to > _from)
                return ValueTask.FromResult(TakeAhead(buffer.Span));
            _httpReads = reading is null;
        }
        return reading is null ? ReadThroughAsync(buffer, cancellationToken) : ReadAheadFirstAsync(reading, buffer, cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var sender = RequestSender.Current;
        var message = sender?.Sending;
        if (!ReferenceEquals(message, _message))
        {
            _message = message;
            if (!_keeps && connection.HasAnswered && message is not null)
                await WaitForClosingAsync(message).ConfigureAwait(false);
        }
        var body = sender?.Body;
        if (body is not null && ReferenceEquals(Volatile.Read(ref _dropped), body))
            return;
        if (body is not { IsUnderWay: true })
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            return;
        }
        CancellationToken dropped;
        lock (_lock)
        {
            // .NET passes no cancellation token when it writes a body: it ends a request by closing the connection.
            if (!ReferenceEquals(_body, body))
                (_body, _drop, _answered) = (body, new CancellationTokenSource(), new(TaskCreationOptions.RunContinuationsAsynchronously));
            dropped = _drop.Token;
            if (_reading is null && !_httpReads && _to == _from)
                _reading = ReadAheadAsync(_answered);
        }
        try
        {
            await inner.WriteAsync(buffer, dropped).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (dropped.IsCancellationRequested)
        {
            // The server has responded and wants no more of the body.
        }
        catch (IOException)
        {
            if (!await IsAnsweredAsync().ConfigureAwait(false))
                throw;
            Drop(body);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // On a pooled connection .NET already has a pending read before it sends a request: an early response arrives through that read.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadThroughAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                _lastRead = Environment.TickCount64;
                Look(buffer.Span[..count]);
            }
            else
            {
                _ended.TrySetResult();
            }
            return count;
        }
        catch (Exception)
        {
            _ended.TrySetResult();
            throw;
        }
        finally
        {
            lock (_lock)
                _httpReads = false;
        }
    }

    // RFC 9110, 9.2.2: a request that is not idempotent is not repeated once it may have arrived. .NET reads on a pooled connection, and so notices its end.
    private async ValueTask WaitForClosingAsync(FetchMessage message)
    {
        _keeps = true;
        var wait = message.Sender.ClosingTime - TimeSpan.FromMilliseconds(Environment.TickCount64 - _lastRead);
        if (wait <= TimeSpan.Zero || HttpRules.IsIdempotent(message.Method.Method))
            return;
        await Task.WhenAny(_ended.Task, Task.Delay(wait)).ConfigureAwait(false);
        if (_ended.Task.IsCompleted)
            connection.OnAnswered(isLast: true);
    }

    private async ValueTask<int> ReadAheadFirstAsync(Task reading, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _reading = null;
            return TakeAhead(buffer.Span);
        }
    }

    private int TakeAhead(Span<byte> into)
    {
        var count = Math.Min(into.Length, _to - _from);
        _buffer.AsSpan(_from, count).CopyTo(into);
        _from += count;
        if (_from == _to)
            (_from, _to, _buffer) = (0, 0, []);
        return count;
    }

    // Reads until a final response's first line has arrived, the connection ends, or the buffer is full.
    private async Task ReadAheadAsync(TaskCompletionSource<bool> answered)
    {
        var buffer = new byte[Ahead];
        var count = 0;
        try
        {
            while (count < Ahead)
            {
                var read = await inner.ReadAsync(buffer.AsMemory(count)).ConfigureAwait(false);
                count += read;
                _lastRead = Environment.TickCount64;
                if (read == 0 || Look(buffer.AsSpan(0, count)))
                    break;
            }
        }
        finally
        {
            lock (_lock)
                (_buffer, _from, _to) = (buffer, 0, count);
            answered.TrySetResult(false);
        }
    }

    /// <returns>Whether a final response's first line has arrived.</returns>
    private bool Look(ReadOnlySpan<byte> bytes)
    {
        if (FinalStatus(bytes) is not { } status)
            return false;
        var body = _body;
        if (body is not { IsUnderWay: true })
            return true;
        _answered.TrySetResult(true);
        if (status >= 300)
            Drop(body);
        return true;
    }

    private void Drop(RequestBody body)
    {
        // After an incomplete body, the connection cannot carry another request.
        connection.OnAnswered(isLast: true);
        Volatile.Write(ref _dropped, body);
        body.Drop();
        _drop.Cancel();
    }

    private async Task<bool> IsAnsweredAsync()
    {
        try
        {
            return await Volatile.Read(ref _answered).Task.WaitAsync(Grace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // "HTTP/1.1 413 ...": responses of 100 to 199, which end with an empty line, precede the final one.
    private static int? FinalStatus(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 12 && bytes.StartsWith("HTTP/1."u8))
        {
            var status = 0;
            for (var i = 9; i < 12; i++)
                status = status * 10 + (bytes[i] - '0');
            if (status is >= 200 and <= 999)
                return status;
            var end = bytes.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                return null;
            bytes = bytes[(end + 4)..];
        }
        return null;
    }
}
