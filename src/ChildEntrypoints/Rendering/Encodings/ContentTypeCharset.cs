namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The charset of a Content-Type header, read as in the Fetch and MIME Sniffing standards: the last type of a list counts.</summary>
internal static class ContentTypeCharset
{
    /// <summary>The charset; null for none.</summary>
    internal static string? Of(string contentType)
    {
        string? charset = null;
        var essence = "";
        foreach (var type in Split(contentType, ','))
        {
            var parts = Split(type, ';');
            var name = parts[0].Trim();
            if (!name.Contains('/', StringComparison.Ordinal) || name == "*/*")
                continue;
            var own = parts.Skip(1).Select(Parameter).FirstOrDefault(static value => value is not null);
            // The same type again, without a charset, keeps the charset before it.
            charset = own ?? (name.Equals(essence, StringComparison.OrdinalIgnoreCase) ? charset : null);
            essence = name;
        }
        return charset;
    }

    private static string? Parameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || !text.AsSpan(0, equals).Trim().Equals("charset", StringComparison.OrdinalIgnoreCase))
            return null;
        var value = text[(equals + 1)..].Trim();
        if (value is not ['"', ..])
            return value.Length > 0 ? value : null;
        var end = 1;
        while (end < value.Length && value[end] != '"')
            end += value[end] == '\\' ? 2 : 1;
        return value[1..Math.Min(end, value.Length)].Replace("\\", "", StringComparison.Ordinal);
    }

    // Splits at separators outside quoted strings.
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (start, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"')
                quoted = !quoted;
            else if (quoted && text[i] == '\\')
                i++;
            else if (!quoted && text[i] == separator)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }
        parts.Add(text[start..]);
        return parts;
    }
}
