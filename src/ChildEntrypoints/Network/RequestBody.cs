using System.Buffers;
using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// The body of one attempt to send a request: the bytes sent with the request, then those that follow in frames. If a server responds
/// before it has all of them, the fetch either stops sending or continues while it reads the response.
/// </summary>
internal sealed class RequestBody(RequestUpload source, TransferDeadlines deadlines, ReadOnlyMemory<byte> inline, UploadBuffer? upload, long length) : HttpContent
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _pass = upload?.Pass ?? 0;
    private readonly TaskCompletionSource _dropped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _patience = Timeout.InfiniteTimeSpan;
    private bool _begun;
    private bool _writing;

    /// <summary>Whether sending has begun and not ended.</summary>
    internal bool IsUnderWay => Volatile.Read(ref _begun) && !_over.Task.IsCompleted;

    /// <summary>Whether the connection has begun to send the body: with Expect: 100-continue a server may respond before.</summary>
    internal bool IsBegun => Volatile.Read(ref _begun);

    /// <summary>Whether HTTP needs the body for another connection, because no server has read the request: the parent must send it again.</summary>
    internal bool IsNeededAgain { get; private set; }

    /// <summary>Whether sending was stopped before the end.</summary>
    internal bool IsStopped => _stop.IsCancellationRequested || _dropped.Task.IsCompleted;

    /// <summary>For HTTP/1.1: the connection discards the rest as if it were sent, and the response is read.</summary>
    internal void Drop() => _dropped.TrySetResult();

    /// <summary>Stops sending. The request stays open until <see cref="Release"/>, because HTTP/2 drops a response together with its request.</summary>
    internal void Stop() => _stop.Cancel();

    /// <summary>Ends a stopped request and its connection or stream: the response is no longer read.</summary>
    internal void Release()
    {
        _stop.Cancel();
        _released.TrySetResult();
    }

    /// <summary>Called after the response's end. Completes when the rest is sent, or when the server has taken no piece for the given time.</summary>
    internal async Task FinishAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _patience = patience;
            if (_writing)
                _stop.CancelAfter(patience);
        }
        _released.TrySetResult();
        if (IsBegun)
            await _over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long computed)
    {
        computed = length;
        return length >= 0;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        TaskCompletionSource over;
        lock (_lock)
        {
            // HTTP/2 repeats a refused request over another connection by itself.
            if (_begun && _over.Task.IsCompleted)
                _over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            over = _over;
            IsNeededAgain = _begun && upload is { IsBegun: true };
            _begun = true;
        }
        try
        {
            if (IsNeededAgain)
                throw new IOException("The request's body must be sent again by the parent.");
            await SendAsync(stream, cancellationToken).ConfigureAwait(false);
            deadlines.OnRequestSent();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            await _released.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            // An exception makes HTTP close the connection, or reset the stream, instead of ending an incomplete body.
            throw new OperationCanceledException(_stop.Token);
        }
        finally
        {
            over.TrySetResult();
        }
    }

    private async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        _stop.Token.ThrowIfCancellationRequested();
        if (!inline.IsEmpty)
            await WriteAsync(stream, inline).ConfigureAwait(false);
        if (upload is not null)
            await ForwardAsync(stream, upload, cancellationToken).ConfigureAwait(false);
        await WriteAsync(stream, default).ConfigureAwait(false);
    }

    private async Task ForwardAsync(Stream stream, UploadBuffer pieces, CancellationToken cancellationToken)
    {
        // Flush first: a dead connection must fail before a piece is taken, which the parent would have to send again.
        await WriteAsync(stream, default).ConfigureAwait(false);
        var ungranted = 0;
        var forwarded = (long)inline.Length;
        while (length < 0 || forwarded < length)
        {
            if (_dropped.Task.IsCompleted)
            {
                await FillAsync(stream, length - forwarded, cancellationToken).ConfigureAwait(false);
                return;
            }
            if (pieces.TryTake(_pass, out var piece, out var state))
            {
                await WriteAsync(stream, piece).ConfigureAwait(false);
                ArrayPool<byte>.Shared.Return(piece.Array!);
                forwarded += piece.Count;
                ungranted += piece.Count;
                if (ungranted < UploadBuffer.Window / 2)
                    continue;
                await source.GrantAsync(pieces, _pass, ungranted).ConfigureAwait(false);
                ungranted = 0;
            }
            else if (state == UploadState.Complete && length < 0)
            {
                return;
            }
            else if (state != UploadState.Open)
            {
                throw new OperationCanceledException();
            }
            else
            {
                await WriteAsync(stream, default).ConfigureAwait(false);
                await Task.WhenAny(pieces.WhenChanged(_pass), _dropped.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Writes zeros for the rest of a declared length, because .NET counts the bytes; the connection drops them.
    private static async Task FillAsync(Stream stream, long bytes, CancellationToken cancellationToken)
    {
        var nothing = new byte[(int)Math.Clamp(bytes, 0, 64 << 10)];
        for (; bytes > 0; bytes -= nothing.Length)
            await stream.WriteAsync(nothing.AsMemory(0, (int)Math.Min(bytes, nothing.Length)), cancellationToken).ConfigureAwait(false);
    }

    // Writes bytes, or flushes the connection's buffer if there are none.
    private async ValueTask WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        lock (_lock)
        {
            _writing = true;
            if (_patience != Timeout.InfiniteTimeSpan)
                _stop.CancelAfter(_patience);
        }
        if (bytes.IsEmpty)
            await stream.FlushAsync(_stop.Token).ConfigureAwait(false);
        else
            await stream.WriteAsync(bytes, _stop.Token).ConfigureAwait(false);
        lock (_lock)
        {
            _writing = false;
            if (_patience != Timeout.InfiniteTimeSpan)
                _stop.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
