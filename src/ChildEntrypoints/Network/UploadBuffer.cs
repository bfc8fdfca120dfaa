using System.Buffers;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Whether more of a request's body may arrive.</summary>
internal enum UploadState
{
    /// <summary>More may arrive.</summary>
    Open,

    /// <summary>The body is complete.</summary>
    Complete,

    /// <summary>This pass gets no more pieces; the body may be incomplete.</summary>
    Closed,
}

/// <summary>
/// The part of a request's body that follows in frames. The parent may send <see cref="Window"/> bytes more than the network has
/// taken, so a slow server costs the child no more memory than that. When the child asks for the body again, a new pass starts;
/// pieces of earlier passes are dropped.
/// </summary>
internal sealed class UploadBuffer(long? total, long inline)
{
    /// <summary>How many bytes the parent may send ahead.</summary>
    internal const int Window = 256 << 10;

    private readonly Lock _lock = new();
    private readonly Queue<ArraySegment<byte>> _pieces = new();
    private TaskCompletionSource? _waiting;
    private readonly long _inline = inline;
    private long _received = inline;
    private long _credit = Window;
    private int _awaited;
    private bool _taken;
    private bool _complete;
    private bool _closed;

    /// <summary>The number of the current pass; 0 for the first.</summary>
    internal int Pass { get; private set; }

    /// <summary>Whether a piece of this pass was taken: the child must then ask for the body again to send it from its beginning.</summary>
    internal bool IsBegun
    {
        get
        {
            lock (_lock)
                return _taken;
        }
    }

    /// <summary>Adds a piece.</summary>
    /// <returns>Null, or the violation.</returns>
    internal ProtocolViolation? Add(in FetchBodyChunk chunk)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (_closed || _awaited != 0)
                return null;
            if (_complete)
                return OutOfState("A FetchBodyChunk follows the FetchEnd of a request's body.");
            if (chunk.Offset != _received)
                return OutOfState($"A FetchBodyChunk of a request's body starts at {chunk.Offset}, expected {_received}.");
            if (chunk.Data.Length > _credit)
                return OutOfState($"A FetchBodyChunk of a request's body has {chunk.Data.Length} bytes; its credit is {_credit}.");
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

    /// <summary>The parent reports that the body is complete.</summary>
    /// <returns>How many bytes are missing.</returns>
    internal long Complete()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (_closed || _awaited != 0)
                return 0;
            if (total is { } all && _received < all)
                return all - _received;
            _complete = true;
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
        return 0;
    }

    /// <summary>Starts a new pass: drops all pieces, and those that arrive before the parent confirms the pass.</summary>
    /// <returns>The pass to ask for.</returns>
    internal int Rewind()
    {
        TaskCompletionSource? waiting;
        int pass;
        lock (_lock)
        {
            Drop();
            (_received, _credit, _taken, _complete) = (_inline, Window, false, false);
            _awaited = pass = ++Pass;
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
        return pass;
    }

    /// <summary>The parent reports that a pass begins.</summary>
    /// <returns>Null, or the violation.</returns>
    internal ProtocolViolation? OnRewound(int pass)
    {
        lock (_lock)
        {
            if (!_closed && (_awaited == 0 || pass > _awaited))
                return OutOfState($"A FetchRewind begins pass {pass} of a request's body; the child requested {(_awaited == 0 ? "none" : _awaited)}.");
            if (pass == _awaited)
                _awaited = 0;
            return null;
        }
    }

    /// <summary>Records that the parent may send this many more bytes of a pass.</summary>
    /// <returns>False if that pass is over.</returns>
    internal bool TryGrant(int pass, long bytes)
    {
        lock (_lock)
        {
            if (_closed || pass != Pass)
                return false;
            _credit += bytes;
            return true;
        }
    }

    /// <summary>Takes back credit that could not be sent to the parent.</summary>
    internal void Revoke(long bytes)
    {
        lock (_lock)
            _credit -= bytes;
    }

    /// <summary>Takes the next piece, if there is one; the taker returns its array to the shared pool.</summary>
    internal bool TryTake(int pass, out ArraySegment<byte> piece, out UploadState state)
    {
        lock (_lock)
        {
            piece = default;
            state = _closed || pass != Pass ? UploadState.Closed : _complete ? UploadState.Complete : UploadState.Open;
            if (state == UploadState.Closed || !_pieces.TryDequeue(out piece))
                return false;
            _taken = true;
            return true;
        }
    }

    /// <summary>Completes when <see cref="TryTake"/> would return a piece or another state.</summary>
    internal Task WhenChanged(int pass)
    {
        lock (_lock)
        {
            if (_pieces.Count > 0 || _complete || _closed || pass != Pass)
                return Task.CompletedTask;
            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task;
        }
    }

    /// <summary>Ends the upload: drops all pieces, and those that still arrive.</summary>
    /// <returns>False if it was closed before.</returns>
    internal bool Close()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (_closed)
                return false;
            _closed = true;
            Drop();
            waiting = TakeWaiter();
        }
        waiting?.SetResult();
        return true;
    }

    private void Drop()
    {
        while (_pieces.TryDequeue(out var piece))
            ArrayPool<byte>.Shared.Return(piece.Array!);
    }

    private TaskCompletionSource? TakeWaiter()
    {
        var waiting = _waiting;
        _waiting = null;
        return waiting;
    }

    private static ProtocolViolation OutOfState(string sentence) => new(ViolationKind.OutOfState, sentence);
}
