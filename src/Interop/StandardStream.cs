namespace ActorBrowser.Interop;

/// <summary>
/// This process's standard output or error. It writes at the file position shared with other processes, as programs do, and
/// reports an error when the reader is gone. The runtime's file streams keep a separate position, and its console streams
/// ignore that the reader is gone.
/// </summary>
internal sealed unsafe class StandardStream : Stream
{
    /// <summary>EPIPE: the errno of a write whose reader is gone.</summary>
    public const int BrokenPipe = 32;

    private readonly int _descriptor;

    private StandardStream(bool isError) => _descriptor = isError ? 2 : 1;

    /// <summary>Opens the stream, on Windows another of the same kind. Disposing the stream does not close the descriptor.</summary>
    /// <param name="isError">Whether it is the error stream.</param>
    public static Stream Open(bool isError) =>
        OperatingSystem.IsWindows() ? WindowsStandardStream.Open(isError) : new StandardStream(isError);

    /// <summary>How many bytes wait in a pipe behind the stream; 0 if it is no pipe.</summary>
    /// <param name="isError">Whether it is the error stream.</param>
    internal static int Waiting(bool isError) => OperatingSystem.IsWindows() ? 0 : UnixPipe.Waiting(isError ? 2 : 1);

    /// <summary>Whether the error stream takes a line within some time.</summary>
    /// <param name="milliseconds">The time.</param>
    internal static bool TakesErrors(int milliseconds)
    {
        var request = new PollDescriptor(2, PollDescriptor.Writable);
        return OperatingSystem.IsWindows() || LibC.Poll(&request, 1, milliseconds) != 0;
    }

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
    /// <exception cref="SystemCallException">The write failed; <see cref="BrokenPipe"/> if its reader is gone.</exception>
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

    // Another process that shares the open file has made it non-blocking.
    private void WaitForRoom()
    {
        var request = new PollDescriptor(_descriptor, PollDescriptor.Writable);
        _ = LibC.Poll(&request, 1, -1);
    }
}
