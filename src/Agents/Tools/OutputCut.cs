using System.Text;

namespace ActorBrowser.Agents;

/// <summary>Fits a stream's output into so many bytes: its beginning and, with more room, its end, where errors are.</summary>
internal static class OutputCut
{
    // The note in the middle.
    private const int Note = 64;

    /// <summary>The output as visible text.</summary>
    /// <returns>The text, at most so many bytes of UTF-8, and whether all of the output is in it.</returns>
    internal static (string Text, bool IsWhole) Of(RetainedOutput output, int most)
    {
        var text = Visible(output.Head.Span) + (output.Gap == 0 && output.Tail.IsEmpty ? "" : Visible(output.Tail.Span));
        if (output.Gap == 0 && !output.Tail.IsEmpty)
            // A character may lie across the border.
            text = Visible(output.Bytes.Span);
        if (output.Gap == 0 && Encoding.UTF8.GetByteCount(text) <= most)
            return (text, true);
        var room = Math.Max(0, most - Note);
        var head = Beginning(output.Gap == 0 ? text : Visible(output.Head.Span), room / 3);
        var tail = End(output.Gap == 0 ? text : Visible(output.Tail.Span), room - Encoding.UTF8.GetByteCount(head));
        return (head + "\n[… the middle is left out …]\n" + tail, false);
    }

    private static string Visible(ReadOnlySpan<byte> bytes)
    {
        var shown = new VisibleOutput(int.MaxValue, 0);
        shown.Append(0, 0, bytes);
        shown.End(isLast: true);
        return shown.Text;
    }

    private static string Beginning(string text, int most)
    {
        var (at, bytes) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > most)
                break;
            at += rune.Utf16SequenceLength;
        }
        return text[..at];
    }

    private static string End(string text, int most)
    {
        var (at, bytes) = (text.Length, 0);
        while (at > 0)
        {
            _ = Rune.DecodeLastFromUtf16(text.AsSpan(0, at), out var rune, out var length);
            if ((bytes += rune.Utf8SequenceLength) > most)
                break;
            at -= length;
        }
        return text[at..];
    }
}
