using System.Globalization;
using System.Text;

namespace ActorBrowser.Agents;

/// <summary>
/// Collects bytes as text of a bounded size, with control characters made visible, and remembers exactly which bytes it holds. Several
/// streams may be mixed; a character that is split between two pieces of one stream is one character.
/// </summary>
/// <param name="most">The most bytes of UTF-8 that the text may have.</param>
/// <param name="from">The position of the first byte.</param>
internal sealed class VisibleOutput(int most, long from)
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<int, Rest> _rests = [];
    private int _bytes;

    /// <summary>The position after the last byte that was taken.</summary>
    internal long Position { get; private set; } = from;

    /// <summary>Whether the next character does not fit.</summary>
    internal bool IsFull { get; private set; }

    internal string Text => _text.ToString();

    /// <summary>Takes a piece, or its beginning if the text is full then.</summary>
    internal void Append(int stream, long position, ReadOnlySpan<byte> data)
    {
        if (IsFull || data.IsEmpty)
            return;
        byte[]? joined = null;
        if (_rests.Remove(stream, out var rest))
            data = joined = [.. rest.Bytes, .. data];
        // Where a byte of the piece is in the whole output: those of the rest came earlier.
        var before = joined is null ? 0 : rest.Bytes.Length;
        var at = 0;
        while (at < data.Length)
        {
            var status = Rune.DecodeFromUtf8(data[at..], out var rune, out var length);
            // A carriage return may be the first half of a line's end.
            if (status == System.Buffers.OperationStatus.NeedMoreData || (rune.Value == '\r' && at + 1 == data.Length))
            {
                _rests[stream] = new Rest(data[at..].ToArray(), at < before ? rest.Position + at : position + at - before);
                at = data.Length;
                break;
            }
            if (!TryAdd(rune, data.Length > at + length && data[at + length] == '\n'))
            {
                IsFull = true;
                break;
            }
            at += length;
        }
        if (at < before)
            // The character that does not fit began in the piece before.
            Position = rest.Position;
        else
            Position = position + at - before;
    }

    /// <summary>Missing output.</summary>
    internal void Skip(long position, long bytes)
    {
        var note = string.Create(CultureInfo.InvariantCulture, $"\n[{bytes} bytes were not kept]\n");
        if (IsFull || _bytes + note.Length > most)
        {
            IsFull = true;
            return;
        }
        _text.Append(note);
        _bytes += note.Length;
        Position = position + bytes;
    }

    /// <summary>Ends the text. A character whose last bytes have not come is left for the next text, or shown as U+FFFD if no more will come.</summary>
    internal void End(bool isLast)
    {
        foreach (var rest in _rests.Values.OrderBy(static one => one.Position))
        {
            if (!isLast && rest.Position + rest.Bytes.Length == Position)
                Position = rest.Position;
            else if (!IsFull && !TryAdd(rest.Bytes is [(byte)'\r'] ? new Rune('\r') : Rune.ReplacementChar, false))
                (IsFull, Position) = (true, Math.Min(Position, rest.Position));
        }
        _rests.Clear();
    }

    private bool TryAdd(Rune rune, bool beforeLineFeed)
    {
        // A carriage return is part of a line's end only before a line feed.
        var shown = rune.Value == '\r' && beforeLineFeed ? "" : rune.IsBmp && VisibleText.IsControl((char)rune.Value) ? VisibleText.Block(rune.ToString()) : null;
        var bytes = shown is null ? rune.Utf8SequenceLength : Encoding.UTF8.GetByteCount(shown);
        if (_bytes + bytes > most)
            return false;
        _bytes += bytes;
        if (shown is null)
            _text.Append(rune);
        else
            _text.Append(shown);
        return true;
    }

    private readonly record struct Rest(byte[] Bytes, long Position);
}
