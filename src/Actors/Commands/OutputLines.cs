using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>One line of a command's output.</summary>
/// <param name="Stream">The stream that it was written to.</param>
/// <param name="Text">Without its line ending. A line of more than 1,048,576 characters is delivered in parts.</param>
public readonly record struct OutputLine(OutputStream Stream, string Text);

/// <summary>Splits text into lines, separately for each stream. A line ends with LF or CR LF.</summary>
internal sealed class OutputLines
{
    /// <summary>Limits the memory used for a line that never ends.</summary>
    internal const int Longest = 1 << 20;

    private readonly Dictionary<OutputStream, StringBuilder> _begun = [];

    /// <summary>Returns the lines that end in this piece.</summary>
    internal IEnumerable<OutputLine> Add(OutputStream stream, string text)
    {
        if (!_begun.TryGetValue(stream, out var begun))
            _begun.Add(stream, begun = new StringBuilder());
        var at = 0;
        while (at < text.Length)
        {
            if (begun.Length == Longest && text[at] != '\n')
            {
                yield return new OutputLine(stream, begun.ToString());
                begun.Clear();
            }
            // One more character than fits, as only a line ending can follow.
            var room = Math.Min(text.Length - at, Math.Max(1, Longest - begun.Length));
            var end = text.IndexOf('\n', at, room);
            begun.Append(text, at, (end < 0 ? at + room : end) - at);
            at = end < 0 ? at + room : end + 1;
            if (end < 0)
                continue;
            if (begun.Length > 0 && begun[^1] == '\r')
                begun.Length--;
            yield return new OutputLine(stream, begun.ToString());
            begun.Clear();
        }
    }

    /// <summary>Returns the unfinished lines at the command's end.</summary>
    internal IEnumerable<OutputLine> End() =>
        _begun.Where(static one => one.Value.Length > 0).Select(static one => new OutputLine(one.Key, one.Value.ToString()));
}
