using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Which encoding a page's bytes are in, as the HTML standard decides it: byte order mark, transport, meta, default.</summary>
internal static class EncodingSniffer
{
    private const int PrescanBytes = 1024;

    static EncodingSniffer() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>Decides.</summary>
    /// <param name="bytes">The page.</param>
    /// <param name="contentType">As the server said; may be empty.</param>
    /// <param name="source"><c>bom</c>, <c>transport</c>, <c>meta</c> or <c>default</c>.</param>
    /// <param name="skip">How many bytes at the start are no text.</param>
    internal static Encoding Sniff(ReadOnlySpan<byte> bytes, string contentType, out string source, out int skip)
    {
        source = "bom";
        skip = 0;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            skip = 3;
            return Encoding.UTF8;
        }
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]))
        {
            skip = 2;
            return bytes[0] == 0xFE ? Encoding.BigEndianUnicode : Encoding.Unicode;
        }
        source = "transport";
        if (Charset(contentType) is { } named && ByLabel(named) is { } transport)
            return transport;
        source = "meta";
        if (Prescan(bytes[..Math.Min(bytes.Length, PrescanBytes)]) is { } declared)
        {
            // A page that could be read so far is in no 16-bit encoding, whatever it says.
            return declared is UnicodeEncoding ? Encoding.UTF8 : declared;
        }
        source = "default";
        return ByLabel("windows-1252")!;
    }

    /// <summary>The text of bytes in an encoding; what is all ASCII, as most pages are, needs no code page's tables.</summary>
    /// <param name="encoding">The encoding.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="text">Room for <see cref="Encoding.GetMaxCharCount(int)"/>.</param>
    /// <returns>How many characters there are.</returns>
    internal static int Decode(Encoding encoding, ReadOnlySpan<byte> bytes, Span<char> text) =>
        (Ascii.IsValid(bytes) && KeepsAscii(encoding) ? Encoding.ASCII : encoding).GetChars(bytes, text);

    private static bool KeepsAscii(Encoding encoding)
    {
        Span<byte> bytes = stackalloc byte[128];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)i;
        return encoding.GetString(bytes) == Encoding.ASCII.GetString(bytes);
    }

    /// <summary>The encoding of a label; null for one that is none.</summary>
    internal static Encoding? ByLabel(string label)
    {
        label = label.Trim(' ', '\t', '\n', '\f', '\r').ToLowerInvariant();
        // The standard's names for what old pages mean.
        label = label switch
        {
            "iso-8859-1" or "latin1" or "l1" or "ascii" or "us-ascii" or "iso8859-1" or "iso_8859-1" or "cp1252" or "x-cp1252" => "windows-1252",
            "iso-8859-9" or "latin5" or "l5" => "windows-1254",
            "iso-8859-11" or "tis-620" => "windows-874",
            "gb2312" or "gbk" or "x-gbk" or "chinese" or "gb_2312-80" => "gb18030",
            "shift-jis" or "sjis" or "x-sjis" or "ms_kanji" or "windows-31j" => "shift_jis",
            "ks_c_5601-1987" or "korean" or "ksc5601" or "windows-949" => "euc-kr",
            "big5-hkscs" or "cn-big5" => "big5",
            "utf8" or "unicode-1-1-utf-8" => "utf-8",
            _ => label,
        };
        try
        {
            var encoding = Encoding.GetEncoding(label);
            return encoding is UTF32Encoding or UTF7Encoding ? null : encoding;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The charset parameter of a content type.</summary>
    internal static string? Charset(string contentType)
    {
        var at = 0;
        while ((at = contentType.IndexOf("charset", at, StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            at += "charset".Length;
            var rest = contentType.AsSpan(at).TrimStart();
            if (!rest.StartsWith("="))
                continue;
            rest = rest[1..].TrimStart();
            if (rest.Length > 0 && rest[0] is '"' or '\'')
            {
                var close = rest[1..].IndexOf(rest[0]);
                return close < 0 ? null : rest[1..(close + 1)].ToString();
            }
            var end = rest.IndexOfAny(' ', ';', '\t');
            return (end < 0 ? rest : rest[..end]).ToString();
        }
        return null;
    }

    // meta elements outside comments, looked for as bytes: the encoding is not known yet.
    private static Encoding? Prescan(ReadOnlySpan<byte> head)
    {
        var text = Encoding.Latin1.GetString(head);
        for (var at = 0; (at = text.IndexOf('<', at)) >= 0; at++)
        {
            if (text.AsSpan(at).StartsWith("<!--"))
            {
                var end = text.IndexOf("-->", Math.Min(at + 2, text.Length), StringComparison.Ordinal);
                if (end < 0)
                    return null;
                at = end + 2;
                continue;
            }
            if (!text.AsSpan(at).StartsWith("<meta", StringComparison.OrdinalIgnoreCase) || at + 5 >= text.Length || text[at + 5] is not (' ' or '\t' or '\n' or '\f' or '\r' or '/'))
                continue;
            var close = text.IndexOf('>', at);
            var tag = close < 0 ? text[at..] : text[at..close];
            if (Charset(tag) is { } label && ByLabel(label.TrimEnd('/', '"', '\'')) is { } encoding)
                return encoding;
        }
        return null;
    }
}
