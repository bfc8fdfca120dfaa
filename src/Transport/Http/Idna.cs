using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>
/// Names in ASCII (UTS 46, non-transitional, and RFC 3492). Without ICU's tables: letters are made small, wide forms and
/// other full stops are taken for what they stand for, invisible characters go. Other compatibility characters stay as they are.
/// </summary>
internal static class Idna
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;

    /// <summary>The name in ASCII; null where it cannot be.</summary>
    internal static string? ToAscii(string name)
    {
        if (System.Text.Ascii.IsValid(name))
            return name.ToLowerInvariant();
        var labels = Map(name).Split('.');
        for (var i = 0; i < labels.Length; i++)
        {
            if (System.Text.Ascii.IsValid(labels[i]))
                continue;
            if (labels[i].Contains('\uFFFD') || Rune.GetUnicodeCategory(Rune.GetRuneAt(labels[i], 0)) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark)
                return null;
            labels[i] = "xn--" + Encode(labels[i]);
        }
        return string.Join('.', labels);
    }

    private static string Map(string name)
    {
        var mapped = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case 0x3002 or 0xFF0E or 0xFF61:
                    mapped.Append('.');
                    break;
                case 0xAD or 0x34F or 0x200B or 0x2060 or 0x2064 or 0xFEFF or (>= 0x180B and <= 0x180D) or 0x180F or (>= 0xFE00 and <= 0xFE0F):
                    break;
                case >= 0xFF01 and <= 0xFF5E:
                    mapped.Append(char.ToLowerInvariant((char)(rune.Value - 0xFEE0)));
                    break;
                case 0x3000:
                    mapped.Append(' ');
                    break;
                case 0x130:
                    mapped.Append("i\u0307");
                    break;
                default:
                    mapped.Append(Rune.ToLowerInvariant(rune).ToString());
                    break;
            }
        }
        return mapped.ToString().Normalize(NormalizationForm.FormC);
    }

    private static string Encode(string label)
    {
        var runes = label.EnumerateRunes().ToArray();
        var result = new StringBuilder();
        foreach (var rune in runes)
        {
            if (rune.IsAscii)
                result.Append((char)rune.Value);
        }
        var basic = result.Length;
        if (basic > 0)
            result.Append('-');
        var (n, delta, bias) = (128, 0L, 72);
        for (var handled = basic; handled < runes.Length; n++, delta++)
        {
            var next = int.MaxValue;
            foreach (var rune in runes)
            {
                if (rune.Value >= n)
                    next = Math.Min(next, rune.Value);
            }
            delta += (long)(next - n) * (handled + 1);
            n = next;
            foreach (var rune in runes)
            {
                if (rune.Value < n)
                    delta++;
                if (rune.Value != n)
                    continue;
                AppendNumber(result, delta, bias);
                bias = Adapt(delta, handled + 1, first: handled == basic);
                delta = 0;
                handled++;
            }
        }
        return result.ToString();
    }

    private static void AppendNumber(StringBuilder result, long number, int bias)
    {
        for (var k = Base; ; k += Base)
        {
            var threshold = Math.Clamp(k - bias, TMin, TMax);
            if (number < threshold)
                break;
            result.Append(Digit((int)(threshold + (number - threshold) % (Base - threshold))));
            number = (number - threshold) / (Base - threshold);
        }
        result.Append(Digit((int)number));
    }

    private static int Adapt(long delta, int count, bool first)
    {
        delta = first ? delta / 700 : delta / 2;
        delta += delta / count;
        var k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return k + (int)((Base - TMin + 1) * delta / (delta + 38));
    }

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);
}
