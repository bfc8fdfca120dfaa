namespace ActorBrowser;

/// <summary>Reads a form's body piece by piece; of its files, one is open at a time.</summary>
internal sealed class FormStream(FormSegment[] segments, long length) : Stream
{
    private int _segment;
    private long _within;
    private long _position;
    private Stream? _file;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            if (value != 0)
                throw new NotSupportedException();
            CloseFile();
            (_segment, _within, _position) = (0, 0, 0);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_segment < segments.Length)
        {
            var segment = segments[_segment];
            var left = segment.Length - _within;
            if (left == 0)
            {
                CloseFile();
                (_segment, _within) = (_segment + 1, 0);
                continue;
            }
            var most = (int)Math.Min(left, buffer.Length);
            if (segment.File is { } file)
            {
                _file ??= file.Open();
                most = await _file.ReadAsync(buffer[..most], cancellationToken).ConfigureAwait(false);
                if (most == 0)
                    throw new IOException($"the file '{file.Name}' has become shorter while it was sent");
            }
            else
            {
                segment.Data.Slice((int)_within, most).CopyTo(buffer);
            }
            _within += most;
            _position += most;
            return most;
        }
        return 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read asynchronously.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        CloseFile();
        base.Dispose(disposing);
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }
}
