using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The kind of a resource, which determines where its bytes may declare their encoding.</summary>
internal enum TextKind
{
    /// <summary>In meta elements and in an XML declaration.</summary>
    Html,

    /// <summary>In an XML declaration; UTF-8 otherwise.</summary>
    Xml,

    /// <summary>Nowhere: JSON is UTF-8.</summary>
    Json,

    /// <summary>Nowhere: plain text is windows-1252 unless the server names an encoding.</summary>
    Plain,
}

/// <summary>Determines the encoding of a resource by the rules of the HTML, XML and JSON standards.</summary>
internal static class EncodingSniffer
{
    private const int PrescanBytes = 1024;

    /// <summary>Determines the encoding.</summary>
    /// <param name="bytes">The resource.</param>
    /// <param name="contentType">The server's Content-Type; may be empty.</param>
    /// <param name="kind">The kind of the resource.</param>
    /// <param name="source"><c>bom</c>, <c>transport</c>, <c>meta</c>, <c>xml</c> or <c>default</c>.</param>
    /// <param name="skip">How many bytes at the start are not text.</param>
    internal static PageEncoding Sniff(ReadOnlySpan<byte> bytes, string contentType, TextKind kind, out string source, out int skip)
    {
        source = "bom";
        if (ByMark(bytes, out skip) is { } marked)
            return marked;
        source = "transport";
        if (ContentTypeCharset.Of(contentType) is { } named && PageEncoding.ByLabel(named) is { } transport)
            return transport;
        switch (kind)
        {
            case TextKind.Html when MetaPrescan.Run(bytes[..Math.Min(bytes.Length, PrescanBytes)]) is { } meta:
                source = "meta";
                return meta;
            case TextKind.Html or TextKind.Xml when ByDeclaration(bytes[..Math.Min(bytes.Length, PrescanBytes)]) is { } declared:
                source = "xml";
                return declared;
            default:
                source = "default";
                return kind is TextKind.Xml or TextKind.Json ? PageEncoding.Utf8 : PageEncoding.Windows1252;
        }
    }

    /// <summary>The encoding for a meta element's label. UTF-16 means UTF-8: in a 16-bit encoding the element could not have been read.</summary>
    internal static PageEncoding? ByMeta(ReadOnlySpan<char> label) => PageEncoding.ByLabel(label) switch
    {
        { Name: "utf-16le" or "utf-16be" } => PageEncoding.Utf8,
        { Name: "x-user-defined" } => PageEncoding.Windows1252,
        var encoding => encoding,
    };

    private static PageEncoding? ByMark(ReadOnlySpan<byte> bytes, out int skip)
    {
        skip = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => 3,
            [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] => 2,
            _ => 0,
        };
        return skip switch
        {
            3 => PageEncoding.Utf8,
            2 => PageEncoding.Named(bytes[0] == 0xFE ? "utf-16be" : "utf-16le"),
            _ => null,
        };
    }

    // <?xml … encoding="label" … ?>, in ASCII or in 16 bits.
    private static PageEncoding? ByDeclaration(ReadOnlySpan<byte> head)
    {
        if (head is [(byte)'<', 0, (byte)'?', 0, (byte)'x', 0, ..])
            return PageEncoding.Named("utf-16le");
        if (head is [0, (byte)'<', 0, (byte)'?', 0, (byte)'x', ..])
            return PageEncoding.Named("utf-16be");
        if (!head.StartsWith("<?xml"u8) || head.IndexOf((byte)'>') is var end && end < 0)
            return null;
        var declaration = head[5..end];
        var at = declaration.IndexOf("encoding"u8);
        if (at < 0)
            return null;
        var rest = declaration[(at + 8)..].TrimStart(" \t\r\n"u8);
        if (rest is not [(byte)'=', ..])
            return null;
        rest = rest[1..].TrimStart(" \t\r\n"u8);
        if (rest is not [(byte)'"' or (byte)'\'', ..] || rest[1..].IndexOf(rest[0]) is var close && close < 0)
            return null;
        return ByMeta(Encoding.Latin1.GetString(rest[1..(close + 1)]));
    }
}
