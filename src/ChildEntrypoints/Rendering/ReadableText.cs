using System.Text;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The text a person came for: the page's own main part if it names one, else the element that holds most of the running
/// text, without navigation, forms and what is hidden; paragraphs, lists, tables and preformatted text keep their shape.
/// </summary>
internal sealed class ReadableText
{
    private const int EnoughText = 200;

    private static readonly HashSet<string> Hidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "canvas", "audio", "video", "select", "datalist", "button", "textarea",
    };

    private static readonly HashSet<string> Aside = new(StringComparer.OrdinalIgnoreCase) { "nav", "footer", "aside", "form", "dialog", "menu" };

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6",
        "header", "hgroup", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul", "nav", "footer", "aside", "form", "caption", "plaintext",
    };

    private readonly StringBuilder _text = new();
    private bool _space;
    private int _breaks = 2;
    private int _preformatted;

    private ReadableText()
    {
    }

    /// <summary>Paragraphs are separated by an empty line.</summary>
    internal string Content { get; private set; } = "";

    internal int Words { get; private set; }

    internal static ReadableText Of(IDocument document)
    {
        var readable = new ReadableText();
        if (document.Body is { } body)
        {
            var main = MainPart(body);
            readable.Walk(main, wholePage: main == body && !HasMuchText(body));
        }
        readable.Content = readable._text.ToString().Trim();
        readable.Words = CountWords(readable.Content);
        return readable;
    }

    private static IElement MainPart(IElement body)
    {
        foreach (var selector in new[] { "main", "[role=main]", "article" })
        {
            if (body.QuerySelectorAll(selector) is [var only] && TextLength(only) >= EnoughText)
                return only;
        }
        // Paragraphs vote for what holds them, half as much for what holds that.
        var votes = new Dictionary<IElement, double>();
        var total = 0.0;
        foreach (var paragraph in body.QuerySelectorAll("p, pre, li, dd, blockquote, td"))
        {
            var length = TextLength(paragraph);
            if (length < 25 || IsAside(paragraph))
                continue;
            var links = paragraph.QuerySelectorAll("a").Sum(TextLength);
            var score = Math.Max(0, length - 2 * links);
            total += score;
            if (paragraph.ParentElement is not { } parent)
                continue;
            votes[parent] = votes.GetValueOrDefault(parent) + score;
            if (parent.ParentElement is { } grand)
                votes[grand] = votes.GetValueOrDefault(grand) + score / 2;
        }
        var best = votes.Count == 0 ? body : votes.MaxBy(static vote => vote.Value).Key;
        // A part that holds less than most of it is no main part: then the page is its own.
        return votes.Count > 0 && votes[best] >= total * 0.7 ? best : body;
    }

    private static bool IsAside(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
            if (Aside.Contains(at.LocalName))
                return true;
        return false;
    }

    private static bool HasMuchText(IElement body)
    {
        var outside = 0;
        foreach (var paragraph in body.QuerySelectorAll("p, pre, li, dd, td, h1, h2, h3, div"))
        {
            if (!IsAside(paragraph) && (outside += TextLength(paragraph)) >= EnoughText)
                return true;
        }
        return false;
    }

    private static int TextLength(IElement element)
    {
        var length = 0;
        foreach (var text in element.Descendants<IText>())
        {
            if (text.ParentElement is { } parent && !Hidden.Contains(parent.LocalName))
                length += text.Data.AsSpan().Trim().Length;
        }
        return length;
    }

    private void Walk(IElement element, bool wholePage)
    {
        if (Hidden.Contains(element.LocalName) || element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true" || (!wholePage && Aside.Contains(element.LocalName)))
            return;
        var name = element.LocalName;
        switch (name)
        {
            case "br":
                Break(1);
                return;
            case "img" when element.GetAttribute("alt") is { Length: > 0 } alternative:
                Append($"[{alternative}]");
                return;
            case "hr":
                Break(2);
                return;
            default:
                break;
        }
        var block = Blocks.Contains(name);
        var tight = name is "li" or "dt" or "dd" or "tr" or "td" or "th" or "div" or "caption";
        if (block)
            Break(tight ? 1 : 2);
        if (name == "li")
            Append(Marker(element));
        if (name is "td" or "th" && element.PreviousElementSibling is not null)
            _text.Append('\t');
        var preformatted = name is "pre" or "plaintext";
        _preformatted += preformatted ? 1 : 0;
        foreach (var child in element.ChildNodes)
        {
            if (child is IElement inner)
                Walk(inner, wholePage);
            else if (child is IText text)
                Append(text.Data);
        }
        _preformatted -= preformatted ? 1 : 0;
        if (block)
            Break(tight ? 1 : 2);
    }

    private static string Marker(IElement item)
    {
        if (item.ParentElement is not { LocalName: "ol" } list)
            return "• ";
        var number = int.TryParse(list.GetAttribute("start"), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var start) ? start : 1;
        for (var before = item.PreviousElementSibling; before is not null; before = before.PreviousElementSibling)
            number += before.LocalName == "li" ? 1 : 0;
        return $"{number}. ";
    }

    private void Append(string text)
    {
        if (_preformatted > 0)
        {
            if (text.Length > 0)
            {
                _text.Append(text);
                _breaks = text.EndsWith('\n') ? 1 : 0;
            }
            return;
        }
        foreach (var c in text)
        {
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _space = true;
                continue;
            }
            if (_space && _breaks == 0)
                _text.Append(' ');
            _space = false;
            _breaks = 0;
            _text.Append(c);
        }
        // A marker's own space is kept for the text that follows.
        if (text.EndsWith(". ", StringComparison.Ordinal) || text == "• ")
            _space = true;
    }

    private void Break(int lines)
    {
        _space = false;
        if (_text.Length == 0)
            return;
        for (; _breaks < lines; _breaks++)
            _text.Append('\n');
    }

    private static int CountWords(string text)
    {
        var words = 0;
        var inside = false;
        foreach (var c in text)
        {
            var letter = char.IsLetterOrDigit(c);
            if (letter && !inside)
                words++;
            inside = letter || (inside && c is '\'' or '’' or '-');
        }
        return words;
    }
}
