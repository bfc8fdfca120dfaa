using System.Globalization;
using System.Text;

namespace ActorBrowser;

/// <summary>
/// Makes text of a page, a server, a child or the command line safe for a terminal: characters that would control a terminal or
/// mislead a reader (control characters, ESC, controls of writing direction) are shown as <c>^[</c> or <c>&lt;U+202E&gt;</c>. All
/// other text is unchanged.
/// </summary>
internal static class VisibleText
{
    /// <summary>Makes a text one line: line breaks and tabs are shown as <c>^J</c> and <c>^I</c>.</summary>
    internal static string Line(string text) => Show(text, keepsLines: false);

    /// <summary>Makes a text of several lines visible; line feeds and tabs stay.</summary>
    internal static string Block(string text) => Show(text, keepsLines: true);

    /// <summary>Escapes the same characters in JSON; they occur only inside its strings.</summary>
    internal static string Json(string json) => Replace(json, static (text, at) => text[at] is '\n' or '\r' or '\t' ? null : $"\\u{(int)text[at]:X4}");

    /// <summary>Shortens a text to at most so many characters; the last is an ellipsis if some were left out.</summary>
    internal static string Shorten(string text, int most)
    {
        if (text.Length <= most)
            return text;
        var end = char.IsHighSurrogate(text[most - 2]) ? most - 2 : most - 1;
        return text[..end] + "…";
    }

    /// <summary>Whether this character controls a terminal or misleads a reader.</summary>
    internal static bool IsControl(char c) => char.IsControl(c) || c is (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static string Show(string text, bool keepsLines) =>
        Replace(text, keepsLines ? static (text, at) => IsLayout(text, at) ? null : Shown(text[at]) : static (text, at) => Shown(text[at]));

    // A carriage return alone would overwrite its line; before a line feed it is part of a Windows line end.
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
