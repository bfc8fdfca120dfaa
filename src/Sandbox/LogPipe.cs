using System.Buffers;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Reads one of a child's output pipes into lines. It always reads, so that the child never blocks, but passes on at most <see
/// cref="LinesPerSecond"/> lines; the last lines are kept for the exit in any case.
/// </summary>
internal sealed class LogPipe : IReadinessHandler, IDisposable
{
    internal const int LinesPerSecond = 100;

    private const int BytesPerTurn = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly SafeDescriptor _pipe;
    private readonly bool _isError;
    private readonly int _maxLineBytes;
    private readonly IChildLogSink? _sink;
    private readonly Queue<string> _last = new();
    private readonly int _retained;
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private IReactorRegistration? _registration;
    private bool _cut;
    private long _second;
    private int _toldThisSecond;
    private long _suppressed;
    private bool _ended;

    internal LogPipe(SafeDescriptor pipe, bool isError, int retained, int maxLineBytes, IChildLogSink? sink)
    {
        _pipe = pipe;
        _isError = isError;
        _retained = retained;
        _maxLineBytes = maxLineBytes;
        _sink = sink;
    }

    /// <summary>Called with the number of bytes read, on the reactor's thread.</summary>
    internal Action<int>? Counted { get; set; }

    internal string[] LastLines => [.. _last];

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
        if (_line.WrittenCount > 0)
            EndLine();
        ReportSuppressed();
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
                Split(buffer.AsSpan(0, result.Bytes));
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

    private void Split(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var end = data.IndexOf((byte)'\n');
            var piece = end < 0 ? data : data[..end];
            var room = _maxLineBytes - _line.WrittenCount;
            _cut |= piece.Length > room;
            _line.Write(piece[..Math.Min(piece.Length, room)]);
            if (end < 0)
                return;
            EndLine();
            data = data[(end + 1)..];
        }
    }

    private void EndLine()
    {
        var bytes = _line.WrittenSpan;
        if (bytes.Length > 0 && bytes[^1] == (byte)'\r')
            bytes = bytes[..^1];
        var tell = MayTell();
        if (tell || _isError)
        {
            var text = Encoding.UTF8.GetString(bytes) + (_cut ? " …" : "");
            if (_isError && _retained > 0)
            {
                if (_last.Count == _retained)
                    _last.Dequeue();
                _last.Enqueue(text);
            }
            if (tell)
                _sink?.OnLine(new ChildLogLine(_isError, text));
        }
        _line.ResetWrittenCount();
        _cut = false;
    }

    private bool MayTell()
    {
        var second = Environment.TickCount64 / 1000;
        if (second != _second)
        {
            ReportSuppressed();
            _second = second;
            _toldThisSecond = 0;
        }
        if (++_toldThisSecond <= LinesPerSecond)
            return true;
        _suppressed++;
        return false;
    }

    private void ReportSuppressed()
    {
        if (_suppressed == 0)
            return;
        _sink?.OnSuppressed(_suppressed);
        _suppressed = 0;
    }
}
