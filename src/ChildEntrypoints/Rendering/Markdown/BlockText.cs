using System.Globalization;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>A text, and where its blocks end.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ends">Positions in the text, ascending.</param>
internal sealed record BlockText(string Text, IReadOnlyList<int> Ends)
{
    /// <summary>Tells this text from another; it is no proof against somebody who looks for a text with the same hash.</summary>
    internal string Hash { get; } = HashOf(Text);

    /// <summary>A text in paragraphs.</summary>
    internal static BlockText Of(ReadOnlySpan<char> text)
    {
        var ends = new List<int>();
        for (int at = 0, next; (next = text[at..].IndexOf("\n\n", StringComparison.Ordinal)) >= 0; at += 2)
            ends.Add(at += next);
        ends.Add(text.Length);
        return new BlockText(text.ToString(), ends);
    }

    /// <summary>The ends behind one position and up to another, counted from the first, with spaces between.</summary>
    internal string EndsBetween(int start, int end)
    {
        var (low, high) = (0, Ends.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Ends[middle] > start ? (low, middle) : (middle + 1, high);
        }
        var names = new StringBuilder();
        for (; low < Ends.Count && Ends[low] <= end; low++)
            names.Append(names.Length > 0 ? " " : "").Append(CultureInfo.InvariantCulture, $"{Ends[low] - start}");
        return names.ToString();
    }

    // FNV-1a: the framework's own hashes differ from process to process, or need a library that a renderer may not open.
    private static string HashOf(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
