using System.Buffers;
using System.Text;

namespace ActorBrowser.Sandbox;

/// <summary>Splits a child's output into lines, passes on at most <see cref="PerSecond"/> of them, and keeps the last ones of an error stream.</summary>
/// <param name="isError">Whether it is the error stream.</param>
/// <param name="retained">How many lines are kept.</param>
/// <param name="maxLineBytes">Where a line is cut.</param>
/// <param name="sink">Receives the lines; null for nobody.</param>
internal sealed class LogLines(bool isError, int retained, int maxLineBytes, IChildLogSink? sink)
{
    internal const int PerSecond = 100;

    private readonly Queue<string> _last = new();
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private bool _cut;
    private long _second;
    private int _toldThisSecond;
    private long _suppressed;

    internal string[] Last => [.. _last];

    /// <summary>The stream has ended: what was not ended by a newline is a line, too.</summary>
    internal void End()
    {
        if (_line.WrittenCount > 0)
            EndLine();
        ReportSuppressed();
    }

    /// <summary>Adds a piece of output.</summary>
    internal void Add(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var end = data.IndexOf((byte)'\n');
            var piece = end < 0 ? data : data[..end];
            var room = maxLineBytes - _line.WrittenCount;
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
        if (tell || isError)
        {
            var text = Encoding.UTF8.GetString(bytes) + (_cut ? " …" : "");
            if (isError && retained > 0)
            {
                if (_last.Count == retained)
                    _last.Dequeue();
                _last.Enqueue(text);
            }
            if (tell)
                sink?.OnLine(new ChildLogLine(isError, text));
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
        if (++_toldThisSecond <= PerSecond)
            return true;
        _suppressed++;
        return false;
    }

    private void ReportSuppressed()
    {
        if (_suppressed == 0)
            return;
        sink?.OnSuppressed(_suppressed);
        _suppressed = 0;
    }
}
