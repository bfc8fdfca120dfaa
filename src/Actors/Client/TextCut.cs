using System.Globalization;
using System.Text;

namespace ActorBrowser;

/// <summary>Cuts a text to so many bytes, and names the place where it goes on.</summary>
internal static class TextCut
{
    /// <summary>Where to cut: the longest beginning that fits and ends with a block, else with a line, a word, a character; 0 if not even one character fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">The most bytes of UTF-8.</param>
    /// <param name="ends">Where blocks end, ascending.</param>
    internal static int Position(ReadOnlySpan<char> text, int maxBytes, IReadOnlyList<int> ends)
    {
        var fits = Fitting(text, maxBytes);
        if (fits == text.Length)
            return fits;
        for (var i = ends.Count - 1; i >= 0; i--)
        {
            if (ends[i] > 0 && ends[i] <= fits)
                return ends[i];
        }
        // A line or a word that ends right at the limit is whole.
        if (text[fits] is '\n' or ' ')
            return fits;
        var line = text[..fits].LastIndexOf('\n');
        if (line > 0)
            return line;
        var word = text[..fits].LastIndexOf(' ');
        return word > 0 ? word : fits;
    }

    /// <summary>How much lies between a part and the next one: line ends, and the prefixes of empty lines in quotes; or one space.</summary>
    internal static int Separator(ReadOnlySpan<char> text)
    {
        if (text is [' ', ..])
            return 1;
        var end = 0;
        while (end < text.Length && text[end] == '\n')
        {
            end++;
            var line = text[end..].IndexOf('\n');
            if (line > 0 && text.Slice(end, line).Trim("> ").IsEmpty)
                end += line;
        }
        return end;
    }

    /// <summary>A token: the position, and the hash of the whole text.</summary>
    internal static string Token(int position, string hash) => string.Create(CultureInfo.InvariantCulture, $"{position}-{hash}");

    /// <summary>Reads a token.</summary>
    internal static bool TryParse(string token, out int position, out string hash)
    {
        hash = "";
        var dash = token.IndexOf('-');
        if (!int.TryParse(token.AsSpan(0, Math.Max(0, dash)), NumberStyles.None, CultureInfo.InvariantCulture, out position))
            return false;
        hash = token[(dash + 1)..];
        return hash.Length == 16;
    }

    private static int Fitting(ReadOnlySpan<char> text, int maxBytes)
    {
        // No character takes more than 3 bytes for each of its UTF-16 units.
        if (text.Length <= maxBytes / 3)
            return text.Length;
        var (at, bytes) = (0, 0);
        while (at < text.Length)
        {
            // A lone surrogate is written as U+FFFD.
            _ = Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
                return at;
            at += length;
        }
        return at;
    }
}
