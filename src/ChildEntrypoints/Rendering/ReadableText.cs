using System.Buffers;
using ActorBrowser.ChildEntrypoints.Rendering.Markdown;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// A page's text for readers: its main content, without navigation, forms and hidden elements; paragraphs, lists, tables and
/// preformatted text keep their layout.
/// </summary>
internal sealed class ReadableText : IDisposable
{
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

    /// <summary>The text; an empty line separates paragraphs.</summary>
    internal ReadOnlySpan<char> Content => _text.AsSpan(_content);

    internal int Words { get; private set; }

    internal static ReadableText Of(IDocument document)
    {
        return MainContent.Of(document) is { } main ? Of(main.Element, main.WholePage) : new ReadableText();
    }

    /// <summary>The text of one element.</summary>
    /// <param name="element">The element.</param>
    /// <param name="wholePage">Whether navigation and forms are read as well.</param>
    internal static ReadableText Of(IElement element, bool wholePage)
    {
        var readable = new ReadableText();
        readable.Walk(element, wholePage);
        var written = readable._text.AsSpan(0, readable._length);
        var start = written.Length - written.TrimStart().Length;
        readable._content = start..(start + written.Trim().Length);
        readable.Words = CountWords(readable.Content);
        return readable;
    }

    /// <summary>Gives the text to somebody who keeps it, and the buffer back.</summary>
    internal BlockText ToBlocks()
    {
        using (this)
            return BlockText.Of(Content);
    }

    public void Dispose() => ArrayPool<char>.Shared.Return(_text);

    private void Walk(IElement element, bool wholePage)
    {
        var name = element.LocalName;
        var kind = ElementKinds.Of(name);
        if (PageStyle.Hides(element, kind) || (!wholePage && MainContent.IsAside(element, kind)))
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
        var block = (kind & ElementKind.Block) != 0;
        var tight = (kind & ElementKind.Tight) != 0;
        if (block)
            Break(tight ? 1 : 2);
        if (_marker == "\t")
            Room(1)[_length++] = '\t';
        else if (_marker is not null)
            Append(_marker);
        var marked = _marker is not null;
        _behindMarker |= marked;
        _marker = null;
        var preformatted = (kind & ElementKind.Preformatted) != 0 ? 1 : 0;
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
        // At most the text's characters and a space before them.
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
        // Keep the space after a marker for the text that follows.
        if (text.EndsWith(". ", StringComparison.Ordinal) || text == "• ")
            _space = true;
    }

    private void Break(int lines)
    {
        // An item's first block starts on the line of its marker.
        if (_behindMarker)
            return;
        _space = false;
        if (_length == 0)
            return;
        for (; _breaks < lines; _breaks++)
            Room(1)[_length++] = '\n';
    }

    /// <summary>Returns the buffer, with room for this many more characters.</summary>
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
