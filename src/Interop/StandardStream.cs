namespace ActorBrowser.Interop;

/// <summary>
/// This process's standard output or error, written at the position that all processes share which have the file open, as programs
/// do; a reader that is gone is an error. The runtime's own streams keep their own position in a file, or say
/// nothing of a reader that is gone (the console's).
/// </summary>
internal sealed unsafe class StandardStream : Stream
{
    /// <summary>EPIPE: the errno of a write to a reader that has gone.</summary>
    public const int BrokenPipe = 32;

    private readonly int _descriptor;

    private StandardStream(bool isError) => _descriptor = isError ? 2 : 1;

    /// <summary>The stream; on Windows the console's. What it writes to is not closed with it.</summary>
    /// <param name="isError">Whether it is the error stream.</param>
    public static Stream Open(bool isError) =>
        !OperatingSystem.IsWindows() ? new StandardStream(isError) : isError ? Console.OpenStandardError() : Console.OpenStandardOutput();

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    /// <exception cref="SystemCallException">The write failed; <see cref="BrokenPipe"/> when its reader has gone.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = UnixPipe.Write(_descriptor, buffer);
            switch (written.Status)
            {
                case SocketStatus.Ok:
                    buffer = buffer[written.Bytes..];
                    break;
                case SocketStatus.WouldBlock:
                    WaitForRoom();
                    break;
                default:
                    throw new SystemCallException("write", written.Errno);
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    // Somebody else has made it non-blocking: it is one open file for all who have it.
    private void WaitForRoom()
    {
        var request = new PollDescriptor(_descriptor, PollDescriptor.Writable);
        _ = LibC.Poll(&request, 1, -1);
    }
}
