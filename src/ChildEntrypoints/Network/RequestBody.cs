using System.Buffers;
using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// The body of one attempt to send a request: the bytes that came with the request, then those that follow in frames. A server
/// may answer before it has all of them; then the fetch stops the sending, or lets it go on beside the answer.
/// </summary>
internal sealed class RequestBody(Fetch fetch, ReadOnlyMemory<byte> inline, UploadBuffer? upload, long length) : HttpContent
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

    /// <summary>Whether bytes of it are still to be sent, and may be.</summary>
    internal bool IsUnderWay => Volatile.Read(ref _begun) && !_over.Task.IsCompleted;

    /// <summary>Whether the connection has begun to send it: with Expect: 100-continue a server may answer before.</summary>
    internal bool IsBegun => Volatile.Read(ref _begun);

    /// <summary>Whether HTTP wants it for another connection, because no server has looked at the request, and it must be asked for again.</summary>
    internal bool IsNeededAgain { get; private set; }

    /// <summary>Whether the sending was broken off.</summary>
    internal bool IsStopped => _stop.IsCancellationRequested || _dropped.Task.IsCompleted;

    /// <summary>Over HTTP/1.1: the connection takes the rest for sent, without sending it, and the answer is read.</summary>
    internal void Drop() => _dropped.TrySetResult();

    /// <summary>Breaks the sending off. Until <see cref="Release"/> it stays open, because HTTP/2 gives an answer up together with its request.</summary>
    internal void Stop() => _stop.Cancel();

    /// <summary>Nobody reads an answer any more: a sending that was broken off ends, and its connection or stream with it.</summary>
    internal void Release()
    {
        _stop.Cancel();
        _released.TrySetResult();
    }

    /// <summary>After the answer's end: completes when the rest is sent, or when the server does not take a piece for so long.</summary>
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
            // HTTP/2 sends a refused request by itself over another connection.
            if (_begun && _over.Task.IsCompleted)
                _over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            over = _over;
            IsNeededAgain = _begun && upload is { IsBegun: true };
            _begun = true;
        }
        try
        {
            if (IsNeededAgain)
                throw new IOException("The request's body must be asked for again.");
            await SendAsync(stream, cancellationToken).ConfigureAwait(false);
            fetch.OnRequestSent();
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            await _released.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            // An exception makes HTTP close the connection, or reset the stream, instead of ending half a body.
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
        // A dead connection is noticed before a piece is taken, which would have to be asked for again.
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
                await fetch.GrantUploadAsync(pieces, _pass, ungranted).ConfigureAwait(false);
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

    // .NET counts the bytes of a declared length; the connection drops them.
    private static async Task FillAsync(Stream stream, long bytes, CancellationToken cancellationToken)
    {
        var nothing = new byte[(int)Math.Clamp(bytes, 0, 64 << 10)];
        for (; bytes > 0; bytes -= nothing.Length)
            await stream.WriteAsync(nothing.AsMemory(0, (int)Math.Min(bytes, nothing.Length)), cancellationToken).ConfigureAwait(false);
    }

    // Bytes, or a flush of what the connection still keeps.
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
