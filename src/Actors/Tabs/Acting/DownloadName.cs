using System.Buffers;
using System.Globalization;
using System.Text;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser;

/// <summary>Which answers are files, and what a file is called: the server's name for it (RFC 6266, RFC 8187), made safe.</summary>
internal static class DownloadName
{
    private const int LongestName = 200;

    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase) { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$" };

    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("/\\:*?\"<>|");

    /// <summary>Whether an answer is saved instead of shown.</summary>
    internal static bool IsFile(in FetchHeaders headers, PageNavigation? navigation)
    {
        if (navigation is null || headers.Status is < 200 or >= 300 or 204 or 205)
            return false;
        var disposition = headers.ValueOf("Content-Disposition") ?? "";
        var kind = disposition.Split(';')[0].Trim();
        if (navigation.IsDownload || (kind.Length > 0 && !kind.Equals("inline", StringComparison.OrdinalIgnoreCase) && !kind.Contains('=', StringComparison.Ordinal)))
            return true;
        return !IsPage((headers.ValueOf("Content-Type") ?? "").Split(';')[0].Trim());
    }

    /// <summary>A name for the file, without a folder.</summary>
    internal static string Of(in FetchHeaders headers, PageNavigation? navigation, WebUrl url)
    {
        if (FromDisposition(headers.ValueOf("Content-Disposition") ?? "") is { Length: > 0 } named && Safe(named) is { Length: > 0 } given)
            return given;
        if (navigation is { DownloadName: { Length: > 0 } suggested } && Safe(suggested) is { Length: > 0 } byLink)
            return byLink;
        var path = Encoding.UTF8.GetString(PercentEncoding.Decode(url.Path));
        return Safe(path) is { Length: > 0 } last ? last : "download";
    }

    /// <summary>The name that a Content-Disposition field gives, as the server wrote it; null for none.</summary>
    internal static string? FromDisposition(string field)
    {
        string? plain = null;
        foreach (var (name, value) in Parameters(field))
        {
            if (name.Equals("filename*", StringComparison.OrdinalIgnoreCase) && Extended(value) is { } extended)
                return extended;
            if (name.Equals("filename", StringComparison.OrdinalIgnoreCase))
                plain ??= value;
        }
        return plain is null ? null : AsText(plain);
    }

    /// <summary>Makes a name safe on every system: one part of a path, visible, printable, not reserved, not too long. Empty if nothing is left.</summary>
    internal static string Safe(string name)
    {
        var safe = new StringBuilder(name.Length);
        foreach (var rune in name[(name.AsSpan().LastIndexOfAny('/', '\\') + 1)..].EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            // Among them are those that turn the direction of the text, and so hide what kind of file it is.
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse)
                continue;
            safe.Append(rune.IsAscii && s_forbidden.Contains((char)rune.Value) ? "_" : rune.ToString());
        }
        var text = safe.ToString().Trim().TrimStart('.').TrimEnd('.', ' ').Trim();
        var stem = Path.GetFileNameWithoutExtension(text).TrimEnd();
        var first = text.Split('.')[0].TrimEnd();
        if (s_reserved.Contains(first) || (first.Length == 4 && (first.StartsWith("COM", StringComparison.OrdinalIgnoreCase) || first.StartsWith("LPT", StringComparison.OrdinalIgnoreCase)) && (char.IsDigit(first[3]) || first[3] is '¹' or '²' or '³')))
            text = "_" + text;
        if (Encoding.UTF8.GetByteCount(text) <= LongestName)
            return text;
        var extension = Path.GetExtension(text) is { Length: <= 20 } short_ ? short_ : "";
        return Cut(stem, LongestName - Encoding.UTF8.GetByteCount(extension)) + extension;
    }

    /// <summary>The name for the case that files with earlier ones exist: <c>name (1).ext</c>.</summary>
    internal static string Numbered(string name, int number)
    {
        if (number == 0)
            return name;
        var extension = name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) ? name[^7..] : Path.GetExtension(name);
        return string.Create(CultureInfo.InvariantCulture, $"{name[..^extension.Length]} ({number}){extension}");
    }

    private static string Cut(string text, int bytes)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length];
    }

    // What the renderer reads as a page.
    private static bool IsPage(string type) => type.Length == 0 || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase) || type.EndsWith("json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("javascript", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<(string Name, string Value)> Parameters(string field)
    {
        var at = field.IndexOf(';');
        while (at >= 0 && at < field.Length)
        {
            var equals = field.IndexOf('=', at);
            if (equals < 0)
                yield break;
            var name = field[(at + 1)..equals].Trim();
            var start = equals + 1;
            while (start < field.Length && field[start] is ' ' or '\t')
                start++;
            if (start < field.Length && field[start] == '"')
            {
                var value = new StringBuilder();
                for (start++; start < field.Length && field[start] != '"'; start++)
                {
                    // Browsers keep the backslash of a path of Windows, and so lose only the folder.
                    if (field[start] == '\\' && start + 1 < field.Length && field[start + 1] is '"' or '\\')
                        start++;
                    if (start < field.Length)
                        value.Append(field[start]);
                }
                yield return (name, value.ToString());
                at = start >= field.Length ? -1 : field.IndexOf(';', start);
            }
            else
            {
                at = field.IndexOf(';', start);
                yield return (name, (at < 0 ? field[start..] : field[start..at]).Trim());
            }
        }
    }

    // charset'language'percent-encoded
    private static string? Extended(string value)
    {
        var parts = value.Split('\'', 3);
        if (parts.Length != 3)
            return null;
        var bytes = PercentEncoding.Decode(parts[2]);
        return parts[0].ToLowerInvariant() switch
        {
            "utf-8" => Encoding.UTF8.GetString(bytes),
            "iso-8859-1" => Encoding.Latin1.GetString(bytes),
            _ => null,
        };
    }

    // A field's bytes, one a character; servers write UTF-8, and some escape it as in URLs.
    private static string AsText(string value)
    {
        if (value.Contains('%', StringComparison.Ordinal) && Ascii.IsValid(value))
            return Encoding.UTF8.GetString(PercentEncoding.Decode(value));
        if (Ascii.IsValid(value) || value.AsSpan().ContainsAnyExceptInRange('\0', '\xFF'))
            return value;
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Encoding.Latin1.GetBytes(value));
        }
        catch (DecoderFallbackException)
        {
            return value;
        }
    }
}
