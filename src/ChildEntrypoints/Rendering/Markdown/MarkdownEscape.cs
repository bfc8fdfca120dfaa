using System.Globalization;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>Writes a page's text so that Markdown reads it as text: none of it becomes markup.</summary>
internal static class MarkdownEscape
{
    /// <summary>Appends text inside a line.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="text">One line; its beginning and its end may stand beside markup.</param>
    /// <param name="pipes">Whether a vertical line could separate cells.</param>
    /// <param name="behindNote">Whether a footnote's reference stands before it.</param>
    internal static void Append(StringBuilder to, string text, bool pipes, bool behindNote)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            var escaped = c switch
            {
                '`' or '*' or '[' or ']' or '<' or '~' => true,
                '\\' => next == '\0' || (next < 0x80 && !char.IsAsciiLetterOrDigit(next)),
                // Inside a word an underscore is no delimiter.
                '_' => i == 0 || next == '\0' || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(next),
                '&' => next == '\0' || IsReference(text.AsSpan(i + 1)),
                // An image's bracket may follow.
                '!' => next == '\0',
                '|' => pipes,
                // These would make a link, or a definition, of a footnote's reference.
                '(' or ':' => i == 0 && behindNote,
                _ => false,
            };
            if (escaped)
                to.Append('\\');
            to.Append(c);
        }
    }

    /// <summary>Escapes what only means something at the beginning of a line; the rest of the line is escaped already.</summary>
    internal static string Lines(string text)
    {
        if (!text.Contains('\n'))
            return Line(text);
        return string.Join('\n', text.Split('\n').Select(Line));
    }

    /// <summary>A link's destination, for a definition.</summary>
    internal static string Destination(string url)
    {
        var to = new StringBuilder(url.Length + 2);
        var plain = true;
        foreach (var c in url)
        {
            plain &= c is not ('(' or ')' or '<' or '>' or ' ' or '\\') && !char.IsControl(c);
            if (c is '<' or '>' or '\\')
                to.Append('\\');
            // A line break would end the definition.
            if (char.IsControl(c))
                to.Append(CultureInfo.InvariantCulture, $"%{(int)c & 0xff:X2}");
            else
                to.Append(c == '&' ? "&amp;" : c.ToString());
        }
        // An ampersand that begins no reference stays as it is, for the reader.
        if (!HasReference(url))
            to.Replace("&amp;", "&");
        return plain && to.Length > 0 ? to.ToString() : $"<{to}>";
    }

    /// <summary>Whether this character is white space, or the beginning or end of a line, for the rules of emphasis.</summary>
    internal static bool IsSpace(char c) => c is '\0' or '\n' || char.IsWhiteSpace(c);

    /// <summary>Whether this character certainly is punctuation: versions of CommonMark differ about symbols.</summary>
    internal static bool IsPunctuation(char c) => c < 0x80 ? char.IsPunctuation(c) || char.IsSymbol(c) : char.IsPunctuation(c);

    /// <summary>Whether this character may be punctuation.</summary>
    internal static bool MayBePunctuation(char c) => char.IsPunctuation(c) || char.IsSymbol(c) || char.IsSurrogate(c);

    private static bool HasReference(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '&' && IsReference(text.AsSpan(i + 1)))
                return true;
        }
        return false;
    }

    // Whether what follows an ampersand makes a character reference of it.
    private static bool IsReference(ReadOnlySpan<char> text)
    {
        var i = 0;
        if (i < text.Length && text[i] == '#')
            i++;
        var start = i;
        while (i < text.Length && i < 40 && char.IsAsciiLetterOrDigit(text[i]))
            i++;
        // A text that ends here may go on in other markup.
        return i == text.Length || (i > start && text[i] == ';');
    }

    private static string Line(string line)
    {
        if (line.Length == 0)
            return line;
        var next = line.Length > 1 ? line[1] : '\0';
        switch (line[0])
        {
            case '#' or '>':
                return "\\" + line;
            case '+' when IsSpace(next):
            case '-' when IsSpace(next) || line.AsSpan().Trim("- ").IsEmpty:
            case '=' when line.AsSpan().Trim("= ").IsEmpty:
            case ':' when IsSpace(next) || next is ':' or '-' or '~':
                return "\\" + line;
            case >= '0' and <= '9':
                var digits = 1;
                while (digits < line.Length && char.IsAsciiDigit(line[digits]))
                    digits++;
                var isMarker = digits <= 9 && digits < line.Length && line[digits] is '.' or ')' && (digits + 1 == line.Length || IsSpace(line[digits + 1]));
                return isMarker ? $"{line.AsSpan(0, digits)}\\{line.AsSpan(digits)}" : line;
            default:
                return line;
        }
    }
}
