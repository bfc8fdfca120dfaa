using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Reads one of a child's output pipes into lines. It always reads, so that the child never blocks, but passes on at most <see
/// cref="LinesPerSecond"/> lines; the last lines are kept for the exit in any case.
/// </summary>
internal sealed class LogPipe : IReadinessHandler, IDisposable
{
    internal const int LinesPerSecond = LogLines.PerSecond;

    private const int BytesPerTurn = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly SafeDescriptor _pipe;
    private readonly LogLines _lines;
    private IReactorRegistration? _registration;
    private bool _ended;

    internal LogPipe(SafeDescriptor pipe, bool isError, int retained, int maxLineBytes, IChildLogSink? sink)
    {
        _pipe = pipe;
        _lines = new LogLines(isError, retained, maxLineBytes, sink);
    }

    /// <summary>Called with the number of bytes read, on the reactor's thread.</summary>
    internal Action<int>? Counted { get; set; }

    internal string[] LastLines => _lines.Last;

    internal void Start() => _registration = Reactor.Shared.Register(_pipe, Readiness.Readable, this);

    public void OnReady(Readiness readiness) => ReadOnce();

    /// <summary>Called on the reactor's thread after the process's exit: reads what is in the pipe now, then stops.</summary>
    internal void Drain()
    {
        // A grandchild may keep the pipe open and go on writing. The child can have left no more than a pipe holds.
        const int MostAPipeHolds = 1 << 20;
        for (var read = 0; read < MostAPipeHolds && !_ended;)
        {
            var got = ReadOnce();
            if (got <= 0)
                break;
            read += got;
        }
        _lines.End();
        Dispose();
    }

    public void Dispose()
    {
        _ended = true;
        _registration?.Dispose();
        _pipe.Dispose();
    }

    private int ReadOnce()
    {
        if (_ended)
            return 0;
        var buffer = t_buffer ??= new byte[BytesPerTurn];
        var result = UnixPipe.Read(_pipe, buffer);
        switch (result.Status)
        {
            case SocketStatus.Ok:
                _lines.Add(buffer.AsSpan(0, result.Bytes));
                Counted?.Invoke(result.Bytes);
                return result.Bytes;
            case SocketStatus.WouldBlock:
                return 0;
            default:
                _ended = true;
                _registration?.Dispose();
                return 0;
        }
    }
}
