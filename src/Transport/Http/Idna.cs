using System.Text;

namespace ActorBrowser.Transport.Http;

/// <summary>
/// Converts host names to ASCII as the URL standard requires: UTS 46, non-transitional; checks joiners and Bidi, but not hyphens
/// and lengths.
/// </summary>
internal static class Idna
{
    internal const string Prefix = "xn--";
    private const int Virama = 9;

    /// <summary>The name in ASCII, in lower case; null if the standard refuses it.</summary>
    internal static string? ToAscii(string name)
    {
        if (System.Text.Ascii.IsValid(name) && !name.Contains(Prefix, StringComparison.OrdinalIgnoreCase))
            return name.ToLowerInvariant();
        var codes = Map(name);
        Composition.Normalize(codes);
        var labels = Split(codes);
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] is not ['x', 'n', '-', '-', ..])
            {
                if (!IsValid(labels[i]))
                    return null;
            }
            else if (!labels[i].TrueForAll(static code => code < 128) || FromPunycode(labels[i]) is not { } decoded)
            {
                return null;
            }
            else
            {
                labels[i] = decoded;
            }
        }
        if (labels.Exists(static label => label.Exists(static code => IdnaTable.Shared.BidiClassOf(code) is "R" or "AL" or "AN")) && !labels.TrueForAll(IsBidiLabel))
            return null;
        return string.Join('.', labels.Select(static label => label.TrueForAll(static code => code < 128) ? Text(label) : Prefix + Punycode.Encode(label)));
    }

    private static List<int> Map(string name)
    {
        var table = IdnaTable.Shared;
        var codes = new List<int>(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (table.MappingOf(rune.Value) is { } mapping)
                codes.AddRange(mapping);
            else if (!table.IsIgnored(rune.Value))
                codes.Add(rune.Value);
        }
        return codes;
    }

    private static List<List<int>> Split(List<int> codes)
    {
        var labels = new List<List<int>> { new() };
        foreach (var code in codes)
        {
            if (code == '.')
                labels.Add([]);
            else
                labels[^1].Add(code);
        }
        return labels;
    }

    private static List<int>? FromPunycode(List<int> label)
    {
        if (Punycode.Decode(Text(label)[Prefix.Length..]) is not { } decoded || decoded.TrueForAll(static code => code < 128))
            return null;
        var normalized = new List<int>(decoded);
        Composition.Normalize(normalized);
        return normalized.SequenceEqual(decoded) && IsValid(decoded) ? decoded : null;
    }

    private static bool IsValid(List<int> label)
    {
        var table = IdnaTable.Shared;
        if (label.Count == 0)
            return true;
        if (label is ['x', 'n', '-', '-', ..] || table.IsMark(label[0]))
            return false;
        for (var i = 0; i < label.Count; i++)
        {
            if (label[i] == '.' || !table.IsValid(label[i]) || (label[i] is 0x200C or 0x200D && !MayJoin(label, i)))
                return false;
        }
        return true;
    }

    // ContextJ (RFC 5892, A.1 and A.2): a joiner may follow a virama; a non-joiner may also stand between letters that would join.
    private static bool MayJoin(List<int> label, int at)
    {
        var table = IdnaTable.Shared;
        if (at > 0 && table.CombiningClassOf(label[at - 1]) == Virama)
            return true;
        if (label[at] == 0x200D)
            return false;
        var (before, after) = (at - 1, at + 1);
        while (before >= 0 && table.JoiningTypeOf(label[before]) == "T")
            before--;
        while (after < label.Count && table.JoiningTypeOf(label[after]) == "T")
            after++;
        return before >= 0 && after < label.Count && table.JoiningTypeOf(label[before]) is "L" or "D" && after < label.Count && table.JoiningTypeOf(label[after]) is "R" or "D";
    }

    // RFC 5893, section 2.
    private static bool IsBidiLabel(List<int> label)
    {
        if (label.Count == 0)
            return true;
        var classes = label.ConvertAll(IdnaTable.Shared.BidiClassOf);
        var end = classes.FindLast(static bidi => bidi != "NSM");
        return classes[0] switch
        {
            "R" or "AL" => classes.TrueForAll(static bidi => bidi is not "L") && end is "R" or "AL" or "EN" or "AN" && !(classes.Contains("EN") && classes.Contains("AN")),
            "L" => classes.TrueForAll(static bidi => bidi is "L" or "EN" or "ES" or "CS" or "ET" or "ON" or "BN" or "NSM") && end is "L" or "EN",
            _ => false,
        };
    }

    private static string Text(List<int> codes)
    {
        var text = new StringBuilder(codes.Count);
        foreach (var code in codes)
            text.Append(new Rune(code));
        return text.ToString();
    }
}
