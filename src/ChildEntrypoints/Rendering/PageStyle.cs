using System.Runtime.CompilerServices;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Whether an element is shown, by its own attributes only: style sheets are not read.</summary>
internal static class PageStyle
{
    private static readonly ConditionalWeakTable<IDocument, object> s_scripted = [];

    /// <summary>A document's scripts run: what it has for readers without scripts is not shown.</summary>
    internal static void RunsScripts(IDocument document) => s_scripted.AddOrUpdate(document, s_scripted);

    /// <summary>Whether the element and its content are hidden, by its name or its attributes.</summary>
    /// <param name="element">The element.</param>
    /// <param name="kind">The kind of its name.</param>
    internal static bool Hides(IElement element, ElementKind kind) => (kind & ElementKind.Hidden) != 0 || Hides(element);

    /// <summary>Whether the element and its content are hidden by its attributes.</summary>
    internal static bool Hides(IElement element)
    {
        if (element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true" || (element.LocalName == "dialog" && !element.HasAttribute("open")))
            return true;
        if (element.LocalName == "noscript" && element.Owner is { } owner && s_scripted.TryGetValue(owner, out _))
            return true;
        var style = element.GetAttribute("style").AsSpan();
        if (style.IsEmpty)
            return false;
        var (display, visibility) = (false, false);
        foreach (var range in style.Split(';'))
        {
            var declaration = style[range];
            var colon = declaration.IndexOf(':');
            if (colon < 0)
                continue;
            var name = declaration[..colon].Trim();
            var value = declaration[(colon + 1)..].Trim();
            if (value.EndsWith("!important", StringComparison.OrdinalIgnoreCase))
                value = value[..^"!important".Length].TrimEnd();
            // The last declaration counts.
            if (name.Equals("display", StringComparison.OrdinalIgnoreCase))
                display = value.Equals("none", StringComparison.OrdinalIgnoreCase);
            else if (name.Equals("visibility", StringComparison.OrdinalIgnoreCase))
                visibility = value.Equals("hidden", StringComparison.OrdinalIgnoreCase) || value.Equals("collapse", StringComparison.OrdinalIgnoreCase);
        }
        return display || visibility;
    }
}
