using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One piece of a command's output, with its offset in its stream and in the whole output.</summary>
internal readonly record struct LoggedChunk(OutputStream Stream, long Offset, long Position, ReadOnlyMemory<byte> Data)
{
    internal long End => Position + Data.Length;

    internal LoggedChunk From(long position) => position <= Position
        ? this
        : new LoggedChunk(Stream, Offset + (position - Position), position, Data[(int)(position - Position)..]);

    internal LoggedChunk First(int bytes) => bytes >= Data.Length ? this : this with { Data = Data[..bytes] };
}

/// <summary>
/// A command's output in the order of arrival. The first and the last bytes are kept; the bytes dropped between them become a gap of
/// known size. Readers are positions in this one log.
/// </summary>
internal sealed class OutputLog(int headCapacity, int tailCapacity)
{
    private readonly List<LoggedChunk> _head = [];
    private readonly List<LoggedChunk> _tail = [];
    private readonly long[] _totals = new long[3];
    private int _firstOfTail;
    private long _headEnd;
    private long _tailBytes;

    /// <summary>The total length so far.</summary>
    internal long Position { get; private set; }

    internal long TotalOf(OutputStream stream) => _totals[(int)stream];

    /// <summary>Adds a piece.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="data">Must not change afterwards.</param>
    /// <param name="keepFrom">The slowest reader's position: output it has not read stays, beyond the capacity if necessary.</param>
    internal void Append(OutputStream stream, ReadOnlyMemory<byte> data, long keepFrom)
    {
        var chunk = new LoggedChunk(stream, _totals[(int)stream], Position, data);
        _totals[(int)stream] += data.Length;
        Position += data.Length;
        if (_headEnd == chunk.Position && _headEnd < headCapacity)
        {
            var kept = chunk.First((int)Math.Min(headCapacity - _headEnd, data.Length));
            _head.Add(kept);
            _headEnd = kept.End;
            if (kept.End == chunk.End)
                return;
            chunk = chunk.From(kept.End);
        }
        _tail.Add(chunk);
        _tailBytes += chunk.Data.Length;
        while (_tailBytes - _tail[_firstOfTail].Data.Length >= tailCapacity && _tail[_firstOfTail].End <= keepFrom)
        {
            _tailBytes -= _tail[_firstOfTail].Data.Length;
            _tail[_firstOfTail++] = default;
        }
        // The list is compacted occasionally, so that each piece is moved a bounded number of times.
        if (_firstOfTail > 32 && _firstOfTail > _tail.Count / 2)
        {
            _tail.RemoveRange(0, _firstOfTail);
            _firstOfTail = 0;
        }
    }

    /// <summary>Gets the next piece for a reader.</summary>
    /// <param name="position">The reader's position.</param>
    /// <param name="chunk">A piece that starts there.</param>
    /// <param name="gap">The number of dropped bytes from there on; if not 0, there is no piece.</param>
    /// <returns>False if the reader has everything.</returns>
    internal bool TryRead(long position, out LoggedChunk chunk, out long gap)
    {
        chunk = default;
        gap = 0;
        if (position >= Position)
            return false;
        if (position < _headEnd)
        {
            chunk = _head[IndexOf(_head, 0, position)].From(position);
            return true;
        }
        var start = _tail[_firstOfTail].Position;
        if (position < start)
            gap = start - position;
        else
            chunk = _tail[IndexOf(_tail, _firstOfTail, position)].From(position);
        return true;
    }

    internal RetainedOutput Retained(OutputStream stream)
    {
        var head = Concatenate(_head, 0, stream);
        var tail = Concatenate(_tail, _firstOfTail, stream);
        var gap = TotalOf(stream) - head.Length - tail.Length;
        return gap == 0 && head.Length == 0 ? new RetainedOutput(tail, 0, default) : new RetainedOutput(head, gap, tail);
    }

    private static int IndexOf(List<LoggedChunk> chunks, int first, long position)
    {
        var (low, high) = (first, chunks.Count - 1);
        while (low < high)
        {
            var middle = low + ((high - low + 1) / 2);
            if (chunks[middle].Position <= position)
                low = middle;
            else
                high = middle - 1;
        }
        return low;
    }

    private static byte[] Concatenate(List<LoggedChunk> chunks, int first, OutputStream stream)
    {
        var length = 0;
        for (var i = first; i < chunks.Count; i++)
            length += chunks[i].Stream == stream ? chunks[i].Data.Length : 0;
        if (length == 0)
            return [];
        var bytes = GC.AllocateUninitializedArray<byte>(length);
        var at = 0;
        for (var i = first; i < chunks.Count; i++)
        {
            if (chunks[i].Stream != stream)
                continue;
            chunks[i].Data.Span.CopyTo(bytes.AsSpan(at));
            at += chunks[i].Data.Length;
        }
        return bytes;
    }
}
