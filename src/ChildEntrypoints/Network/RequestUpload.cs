using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Receives a request's body from the parent: the first bytes with the FetchRequest, the rest in frames as credit allows. Asks the
/// parent for the body again when another attempt or another hop needs it.
/// </summary>
internal sealed class RequestUpload
{
    private readonly Lock _lock = new();
    private readonly FetchWriter _writer;
    private readonly CancellationToken _stop;
    private readonly ulong _id;
    private readonly ReadOnlyMemory<byte> _inline;
    private readonly long _length;
    private readonly bool _canRewind;
    private readonly UploadBuffer? _buffer;
    private int _replays;

    /// <summary>Creates the upload; <see cref="BeginAsync"/> asks for the body.</summary>
    /// <param name="writer">Writes the frames to the parent.</param>
    /// <param name="id">The fetch's correlation id.</param>
    /// <param name="request">The request; its body is the fetch's own copy.</param>
    /// <param name="stop">Cancelled when the transfer must end.</param>
    internal RequestUpload(FetchWriter writer, ulong id, in FetchRequest request, CancellationToken stop)
    {
        _writer = writer;
        _stop = stop;
        _id = id;
        _inline = request.Body;
        _length = request.BodyLength;
        _canRewind = request.CanRewind;
        if (_length == FetchRequest.UnknownLength)
            _buffer = new UploadBuffer(null, _inline.Length);
        else if (_inline.Length < _length)
            _buffer = new UploadBuffer(_length, _inline.Length);
    }

    /// <summary>Whether bytes that came in frames have been used: to send the body from its beginning, the child must then ask for it again.</summary>
    internal bool IsBegun => _buffer is { IsBegun: true };

    /// <summary>Whether the body can be sent from its beginning: none of it was used, or the parent may be asked once more.</summary>
    internal bool CanRepeat => !IsBegun || (_canRewind && _replays < FetchRewind.MaxReplays);

    /// <summary>Adds a piece from the parent.</summary>
    /// <returns>Null, or the rule that the piece breaks.</returns>
    internal ProtocolViolation? OnChunk(in FetchBodyChunk chunk) => _buffer is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"The parent sent a FetchBodyChunk for fetch {_id}, whose body came with the FetchRequest.")
        : _buffer.Add(chunk);

    /// <summary>Completes the body, because the parent has sent its end.</summary>
    /// <returns>Null, or the failure of a body that is too short.</returns>
    internal FetchFailure? OnEnd() => _buffer?.Complete() is > 0 and var missing
        ? new FetchFailure(FetchErrorKind.InvalidRequest, $"The request's body ended {missing} bytes short of the {_length} declared.")
        : null;

    /// <summary>Begins a new pass, because the parent sends the body from its beginning.</summary>
    /// <returns>Null, or the rule that the frame breaks.</returns>
    internal ProtocolViolation? OnRewound(int pass) => _buffer is null
        ? new ProtocolViolation(ViolationKind.OutOfState, $"The parent sent a FetchRewind for fetch {_id}, whose body came with the FetchRequest.")
        : _buffer.OnRewound(pass);

    /// <summary>Creates the content of the next attempt's request.</summary>
    internal RequestBody MakeContent(TransferDeadlines deadlines) => new(this, deadlines, _inline, _buffer, _length == FetchRequest.NoBody ? 0 : _length);

    /// <summary>Asks the parent for the first pieces.</summary>
    internal ValueTask BeginAsync() => _buffer is null ? ValueTask.CompletedTask : _writer.WriteControlAsync(new Credit(UploadBuffer.Window), _stop);

    /// <summary>Grants the parent credit for more bytes of a pass.</summary>
    internal async ValueTask GrantAsync(UploadBuffer buffer, int pass, int bytes)
    {
        while (TryGrant(buffer, pass, bytes) == WriteOutcome.QueueFull)
            await _writer.Outbox.WhenFlushed().WaitAsync(_stop).ConfigureAwait(false);
        _writer.Outbox.RequestFlush();
    }

    /// <summary>Prepares another attempt: asks for the body again if some of it was used.</summary>
    internal async ValueTask RepeatAsync()
    {
        if (!IsBegun)
            return;
        _replays++;
        await RewindAsync().ConfigureAwait(false);
    }

    /// <summary>Prepares the next hop: asks for the body again if some of it was used.</summary>
    internal ValueTask RewindIfBegunAsync() => IsBegun ? RewindAsync() : ValueTask.CompletedTask;

    /// <summary>Tells the parent that the child declines the rest of the body.</summary>
    internal async ValueTask DropAsync()
    {
        if (_buffer is not null && _buffer.Close())
            await _writer.WriteControlAsync(default(FetchBodyUnwanted), _stop).ConfigureAwait(false);
    }

    /// <summary>Drops the pieces that still arrive, because the fetch has ended.</summary>
    internal void Close() => _buffer?.Close();

    // Under the lock: no credit for an earlier pass may be written after FetchRewind.
    private WriteOutcome TryGrant(UploadBuffer buffer, int pass, int bytes)
    {
        lock (_lock)
        {
            if (!buffer.TryGrant(pass, bytes))
                return WriteOutcome.Closed;
            var outcome = _writer.Write(new Credit(bytes));
            if (outcome != WriteOutcome.Queued)
                buffer.Revoke(bytes);
            return outcome;
        }
    }

    private async ValueTask RewindAsync()
    {
        int pass;
        lock (_lock)
            pass = _buffer!.Rewind();
        await _writer.WriteControlAsync(new FetchRewind(pass), _stop).ConfigureAwait(false);
        await _writer.WriteControlAsync(new Credit(UploadBuffer.Window), _stop).ConfigureAwait(false);
    }
}
