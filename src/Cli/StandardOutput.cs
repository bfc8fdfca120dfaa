using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>
/// This process's standard output and error. A write that fails is never lost: the first failure is kept and decides the
/// exit code, whatever the verb makes of the exception.
/// </summary>
internal static class StandardOutput
{
    /// <summary>128 + SIGPIPE: what a shell reports of a program whose reader has gone.</summary>
    internal const int ReaderGone = 141;

    private static SystemCallException? s_failure;

    /// <summary>What the first failed write failed with; null while all was written.</summary>
    internal static SystemCallException? Failure => Volatile.Read(ref s_failure);

    /// <summary>Makes the console write to the streams of this class.</summary>
    internal static void Install()
    {
        Terminal = Writer(Open(isError: false));
        Console.SetOut(new VisibleWriter(Terminal));
        // What this program itself says there, it says together with an exit code: that one is enough if it cannot be said.
        ErrorTerminal = Writer(new Recorded(isError: true, isLoud: false));
        Console.SetError(new VisibleWriter(ErrorTerminal));
    }

    /// <summary>Standard output as it is, for what draws on a terminal; the console's own writer shows control characters instead.</summary>
    internal static TextWriter Terminal { get; private set; } = TextWriter.Null;

    /// <summary>Standard error as it is.</summary>
    internal static TextWriter ErrorTerminal { get; private set; } = TextWriter.Null;

    /// <summary>
    /// The width of the terminal behind standard output or error, in columns; 80 where it has none. Asked of the kernel:
    /// <see cref="Console.WindowWidth"/> would switch the terminal's keypad to another mode first.
    /// </summary>
    internal static int Columns =>
        (LocalTerminal.TryGetSize(1, out var columns, out _) || LocalTerminal.TryGetSize(2, out columns, out _)) && columns > 0 ? columns : 80;

    /// <summary>A stream whose failures are kept, for bytes that are passed on.</summary>
    internal static Stream Open(bool isError) => new Recorded(isError, isLoud: true);

    /// <summary>The exit code of a run in which a write has failed; says why, unless the reader has gone.</summary>
    internal static int ExitCodeOf(SystemCallException failure)
    {
        if (failure.Errno == StandardStream.BrokenPipe)
            return ReaderGone;
        Console.Error.WriteLine($"actorbrowser: the output cannot be written: {failure.Message}");
        return ExitCodes.WriteError;
    }

    private static StreamWriter Writer(Stream stream) =>
        new(stream, Console.OutputEncoding is { CodePage: not 65001 } other ? other : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1024) { AutoFlush = true };

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
