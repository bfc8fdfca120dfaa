using System.Text;
using System.Xml;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// Parses a document from XML such as XHTML: namespaces count, an empty element is empty whatever its name, and text that is
/// not well-formed is refused. No DTD is read, but the entities of HTML are known, as in browsers.
/// </summary>
internal static class XmlPage
{
    private const string Xhtml = "http://www.w3.org/1999/xhtml";

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null };

    /// <summary>Parses a document.</summary>
    /// <exception cref="XmlException">The text is not well-formed.</exception>
    /// <exception cref="DocumentFailedException">The document exceeds a limit; nothing beyond the limit is read.</exception>
    internal static IHtmlDocument Parse(ReadOnlySpan<char> text, in DocumentLimits limits)
    {
        var document = new HtmlParser().ParseDocument("");
        document.RemoveChild(document.DocumentElement);
        using var reader = XmlReader.Create(new StringReader(WithoutNamedEntities(text)), Settings);
        INode parent = document;
        var (nodes, depth) = (1, 0);
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.EndElement)
            {
                parent = parent.Parent!;
                depth--;
                continue;
            }
            if (NodeOf(reader, document, parent) is not { } node)
                continue;
            if (++nodes > limits.MaxNodes)
                throw PageSurvey.TooMany(limits.MaxNodes);
            parent.AppendChild(node);
            if (node is not IElement || reader.IsEmptyElement)
                continue;
            if (++depth > limits.MaxDepth)
                throw PageSurvey.TooDeep(limits.MaxDepth);
            parent = node;
        }
        return document;
    }

    private static INode? NodeOf(XmlReader reader, IHtmlDocument document, INode parent)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                return ElementOf(reader, document);
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when parent != document:
                return document.CreateTextNode(reader.Value);
            case XmlNodeType.Comment:
                return document.CreateComment(reader.Value);
            default:
                return null;
        }
    }

    private static IElement ElementOf(XmlReader reader, IHtmlDocument document)
    {
        // A page without a namespace is XHTML if its root is html.
        var isXhtml = document.DocumentElement is { } root ? root.NamespaceUri == Xhtml : reader.LocalName == "html";
        var space = reader.NamespaceURI.Length == 0 && isXhtml ? Xhtml : reader.NamespaceURI;
        var element = document.CreateElement(space.Length == 0 ? null : space, reader.Name);
        for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI.Length == 0)
                element.SetAttribute(reader.Name, reader.Value);
            else
                element.SetAttribute(reader.NamespaceURI, reader.Name, reader.Value);
        }
        reader.MoveToElement();
        return element;
    }

    /// <summary>Replaces entities such as <c>&amp;nbsp;</c> with characters, except XML's own five and those in comments and CDATA sections.</summary>
    private static string WithoutNamedEntities(ReadOnlySpan<char> text)
    {
        if (!text.Contains('&'))
            return text.ToString();
        var plain = new StringBuilder(text.Length);
        while (text.IndexOfAny('&', '<') is var next and >= 0)
        {
            plain.Append(text[..next]);
            text = text[next..];
            var skipped = text.StartsWith("<!--") ? Through(text, "-->") : text.StartsWith("<![CDATA[") ? Through(text, "]]>") : 0;
            if (skipped == 0 && text[0] == '&' && text.IndexOf(';') is > 1 and < 40 and var end && SymbolOf(text[1..end]) is { } symbol)
            {
                plain.Append(symbol);
                text = text[(end + 1)..];
                continue;
            }
            skipped = Math.Max(1, skipped);
            plain.Append(text[..skipped]);
            text = text[skipped..];
        }
        return plain.Append(text).ToString();
    }

    private static int Through(ReadOnlySpan<char> text, string end) => text.IndexOf(end, StringComparison.Ordinal) is >= 0 and var at ? at + end.Length : text.Length;

    // Written as numeric references, so that no character is parsed as markup.
    private static string? SymbolOf(ReadOnlySpan<char> name)
    {
        if (name is "amp" or "lt" or "gt" or "quot" or "apos" || name[0] == '#')
            return null;
        return HtmlEntityProvider.Resolver.GetSymbol(name.ToString() + ';') is not { } symbol ? null
            : string.Concat(symbol.EnumerateRunes().Select(static rune => $"&#{rune.Value};"));
    }
}
