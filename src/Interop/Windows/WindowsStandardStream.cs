using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>
/// This process's standard output or error on Windows. It reports that the reader is gone, which the runtime's console streams ignore,
/// as errno 32, like the stream of Unix.
/// </summary>
internal sealed unsafe partial class WindowsStandardStream : Stream
{
    private const uint OutputHandle = unchecked((uint)-11);
    private const uint ErrorHandle = unchecked((uint)-12);
    private const int BrokenPipe = 109;
    private const int NoData = 232;
    private const int NotConnected = 233;

    // WriteConsole takes less than 64 KiB at once.
    private const int MostAtOnce = 16 << 10;

    private readonly nint _handle;

    private WindowsStandardStream(nint handle) => _handle = handle;

    /// <summary>Opens the stream; <see cref="Stream.Null"/> if this process has none.</summary>
    /// <param name="isError">Whether it is the error stream.</param>
    internal static Stream Open(bool isError) => GetHandle(isError ? ErrorHandle : OutputHandle) is var handle and not (0 or -1) ? new WindowsStandardStream(handle) : Null;

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
    /// <exception cref="SystemCallException">The write failed; <see cref="StandardStream.BrokenPipe"/> if its reader is gone.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            uint written;
            int done;
            fixed (byte* data = buffer)
                done = WriteFile(_handle, data, (uint)Math.Min(buffer.Length, MostAtOnce), &written, null);
            if (done == 0)
            {
                var error = Marshal.GetLastPInvokeError();
                throw new SystemCallException("WriteFile", error is BrokenPipe or NoData or NotConnected ? StandardStream.BrokenPipe : error);
            }
            buffer = buffer[(int)written..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

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

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle", SetLastError = true)]
    private static partial nint GetHandle(uint which);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    private static partial int WriteFile(nint handle, byte* data, uint length, uint* written, void* overlapped);
}
