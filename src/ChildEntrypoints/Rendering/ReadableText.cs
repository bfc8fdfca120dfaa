using System.Buffers;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The text a person came for: the page's own main part if it names one, else the element that holds most of the running
/// text, without navigation, forms and what is hidden; paragraphs, lists, tables and preformatted text keep their shape.
/// </summary>
internal sealed class ReadableText : IDisposable
{
    private const int EnoughText = 200;

    private static readonly Dictionary<string, Kind> Kinds = KindsOf(
        (Kind.Hidden, "script style template head iframe object embed svg canvas audio video select datalist button textarea"),
        (Kind.Aside, "nav footer aside form dialog menu"),
        (Kind.Block, "address article blockquote body center details fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hgroup hr html main ol p pre section"
            + " summary table tbody tfoot thead ul nav footer aside form plaintext"),
        (Kind.Block | Kind.Tight, "div dl dt dd li tr caption noscript"),
        (Kind.Tight, "td th"),
        (Kind.Paragraph, "p pre li dd blockquote td"),
        (Kind.Preformatted, "pre plaintext"));

    private char[] _text = ArrayPool<char>.Shared.Rent(16 << 10);
    private int _length;
    private Range _content;
    private bool _space;
    private int _breaks = 2;
    private int _preformatted;
    private string? _marker;
    private bool _behindMarker;

    private ReadableText()
    {
    }

    /// <summary>Paragraphs are separated by an empty line.</summary>
    internal ReadOnlySpan<char> Content => _text.AsSpan(_content);

    internal int Words { get; private set; }

    internal static ReadableText Of(IDocument document)
    {
        var readable = new ReadableText();
        // What is no page, such as a feed, is its root's text.
        if ((document.Body ?? document.DocumentElement) is { } body)
        {
            var map = new TextMap(body);
            var main = MainPart(body, map);
            readable.Walk(main, wholePage: main == body && map.Outside < EnoughText);
        }
        var written = readable._text.AsSpan(0, readable._length);
        var start = written.Length - written.TrimStart().Length;
        readable._content = start..(start + written.Trim().Length);
        readable.Words = CountWords(readable.Content);
        return readable;
    }

    public void Dispose() => ArrayPool<char>.Shared.Return(_text);

    // A form that holds running text is the page's frame, as some servers write pages, not a thing to be filled in.
    private static bool IsAside(IElement element, Kind kind) =>
        (kind & Kind.Aside) != 0 && !(element.LocalName == "form" && element.QuerySelectorAll("p, pre, blockquote, dd").Sum(static part => Math.Min(part.TextContent.Length, EnoughText)) >= EnoughText);

