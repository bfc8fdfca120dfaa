using System.Globalization;

namespace ActorBrowser;

/// <summary>Parses cookie dates (RFC 6265bis, 5.1.1): fields in any order, with any separators.</summary>
internal static class CookieDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Null if the text is not a date.</summary>
    internal static DateTimeOffset? Parse(string text)
    {
        (int Hour, int Minute, int Second)? time = null;
        int? day = null;
        int? month = null;
        int? year = null;
        foreach (var token in Tokens(text))
        {
            if (time is null && Time(token) is { } found)
                time = found;
            else if (day is null && Number(token, 1, 2) is { } number)
                day = number;
            else if (month is null && token.Length >= 3 && Array.IndexOf(Months, token[..3].ToLowerInvariant()) is var index and >= 0)
                month = index + 1;
            else if (year is null && Number(token, 2, 4) is { } given)
                year = given;
        }
        if (time is not var (hour, minute, second) || day is not { } d || month is not { } m || year is not { } y)
            return null;
        y += y is >= 70 and <= 99 ? 1900 : y <= 69 ? 2000 : 0;
        if (y < 1601 || d < 1 || d > DateTime.DaysInMonth(y, m) || hour > 23 || minute > 59 || second > 59)
            return null;
        return new DateTimeOffset(y, m, d, hour, minute, second, TimeSpan.Zero);
    }

    private static IEnumerable<string> Tokens(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !IsDelimiter(text[i]))
                continue;
            if (i > start)
                yield return text[start..i];
            start = i + 1;
        }
    }

    private static bool IsDelimiter(char c) => c is '\t' or (>= ' ' and <= '/') or (>= ';' and <= '@') or (>= '[' and <= '`') or (>= '{' and <= '~');

    private static (int, int, int)? Time(string token)
    {
        var parts = token.Split(':');
        if (parts.Length < 3 || !IsShortNumber(parts[0]) || !IsShortNumber(parts[1]))
            return null;
        return Number(parts[2], 1, 2) is { } second && (parts.Length == 3 || IsShortNumber(parts[2]))
            ? (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture), second) : null;
    }

    private static bool IsShortNumber(string text) => text.Length is 1 or 2 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    // Leading digits; other characters may follow.
    private static int? Number(string token, int least, int most)
    {
        var length = 0;
        while (length < token.Length && char.IsAsciiDigit(token[length]))
            length++;
        return length >= least && length <= most ? int.Parse(token.AsSpan(0, length), CultureInfo.InvariantCulture) : null;
    }
}
