using System.Globalization;
using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering.Extraction;

/// <summary>Reads the first number in a text as a person would: <c>$1,299.00</c>, <c>1.299,50 €</c>, <c>−5 °C</c>.</summary>
internal static class PageNumber
{
    /// <summary>Reads a number. Of a point and a comma the last is the decimal one; a single comma before exactly three digits groups them, a single point does not.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out decimal number)
    {
        number = 0;
        var start = text.IndexOfAnyInRange('0', '9');
        if (start < 0)
            return false;
        var end = start;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || (IsSeparator(text[end]) && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))))
            end++;
        var digits = text[start..end];
        // A point right before the digits belongs to them.
        var fraction = start > 0 && text[start - 1] == '.' && (start == 1 || !char.IsLetterOrDigit(text[start - 2]));
        var before = text[..(fraction ? start - 1 : start)].TrimEnd();
        // The sign may stand before a currency.
        var isNegative = before.Length > 0 && (before[^1] is '-' or '−' || (before[..^1].TrimEnd() is [.., '-' or '−'] && char.GetUnicodeCategory(before[^1]) == UnicodeCategory.CurrencySymbol));
        var plain = new StringBuilder(isNegative ? "-" : "");
        if (fraction)
            plain.Append("0.");
        var point = fraction ? -1 : DecimalPoint(digits);
        for (var i = 0; i < digits.Length; i++)
        {
            if (char.IsAsciiDigit(digits[i]))
                plain.Append(digits[i]);
            else if (i == point)
                plain.Append('.');
        }
        return decimal.TryParse(plain.ToString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static int DecimalPoint(ReadOnlySpan<char> digits)
    {
        var (points, commas) = (digits.Count('.'), digits.Count(','));
        if (points > 0 && commas > 0)
        {
            var last = digits.LastIndexOfAny('.', ',');
            return digits.Count(digits[last]) == 1 ? last : -1;
        }
        if (points == 1)
            return digits.IndexOf('.');
        return commas == 1 && digits.Length - digits.IndexOf(',') - 1 != 3 ? digits.IndexOf(',') : -1;
    }

    private static bool IsSeparator(char c) => c is '.' or ',' or '\'' or '’' or '\u00a0' or '\u202f' or '\u2009';
}
