namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>Counts the bytes that a decoder reads from the body, and can peek at the first bytes.</summary>
internal sealed class WireStream(Stream inner) : Stream
{
    private byte[] _peeked = [];
    private int _used;

    /// <summary>Bytes received so far.</summary>
    internal long Received { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Returns the first bytes, which the next read returns again; fewer at the end of the body. Call it before any read.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellationToken)
    {
        var head = new byte[count];
        var length = await inner.ReadAtLeastAsync(head, count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        Received += length;
        _peeked = head[..length];
        return _peeked;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_used < _peeked.Length)
        {
            var length = Math.Min(buffer.Length, _peeked.Length - _used);
            _peeked.AsMemory(_used, length).CopyTo(buffer);
            _used += length;
            return length;
        }
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Received += read;
        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }
}
