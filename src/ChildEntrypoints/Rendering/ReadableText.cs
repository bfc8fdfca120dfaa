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
    private string? _marker;

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
            var map = new TextMap(body);
            var main = MainPart(body, map);
            readable.Walk(main, wholePage: main == body && map.Outside < EnoughText);
        }
        readable.Content = readable._text.ToString().Trim();
        readable.Words = CountWords(readable.Content);
        return readable;
    }

    private static IElement MainPart(IElement body, TextMap map)
    {
        foreach (var named in map.Named)
        {
            if (named is [var only] && map[only].Text >= EnoughText)
                return only;
        }
        // Paragraphs vote for what holds them, half as much for what holds that.
        var votes = new Dictionary<IElement, double>();
        var total = 0.0;
        foreach (var paragraph in map.Paragraphs)
        {
            var (length, links) = map[paragraph];
            if (length < 25)
                continue;
            var score = Math.Max(0, length - 2 * links);
            total += score;
            if (paragraph.ParentElement is not { } parent)
                continue;
            votes[parent] = votes.GetValueOrDefault(parent) + score;
            if (parent.ParentElement is { } grand)
                votes[grand] = votes.GetValueOrDefault(grand) + score / 2.0;
        }
        var best = votes.Count == 0 ? body : votes.MaxBy(static vote => vote.Value).Key;
        // A part that holds less than most of it is no main part: then the page is its own.
        return votes.Count > 0 && votes[best] >= total * 0.7 ? best : body;
    }

    /// <summary>How much text each element holds, and how much of it in links: counted in one walk over the page.</summary>
    private sealed class TextMap
    {
        private readonly Dictionary<IElement, (int Text, int Links)> _lengths = [];

        internal TextMap(IElement body) => Count(body, aside: false, link: false);

        /// <summary>main elements, elements of that role, articles.</summary>
        internal List<IElement>[] Named { get; } = [[], [], []];

        /// <summary>What holds running text, outside navigation and forms.</summary>
        internal List<IElement> Paragraphs { get; } = [];

        /// <summary>Characters outside navigation and forms.</summary>
        internal int Outside { get; private set; }

        internal (int Text, int Links) this[IElement element] => _lengths.GetValueOrDefault(element);

        private (int Text, int Links) Count(IElement element, bool aside, bool link)
        {
            var name = element.LocalName;
            if (Hidden.Contains(name))
                return default;
            aside |= Aside.Contains(name);
            link |= name == "a";
            if (name == "main")
                Named[0].Add(element);
            else if (name == "article")
                Named[2].Add(element);
            if (element.GetAttribute("role") == "main")
                Named[1].Add(element);
            if (!aside && (name is "p" or "pre" or "li" or "dd" or "blockquote" or "td"))
                Paragraphs.Add(element);
            var (text, links) = (0, 0);
            // By index: the library finds a sibling by looking through all of them.
            var children = element.ChildNodes;
            for (var i = 0; i < children.Length; i++)
            {
                var child = children[i];
                if (child is IElement inner)
                {
                    var (innerText, innerLinks) = Count(inner, aside, link);
                    text += innerText;
                    links += innerLinks;
                }
                else if (child is IText words)
                {
                    var length = words.Data.AsSpan().Trim().Length;
                    text += length;
                    links += link ? length : 0;
                    if (!aside)
                        Outside += length;
                }
            }
            _lengths[element] = (text, links);
            return (text, links);
        }
    }

    private void Walk(IElement element, bool wholePage)
    {
        if (Hidden.Contains(element.LocalName) || element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true" || (!wholePage && Aside.Contains(element.LocalName)))
        {
            _marker = null;
            return;
        }
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
        if (_marker == "\t")
            _text.Append('\t');
        else if (_marker is not null)
            Append(_marker);
        _marker = null;
        var preformatted = name is "pre" or "plaintext";
        _preformatted += preformatted ? 1 : 0;
        var number = name == "ol" ? FirstNumber(element) : 0;
        var cells = 0;
        var children = element.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            if (children[i] is IElement inner)
            {
                if (inner.LocalName == "li")
                    _marker = name == "ol" ? $"{number++}. " : "• ";
                else if (inner.LocalName is "td" or "th" && cells++ > 0)
                    _marker = "\t";
                Walk(inner, wholePage);
            }
            else if (children[i] is IText text)
            {
                Append(text.Data);
            }
        }
        _preformatted -= preformatted ? 1 : 0;
        if (block)
            Break(tight ? 1 : 2);
    }

    private static int FirstNumber(IElement list) =>
        int.TryParse(list.GetAttribute("start"), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var start) ? start : 1;

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
