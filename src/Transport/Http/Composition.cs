namespace ActorBrowser.Transport.Http;

/// <summary>Unicode's normalization form C (UAX 15), which the runtime does not have without ICU.</summary>
internal static class Composition
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28;

    /// <summary>Composes in place.</summary>
    /// <param name="codes">Code points; no surrogates.</param>
    internal static void Normalize(List<int> codes)
    {
        var table = IdnaTable.Shared;
        var apart = new List<int>(codes.Count + 8);
        foreach (var code in codes)
            Decompose(code, table, apart);
        Order(apart, table);
        codes.Clear();
        var (starter, lastClass) = (-1, -1);
        foreach (var code in apart)
        {
            var combining = table.CombiningClassOf(code);
            // A starter composes with the code right after it, and with a mark that no mark of the same or a higher class precedes.
            if (starter >= 0 && lastClass < combining && Pair(codes[starter], code, table) is >= 0 and var whole)
            {
                codes[starter] = whole;
                continue;
            }
            if (combining == 0)
            {
                starter = codes.Count;
                lastClass = -1;
            }
            else
            {
                lastClass = combining;
            }
            codes.Add(code);
        }
    }

    private static void Decompose(int code, IdnaTable table, List<int> into)
    {
        if (code - SBase is >= 0 and < LCount * VCount * TCount and var syllable)
        {
            into.Add(LBase + syllable / (VCount * TCount));
            into.Add(VBase + syllable % (VCount * TCount) / TCount);
            if (syllable % TCount != 0)
                into.Add(TBase + syllable % TCount);
        }
        else if (table.DecompositionOf(code) is { } parts)
        {
            foreach (var part in parts)
                Decompose(part, table, into);
        }
        else
        {
            into.Add(code);
        }
    }

    // Sorts runs of marks by class and keeps the order of equal classes. A run may be long, so a bubble sort would be too slow.
    private static void Order(List<int> codes, IdnaTable table)
    {
        for (var i = 0; i < codes.Count; i++)
        {
            var start = i;
            while (i < codes.Count && table.CombiningClassOf(codes[i]) != 0)
                i++;
            if (i - start < 2)
                continue;
            var sorted = codes.GetRange(start, i - start).OrderBy(table.CombiningClassOf).ToArray();
            for (var j = 0; j < sorted.Length; j++)
                codes[start + j] = sorted[j];
        }
    }

    private static int Pair(int one, int two, IdnaTable table)
    {
        if (one - LBase is >= 0 and < LCount and var leading && two - VBase is >= 0 and < VCount and var vowel)
            return SBase + (leading * VCount + vowel) * TCount;
        if (one - SBase is >= 0 and < LCount * VCount * TCount and var syllable && syllable % TCount == 0 && two - TBase is > 0 and < TCount and var trailing)
            return one + trailing;
        return table.Compose(one, two);
    }
}
