using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>
/// This process's standard output and error. The first failed write is kept and decides the exit code, even if the verb
/// catches the exception.
/// </summary>
internal static class StandardOutput
{
    /// <summary>128 + SIGPIPE: the code that a shell reports for a program whose reader is gone.</summary>
    internal const int ReaderGone = 141;

    private static SystemCallException? s_failure;

    /// <summary>The exception of the first failed write; null for none.</summary>
    internal static SystemCallException? Failure => Volatile.Read(ref s_failure);

    /// <summary>Makes the console write to the streams of this class.</summary>
    internal static void Install()
    {
        Terminal = Writer(Open(isError: false));
        Console.SetOut(new VisibleWriter(Terminal));
        // This program's messages on stderr always come with an exit code, which must suffice if they cannot be written.
        ErrorTerminal = Writer(new Recorded(isError: true, isLoud: false));
        Console.SetError(new VisibleWriter(ErrorTerminal));
    }

    /// <summary>Unfiltered standard output, for drawing on a terminal; the console's writer makes control characters visible.</summary>
    internal static TextWriter Terminal { get; private set; } = TextWriter.Null;

    /// <summary>Unfiltered standard error.</summary>
    internal static TextWriter ErrorTerminal { get; private set; } = TextWriter.Null;

    /// <summary>
    /// The width of the terminal behind standard output or error, in columns; 80 without a terminal. The kernel is asked
    /// directly, because <see cref="Console.WindowWidth"/> would switch the terminal's keypad to another mode.
    /// </summary>
    internal static int Columns =>
        (LocalTerminal.TryGetSize(1, out var columns, out _) || LocalTerminal.TryGetSize(2, out columns, out _)) && columns > 0 ? columns : 80;

    /// <summary>Opens a stream that keeps its first failure, for passing bytes through.</summary>
    internal static Stream Open(bool isError) => new Recorded(isError, isLoud: true);

    /// <summary>The exit code after a failed write; prints the reason, unless the reader is gone.</summary>
    internal static int ExitCodeOf(SystemCallException failure)
    {
        if (failure.Errno == StandardStream.BrokenPipe)
            return ReaderGone;
        Console.Error.WriteLine($"actorbrowser: the output cannot be written: {failure.Message}");
        return ExitCodes.WriteError;
    }

    private static StreamWriter Writer(Stream stream) =>
        new(stream, !OperatingSystem.IsWindows() && Console.OutputEncoding is { CodePage: not 65001 } other ? other : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1024) { AutoFlush = true };

    private sealed class Recorded(bool isError, bool isLoud) : Stream
    {
        private readonly Stream _inner = StandardStream.Open(isError);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _inner.Length;

        public override long Position { get => _inner.Position; set => _inner.Position = value; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                _inner.Write(buffer);
            }
            catch (SystemCallException e)
            {
                if (!isLoud)
                    return;
                Interlocked.CompareExchange(ref s_failure, e, null);
                throw;
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Flush() => _inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => _inner.Seek(offset, origin);

        public override void SetLength(long value) => _inner.SetLength(value);
    }
}
