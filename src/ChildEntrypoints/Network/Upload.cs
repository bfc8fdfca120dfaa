using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>A request body as it arrives; kept whole, because a 307 redirect sends it again.</summary>
internal sealed class Upload(long length)
{
    private readonly byte[] _bytes = length > 0 ? GC.AllocateUninitializedArray<byte>((int)length) : [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _received;

    internal long Missing => _bytes.Length - _received;

    internal void Append(ReadOnlySpan<byte> data)
    {
        data[..Math.Min(data.Length, _bytes.Length - _received)].CopyTo(_bytes.AsSpan(_received));
        _received += Math.Min(data.Length, _bytes.Length - _received);
        if (_received == _bytes.Length)
            _complete.TrySetResult();
    }

    internal ProtocolViolation? Append(in FetchBodyChunk chunk)
    {
        if (chunk.Offset != _received || chunk.Data.Length > Missing)
            return new ProtocolViolation(ViolationKind.OutOfState, $"A request body's piece at {chunk.Offset} came where {_received} of {_bytes.Length} bytes had.");
        Append(chunk.Data.Span);
        return null;
    }

    /// <summary>The parent says that no more comes; a body that is short then fails the fetch.</summary>
    internal void End()
    {
        if (Missing > 0)
            _complete.TrySetException(new FetchFailure(FetchErrorKind.InvalidRequest, $"The request body ended {Missing} bytes short."));
    }

    internal async Task<ReadOnlyMemory<byte>> CompleteAsync(CancellationToken cancellation)
    {
        await _complete.Task.WaitAsync(cancellation).ConfigureAwait(false);
        return _bytes;
    }
}
