using System.Text;

namespace ActorBrowser.SandboxTests;

/// <summary>An expression of a Seatbelt profile: a list, or a symbol, number or string.</summary>
/// <param name="Text">The symbol's or string's text; null for a list.</param>
/// <param name="IsString">Whether it was written in quotes.</param>
/// <param name="Items">A list's items.</param>
internal sealed record SeatbeltTerm(string? Text, bool IsString, IReadOnlyList<SeatbeltTerm> Items)
{
    /// <summary>A list's first symbol; empty if it has none.</summary>
    internal string Head => Text is null && Items is [{ Text: { } head, IsString: false }, ..] ? head : "";

    public override string ToString() => Text is null ? $"({string.Join(' ', Items)})" : IsString ? $"\"{Text}\"" : Text;
}

/// <summary>
/// Reads the text of a Seatbelt profile as Apple's compiler does, which is a Scheme: lists, symbols, strings with \" and \\, regular
/// expressions written #"…", comments after a semicolon.
/// </summary>
internal sealed class SeatbeltText(string text)
{
    private int _at;

    /// <summary>The profile's expressions.</summary>
    /// <exception cref="FormatException">A parenthesis or a quote has no partner.</exception>
    internal static IReadOnlyList<SeatbeltTerm> Parse(string text)
    {
        var reader = new SeatbeltText(text);
        var terms = new List<SeatbeltTerm>();
        while (reader.SkipToNext())
            terms.Add(reader.Term());
        return terms;
    }

    private bool SkipToNext()
    {
        for (; _at < text.Length; _at++)
        {
            if (text[_at] == ';')
                _at = text.IndexOf('\n', _at) is var end and >= 0 ? end : text.Length - 1;
            else if (!char.IsWhiteSpace(text[_at]))
                return true;
        }
        return false;
    }

    private SeatbeltTerm Term()
    {
        if (text[_at] == '(')
            return List();
        if (text[_at] == '"' || text.AsSpan(_at).StartsWith("#\""))
            return Quoted();
        var start = _at;
        while (_at < text.Length && !char.IsWhiteSpace(text[_at]) && text[_at] is not ('(' or ')' or '"' or ';'))
            _at++;
        return _at > start ? new SeatbeltTerm(text[start.._at], false, []) : throw new FormatException($"'{text[_at]}' at {_at} begins nothing.");
    }

    private SeatbeltTerm List()
    {
        var start = _at++;
        var items = new List<SeatbeltTerm>();
        while (SkipToNext())
        {
            if (text[_at] == ')')
            {
                _at++;
                return new SeatbeltTerm(null, false, items);
            }
            items.Add(Term());
        }
        throw new FormatException($"The parenthesis at {start} is never closed.");
    }

    private SeatbeltTerm Quoted()
    {
        var start = _at;
        // In a regular expression a backslash is its own.
        var isPattern = text[_at] == '#';
        _at += isPattern ? 2 : 1;
        var content = new StringBuilder();
        for (; _at < text.Length && text[_at] != '"'; _at++)
        {
            if (text[_at] == '\\' && !isPattern && ++_at < text.Length && text[_at] is not ('"' or '\\'))
                throw new FormatException($"The string at {start} has the unknown escape \\{text[_at]}.");
            if (_at < text.Length)
                content.Append(text[_at]);
        }
        return _at++ < text.Length ? new SeatbeltTerm(content.ToString(), true, []) : throw new FormatException($"The quote at {start} is never closed.");
    }
}
