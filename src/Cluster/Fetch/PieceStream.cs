using System.Threading.Channels;

namespace ActorBrowser.Cluster;

/// <summary>A body that arrives in pieces from another node, as a stream that the local browser reads once.</summary>
/// <param name="taken">Told the cost of each piece that was read to its end.</param>
internal sealed class PieceStream(Action<long> taken) : Stream
{
    private readonly Channel<(ReadOnlyMemory<byte> Data, long Cost)> _pieces = Channel.CreateUnbounded<(ReadOnlyMemory<byte>, long)>(new UnboundedChannelOptions { SingleReader = true });
    private ReadOnlyMemory<byte> _current;
    private long _currentCost;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Adds a piece. How many may wait is limited by the conversation's window.</summary>
    internal void Add(ReadOnlyMemory<byte> data, long cost, bool isLast, string? problem)
    {
        if (data.IsEmpty)
            taken(cost);
        else
            _pieces.Writer.TryWrite((data, cost));
        if (isLast || problem is not null)
            _pieces.Writer.TryComplete(problem is null ? null : new IOException(problem));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current.IsEmpty)
        {
            if (!await _pieces.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                return 0;
            if (_pieces.Reader.TryRead(out var piece))
                (_current, _currentCost) = piece;
        }
        var count = Math.Min(buffer.Length, _current.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        if (_current.IsEmpty)
            taken(_currentCost);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
