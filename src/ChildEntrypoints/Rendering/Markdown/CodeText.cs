using System.Text;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>Preformatted text, as it is.</summary>
internal static class CodeText
{
    /// <summary>The text of a preformatted element; line breaks are line feeds, and the last one is left out.</summary>
    internal static string Of(IElement element)
    {
        var text = new StringBuilder();
        Append(element, text);
        return text.Replace("\r\n", "\n").Replace('\r', '\n').ToString().TrimEnd('\n');
    }

    /// <summary>The language that a class of the element or of its only child names, such as <c>language-c</c>; empty for none.</summary>
    internal static string LanguageOf(IElement element)
    {
        for (var at = element; at is not null; at = at.Children.Length == 1 ? at.Children[0] : null)
        {
            foreach (var name in at.ClassList)
            {
                foreach (var start in (ReadOnlySpan<string>)["language-", "lang-", "highlight-source-", "brush:"])
                {
                    if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase) && name[start.Length..] is var language && IsLanguage(language))
                        return language;
                }
            }
        }
        return "";
    }

    private static bool IsLanguage(string name) => name.Length is > 0 and <= 40 && name.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+#-_.") < 0;

    private static void Append(INode node, StringBuilder text)
    {
        var children = node.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            if (children[i] is IText words)
                text.Append(words.Data);
            else if (children[i] is IElement { LocalName: "br" })
                text.Append('\n');
            else if (children[i] is IElement element && !PageStyle.Hides(element, ElementKinds.Of(element.LocalName)))
                Append(element, text);
        }
    }
}