    private static IElement MainPart(IElement body, TextMap map)
    {
        foreach (var named in map.Named)
        {
            if (named is [var only] && only.Text >= EnoughText)
                return only.Element;
        }
        // Paragraphs vote for what holds them, half as much for what holds that.
        var votes = new Dictionary<IElement, double>();
        var total = 0.0;
        foreach (var (paragraph, length, links) in map.Paragraphs)
        {
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

    private static Dictionary<string, Kind> KindsOf(params ReadOnlySpan<(Kind Kind, string Names)> groups)
    {
        var kinds = new Dictionary<string, Kind>(StringComparer.Ordinal);
        foreach (var (kind, names) in groups)
            foreach (var name in names.Split(' '))
                kinds[name] = kinds.GetValueOrDefault(name) | kind;
        return kinds;
    }

    /// <summary>What an element's name says of it.</summary>
    [Flags]
    private enum Kind
    {
        Inline = 0,
        Hidden = 1,
        Aside = 2,
        Block = 4,
        Tight = 8,
        Paragraph = 16,
        Preformatted = 32,
    }

    /// <summary>How much text the elements that matter hold, and how much of it in links: counted in one walk over the page.</summary>
    private sealed class TextMap
    {
        internal TextMap(IElement body) => Count(body, aside: false, link: false);

        /// <summary>main elements, elements of that role, articles.</summary>
        internal List<(IElement Element, int Text)>[] Named { get; } = [[], [], []];

        /// <summary>What holds running text, outside navigation and forms; its length, and that in links.</summary>
        internal List<(IElement Element, int Text, int Links)> Paragraphs { get; } = [];

        /// <summary>Characters outside navigation and forms.</summary>
        internal int Outside { get; private set; }

        private (int Text, int Links) Count(IElement element, bool aside, bool link)
        {
            var name = element.LocalName;
            var kind = Kinds.GetValueOrDefault(name);
            if ((kind & Kind.Hidden) != 0 || PageStyle.Hides(element))
                return default;
            aside |= IsAside(element, kind);
            link |= name == "a";
            var isParagraph = !aside && (kind & Kind.Paragraph) != 0;
            var outside = Outside;
            // Before what is in it: votes for two that have as many go to the one that comes first.
            var place = Paragraphs.Count;
            if (isParagraph)
                Paragraphs.Add(default);
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
            if (isParagraph)
                Paragraphs[place] = (element, text, links);
            // Navigation in it does not make it the main part.
            var running = Outside - outside;
            if (name == "main")
                Named[0].Add((element, running));
            else if (name == "article")
                Named[2].Add((element, running));
            if (element.GetAttribute("role") == "main")
                Named[1].Add((element, running));
            return (text, links);
        }
    }

    private void Walk(IElement element, bool wholePage)
    {
        var name = element.LocalName;
        var kind = Kinds.GetValueOrDefault(name);
        if ((kind & Kind.Hidden) != 0 || PageStyle.Hides(element) || (!wholePage && IsAside(element, kind)))
        {
            _marker = null;
            return;
        }
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
        var block = (kind & Kind.Block) != 0;
        var tight = (kind & Kind.Tight) != 0;
        if (block)
            Break(tight ? 1 : 2);
        if (_marker == "\t")
            Room(1)[_length++] = '\t';
        else if (_marker is not null)
            Append(_marker);
        var marked = _marker is not null;
        _behindMarker |= marked;
        _marker = null;
        var preformatted = (kind & Kind.Preformatted) != 0 ? 1 : 0;
        _preformatted += preformatted;
        var list = name == "ol" ? new ListMarkers(element) : null;
        var cells = 0;
        var children = element.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            if (children[i] is IElement inner)
            {
                if (inner.LocalName == "li")
                    _marker = list?.Next(inner) ?? "• ";
                else if (inner.LocalName is "td" or "th" && cells++ > 0)
                    _marker = "\t";
                Walk(inner, wholePage);
            }
            else if (children[i] is IText text)
            {
                Append(text.Data);
            }
        }
        _preformatted -= preformatted;
        _behindMarker &= !marked;
        if (block)
            Break(tight ? 1 : 2);
    }

    private void Append(string text)
    {
        // At most as many characters as there are, and a space before them.
        var to = Room(text.Length + 1);
        if (_preformatted > 0)
        {
            if (text.Length > 0)
            {
                text.CopyTo(to.AsSpan(_length));
                _length += text.Length;
                _behindMarker = false;
                _breaks = text.EndsWith('\n') ? 1 : 0;
            }
            return;
        }
        var length = _length;
        foreach (var c in text)
        {
            if (c is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _space = true;
                continue;
            }
            if (_space && _breaks == 0)
                to[length++] = ' ';
            _space = false;
            _breaks = 0;
            to[length++] = c;
        }
        _behindMarker &= length == _length;
        _length = length;
        // A marker's own space is kept for the text that follows.
        if (text.EndsWith(". ", StringComparison.Ordinal) || text == "• ")
            _space = true;
    }

    private void Break(int lines)
    {
        // An item's first block stands on the line of its marker.
        if (_behindMarker)
            return;
        _space = false;
        if (_length == 0)
            return;
        for (; _breaks < lines; _breaks++)
            Room(1)[_length++] = '\n';
    }

    /// <summary>What is written to, with room for so many more characters.</summary>
    private char[] Room(int characters)
    {
        if (_text.Length - _length >= characters)
            return _text;
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(_text.Length * 2, _length + characters));
        _text.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<char>.Shared.Return(_text);
        return _text = larger;
    }

    private static int CountWords(ReadOnlySpan<char> text)
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
