using System.Buffers;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Whether more of a request's body may come.</summary>
internal enum UploadState
{
    /// <summary>More may come.</summary>
    Open,

    /// <summary>The body is whole.</summary>
    Complete,

    /// <summary>The fetch is over; the body may lack its end.</summary>
    Closed,
}

/// <summary>
/// The part of a request's body that follows in frames. The parent may send <see cref="Window"/> bytes ahead of what the
/// network has taken, so a slow server costs the child no more memory than that.
/// </summary>
internal sealed class UploadBuffer(long? total, long inline)
{
    /// <summary>Bytes the parent may be ahead.</summary>
    internal const int Window = 256 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<ArraySegment<byte>> _pieces = new();
    private TaskCompletionSource? _waiting;
    private long _received = inline;
    private long _credit = Window;
    private bool _complete;
    private bool _closed;

    /// <summary>A piece has come.</summary>
    /// <returns>Null, or the rule it broke.</returns>
    internal ProtocolViolation? Add(in FetchBodyChunk chunk)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (_closed)
                return null;
            if (_complete)
                return OutOfState("A FetchBodyChunk follows the FetchEnd of a request's body.");
            if (chunk.Offset != _received)
                return OutOfState($"A FetchBodyChunk of a request's body starts at {chunk.Offset}; {_received} was next.");
            if (chunk.Data.Length > _credit)
                return OutOfState($"A FetchBodyChunk of a request's body has {chunk.Data.Length} bytes; credit was given for {_credit}.");
            if (total is { } most && chunk.Data.Length > most - _received)
                return OutOfState($"The request's body is longer than the {total} bytes declared.");
            var copy = ArrayPool<byte>.Shared.Rent(chunk.Data.Length);
            chunk.Data.Span.CopyTo(copy);
            _pieces.Enqueue(new ArraySegment<byte>(copy, 0, chunk.Data.Length));
            _received += chunk.Data.Length;
            _credit -= chunk.Data.Length;
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
        return null;
    }

    /// <summary>The parent says that the body is complete.</summary>
    /// <returns>How many bytes are missing.</returns>
    internal long Complete()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (total is { } all && _received < all)
                return all - _received;
            _complete = true;
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
        return 0;
    }

    /// <summary>The parent may send so many more bytes.</summary>
    internal void Grant(long bytes)
    {
        lock (_lock)
            _credit += bytes;
    }

    /// <summary>The next piece if there is one; the taker returns its array to the shared pool.</summary>
    internal bool TryTake(out ArraySegment<byte> piece, out UploadState state)
    {
        lock (_lock)
        {
            state = _closed ? UploadState.Closed : _complete ? UploadState.Complete : UploadState.Open;
            return _pieces.TryDequeue(out piece);
        }
    }

    /// <summary>Completes when <see cref="TryTake"/> has something to say.</summary>
    internal Task WhenChanged()
    {
        lock (_lock)
        {
            if (_pieces.Count > 0 || _complete || _closed)
                return Task.CompletedTask;
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    /// <summary>The fetch is over: nothing more is kept.</summary>
    internal void Close()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _closed = true;
            while (_pieces.TryDequeue(out var piece))
                ArrayPool<byte>.Shared.Return(piece.Array!);
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
    }

    private TaskCompletionSource? TakeWaiter()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    private static ProtocolViolation OutOfState(string sentence) => new(ViolationKind.OutOfState, sentence);
}
