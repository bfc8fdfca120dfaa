using System.Globalization;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>
/// Text of a page, a server, a child or the command line as it may go to a terminal: what a terminal would obey (control characters,
/// ESC, the controls of writing direction) is shown as <c>^[</c> or <c>&lt;U+202E&gt;</c>. All other text is returned as it is.
/// </summary>
internal static class VisibleText
{
    /// <summary>A text that takes one line: line breaks and tabs are shown as <c>^J</c> and <c>^I</c>.</summary>
    internal static string Line(string text) => Show(text, keepsLines: false);

    /// <summary>A text of several lines: line feeds and tabs stay.</summary>
    internal static string Block(string text) => Show(text, keepsLines: true);

    /// <summary>JSON, with the same characters escaped; they occur inside of its strings alone.</summary>
    internal static string Json(string json) => Replace(json, static (text, at) => text[at] is '\n' or '\r' or '\t' ? null : $"\\u{(int)text[at]:X4}");

    /// <summary>A text of at most so many characters, the last an ellipsis where some were left out.</summary>
    internal static string Shorten(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..end] + "…";
    }

    /// <summary>Whether a terminal obeys this character, or a reader is misled by it.</summary>
    internal static bool IsControl(char c) => char.IsControl(c) || c is (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Show(string text, bool keepsLines) =>
        Replace(text, keepsLines ? static (text, at) => IsLayout(text, at) ? null : Shown(text[at]) : static (text, at) => Shown(text[at]));

    // A carriage return alone would overwrite its line; before a line feed it is the end of one on Windows.
    private static bool IsLayout(string text, int at) => text[at] is '\n' or '\t' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n');

    private static string Shown(char c) => c switch
    {
        < ' ' => $"^{(char)(c + '@')}",
        '\x7f' => "^?",
        _ => string.Create(CultureInfo.InvariantCulture, $"<U+{(int)c:X4}>"),
    };

    private static string Replace(string text, Func<string, int, string?> shown)
    {
        StringBuilder? result = null;
        var copied = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsControl(text[i]) || shown(text, i) is not { } replacement)
                continue;
            (result ??= new StringBuilder(text.Length + 16)).Append(text, copied, i - copied).Append(replacement);
            copied = i + 1;
        }
        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }
}
