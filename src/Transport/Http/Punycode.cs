using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>Punycode (RFC 3492), for labels of a host name.</summary>
internal static class Punycode
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;

    /// <summary>Decodes a label without its prefix to code points; null if it is invalid.</summary>
    internal static List<int>? Decode(string text)
    {
        var basic = Math.Max(0, text.LastIndexOf('-'));
        var codes = new List<int>(text.Length);
        for (var i = 0; i < basic; i++)
            codes.Add(text[i]);
        var (n, bias, index) = (128L, 72, 0L);
        for (var at = basic > 0 ? basic + 1 : 0; at < text.Length;)
        {
            var (before, weight) = (index, 1L);
            for (var k = Base; ; k += Base)
            {
                if (at >= text.Length || DigitOf(text[at++]) is not (>= 0 and var digit))
                    return null;
                index += digit * weight;
                var threshold = Math.Clamp(k - bias, TMin, TMax);
                if (digit < threshold)
                    break;
                weight *= Base - threshold;
                if (index > int.MaxValue || weight > int.MaxValue)
                    return null;
            }
            bias = Adapt(index - before, codes.Count + 1, first: before == 0);
            n += index / (codes.Count + 1);
            index %= codes.Count + 1;
            if (n > 0x10FFFF)
                return null;
            codes.Insert((int)index++, (int)n);
        }
        return codes;
    }

    /// <summary>Encodes a label, without the prefix.</summary>
    internal static string Encode(IReadOnlyList<int> codes)
    {
        var result = new StringBuilder();
        foreach (var code in codes)
        {
            if (code < 128)
                result.Append((char)code);
        }
        var basic = result.Length;
        if (basic > 0)
            result.Append('-');
        var (n, delta, bias) = (128, 0L, 72);
        for (var handled = basic; handled < codes.Count; n++, delta++)
        {
            var next = int.MaxValue;
            foreach (var code in codes)
            {
                if (code >= n)
                    next = Math.Min(next, code);
            }
            delta += (long)(next - n) * (handled + 1);
            n = next;
            foreach (var code in codes)
            {
                if (code < n)
                    delta++;
                if (code != n)
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

    private static int DigitOf(char digit) => digit switch
    {
        >= 'a' and <= 'z' => digit - 'a',
        >= 'A' and <= 'Z' => digit - 'A',
        >= '0' and <= '9' => digit - '0' + 26,
        _ => -1,
    };
}
