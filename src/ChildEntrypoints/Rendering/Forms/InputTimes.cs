using System.Globalization;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>HTML's dates and times (HTML, 2.3.5). Each value has a number, for limits and steps: milliseconds, or months.</summary>
internal static class InputTimes
{
    private const double Day = 86_400_000;

    internal static bool TryDate(string text, out double number)
    {
        number = 0;
        if (!TryYearAndMonth(text, out var year, out var month, out var rest) || rest is not ['-', _, _] || !Two(rest[1..], 1, 31, out var day)
            || day > DaysIn(year, month))
            return false;
        number = DaysBefore(year, month, day) * Day;
        return true;
    }

    internal static bool TryMonth(string text, out double number)
    {
        number = 0;
        if (!TryYearAndMonth(text, out var year, out var month, out var rest) || !rest.IsEmpty)
            return false;
        number = (year - 1970) * 12 + month - 1;
        return true;
    }

    internal static bool TryWeek(string text, out double number)
    {
        number = 0;
        var dash = text.IndexOf('-');
        if (dash < 4 || !Number(text.AsSpan(0, dash), out var year) || year is < 1 or > 275760 || text.AsSpan(dash) is not ['-', 'W', _, _] || !Two(text.AsSpan(dash + 2), 1, 53, out var week))
            return false;
        // The week with the year's first Thursday is its first: 1 January's day of the week decides.
        var first = DaysBefore(year, 1, 1);
        var weekday = ((first + 3) % 7 + 7) % 7;
        if (week == 53 && weekday != 3 && !(weekday == 2 && DaysIn(year, 2) == 29))
            return false;
        number = (first - weekday + (weekday <= 3 ? 0 : 7) + (week - 1) * 7) * Day;
        return true;
    }

    internal static bool TryTime(string text, out double number)
    {
        number = 0;
        if (text.Length < 5 || text[2] != ':' || !Two(text.AsSpan(0, 2), 0, 23, out var hour) || !Two(text.AsSpan(3, 2), 0, 59, out var minute))
            return false;
        number = (hour * 60 + minute) * 60_000.0;
        if (text.Length == 5)
            return true;
        if (text.Length < 8 || text[5] != ':' || !Two(text.AsSpan(6, 2), 0, 59, out var second))
            return false;
        number += second * 1000.0;
        if (text.Length == 8)
            return true;
        var fraction = text.AsSpan(9);
        if (text[8] != '.' || fraction.Length is < 1 or > 3 || !Number(fraction, out var part))
            return false;
        number += part * Math.Pow(10, 3 - fraction.Length);
        return true;
    }

    /// <summary>Parses a local date and time.</summary>
    /// <param name="text">The date, <c>T</c> or a space, and the time.</param>
    /// <param name="normal">With T, and the time as short as possible.</param>
    /// <param name="number">Milliseconds since 1970.</param>
    internal static bool TryLocal(string text, out string normal, out double number)
    {
        (normal, number) = ("", 0);
        var at = text.AsSpan().IndexOfAny('T', ' ');
        if (at < 0 || !TryDate(text[..at], out var date) || !TryTime(text[(at + 1)..], out var time))
            return false;
        var seconds = (int)(time % 60_000 / 1000);
        var part = (int)(time % 1000);
        normal = string.Create(CultureInfo.InvariantCulture, $"{text[..at]}T{text.AsSpan(at + 1, 5)}")
            + (seconds == 0 && part == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{seconds:00}"))
            + (part == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{part:000}").TrimEnd('0'));
        number = date + time;
        return true;
    }

    private static bool TryYearAndMonth(string text, out int year, out int month, out ReadOnlySpan<char> rest)
    {
        (year, month) = (0, 0);
        rest = default;
        var dash = text.IndexOf('-');
        if (dash < 4 || !Number(text.AsSpan(0, dash), out year) || year is < 1 or > 275760 || text.Length < dash + 3 || !Two(text.AsSpan(dash + 1, 2), 1, 12, out month))
            return false;
        rest = text.AsSpan(dash + 3);
        return true;
    }

    private static bool Two(ReadOnlySpan<char> text, int least, int most, out int number) => Number(text, out number) && text.Length == 2 && number >= least && number <= most;

    private static bool Number(ReadOnlySpan<char> text, out int number)
    {
        number = 0;
        return text.Length is > 0 and < 9 && !text.ContainsAnyExceptInRange('0', '9') && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static int DaysIn(int year, int month) => month switch
    {
        2 => (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28,
        4 or 6 or 9 or 11 => 30,
        _ => 31,
    };

    // Days since 1 January 1970, of the Gregorian calendar without an end.
    private static long DaysBefore(long year, int month, int day)
    {
        year -= month <= 2 ? 1 : 0;
        var era = Math.DivRem(year, 400, out var ofEra);
        if (ofEra < 0)
            (era, ofEra) = (era - 1, ofEra + 400);
        var ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468;
    }
}
