using System.Text;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Scripting;

/// <summary>What little of style is known without style sheets.</summary>
internal static class Visibility
{
    /// <summary>Whether neither the element nor one around it is hidden by an attribute or its own style.</summary>
    internal static bool IsShown(IElement element)
    {
        if (!DomTree.IsConnected(element))
            return false;
        for (var at = element; at is not null; at = at.ParentElement)
        {
            if (Display(at) == "none")
                return false;
        }
        return true;
    }

    /// <summary>The element's own display.</summary>
    internal static string Display(IElement element)
    {
        if (JsStyle.Read(element.GetAttribute("style"), "display") is { Length: > 0 } own)
            return own;
        if (element.HasAttribute("hidden"))
            return "none";
        return element.LocalName switch
        {
            "head" or "script" or "style" or "template" or "title" or "meta" or "link" or "base" or "noscript" => "none",
            "span" or "a" or "b" or "i" or "em" or "strong" or "code" or "small" or "label" or "sub" or "sup" or "img" or "br" or "abbr" or "cite" or "q" or "u" or "s" or "time" or "mark" or "kbd" or "var" or "samp" => "inline",
            "input" or "button" or "select" or "textarea" => "inline-block",
            "li" => "list-item",
            "table" => "table",
            "tr" => "table-row",
            "td" or "th" => "table-cell",
            "thead" => "table-header-group",
            "tbody" => "table-row-group",
            "tfoot" => "table-footer-group",
            _ => element.NamespaceUri == "http://www.w3.org/1999/xhtml" && !element.LocalName.Contains('-', StringComparison.Ordinal) ? "block" : "inline",
        };
    }

    /// <summary>The text that is shown, roughly: hidden parts left out, line breaks where blocks begin and end.</summary>
    internal static string InnerText(IElement element)
    {
        var text = new StringBuilder();
        Add(element, text);
        return text.ToString().Trim('\n');
    }

    private static void Add(INode node, StringBuilder text)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText data:
                    text.Append(data.Data);
                    break;
                case IElement { LocalName: "br" }:
                    text.Append('\n');
                    break;
                case IElement inner when Display(inner) is var display && display != "none":
                    var isBlock = display is "block" or "list-item" or "table" or "table-row" or "flex" or "grid";
                    if (isBlock && text.Length > 0 && text[^1] != '\n')
                        text.Append('\n');
                    Add(inner, text);
                    if (isBlock && text.Length > 0 && text[^1] != '\n')
                        text.Append('\n');
                    break;
                default:
                    break;
            }
        }
    }
}
