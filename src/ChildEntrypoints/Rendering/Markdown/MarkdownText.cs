using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>
/// A part of a page as Markdown: CommonMark with GitHub's tables and strikethrough, footnotes and definition lists. What is hidden
/// is left out, as in the readable text.
/// </summary>
internal sealed partial class MarkdownText
{
    private readonly MarkdownOutput _output = new();
    private readonly MarkdownLinks _links = new();
    private readonly MarkdownNotes _notes;
    private readonly LiveDocument _live;
    private readonly bool _wholePage;
    private MarkdownInlines _inlines;
    private InlineFormat? _format;
    private bool _code;

    // Inside a heading, a term or a cell: all is one line.
    private bool _flat;

    // Where the last list ended, and its marker: a list right behind it needs another one, or both would be one list.
    private (int At, char Marker) _lastList;

    private MarkdownText(LiveDocument live, IElement root, bool wholePage)
    {
        _live = live;
        _wholePage = wholePage;
        _notes = MarkdownNotes.Of(root);
        _inlines = new MarkdownInlines(_links);
    }

    /// <summary>Writes an element's content.</summary>
    /// <param name="live">The page, which resolves references.</param>
    /// <param name="root">The element.</param>
    /// <param name="wholePage">Whether navigation and forms are written too.</param>
    internal static BlockText Of(LiveDocument live, IElement root, bool wholePage)
    {
        var text = new MarkdownText(live, root, wholePage);
        text.Children(root);
        text.Flush();
        text._links.Define(text._output);
        text.Footnotes();
        text._links.Define(text._output);
        return new BlockText(text._output.ToString(), text._output.Ends);
    }

    private void Children(INode node)
    {
        var children = node.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            if (children[i] is IElement element)
                Walk(element);
            else if (children[i] is IText text)
                _inlines.Text(text.Data, _format, _code);
        }
    }

    private void Walk(IElement element)
    {
        var name = element.LocalName;
        var kind = ElementKinds.Of(name);
        if (PageStyle.Hides(element, kind) || (!_wholePage && MainContent.IsAside(element, kind)) || _notes.Skips(element))
            return;
        switch (name)
        {
            case "br":
                Break();
                break;
            case "img":
                Image(element);
                break;
            case "a":
                Anchor(element);
                break;
            case "b" or "strong":
                Formatted(element, InlineFormat.Within(_format, InlineKind.Strong));
                break;
            case "i" or "em":
                Formatted(element, InlineFormat.Within(_format, InlineKind.Emphasis));
                break;
            case "del" or "s" or "strike":
                Formatted(element, InlineFormat.Within(_format, InlineKind.Deleted));
                break;
            case "code" or "kbd" or "samp" or "tt":
                var code = _code;
                _code = true;
                Children(element);
                _code = code;
                break;
            default:
                if ((kind & (ElementKind.Block | ElementKind.Tight)) == 0)
                    Children(element);
                else if (_flat)
                    Flat(element);
                else
                    Block(element, name);
                break;
        }
    }

    private void Block(IElement element, string name)
    {
        Flush();
        switch (name)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Heading(element, name[1] - '0');
                break;
            case "hr":
                Write("___");
                break;
            case "pre" or "plaintext":
                CodeBlock(element);
                break;
            case "blockquote":
                _output.Separate();
                Contained(element, "> ", "> ");
                break;
            case "ul" or "menu":
                List(element, null);
                break;
            case "ol":
                List(element, new ListMarkers(element));
                break;
            case "dl":
                DefinitionList(element);
                break;
            case "table" when MarkdownTable.Of(element) is { } table:
                Table(element, table);
                break;
            default:
                Children(element);
                Flush();
                break;
        }
    }

    private void Flat(IElement element)
    {
        _inlines.Space();
        Children(element);
        _inlines.Space();
    }

    private void Formatted(IElement element, InlineFormat format)
    {
        var outer = _format;
        _format = format;
        Children(element);
        _format = outer;
    }

    private void Anchor(IElement element)
    {
        if (_notes.NumberOf(element) is { } number)
            _inlines.Note(number, _format);
        else if (_live.LinkOf(element.GetAttribute("href")) is { } url)
            Formatted(element, InlineFormat.Within(_format, InlineKind.Link, url));
        else
            Children(element);
    }

    private void Image(IElement element)
    {
        if (element.GetAttribute("alt") is not { } alternative || LiveDocument.Collapse(alternative) is not { Length: > 0 } text)
            return;
        if (_live.Resolve(element.GetAttribute("src")) is { } url)
            _inlines.Image(text, url, _format);
        else
            _inlines.Text($"[{text}]", _format, code: false);
    }

    private void Break()
    {
        if (_flat)
            _inlines.Space();
        else if (!_inlines.Break())
            Flush();
    }

    /// <summary>Ends the current paragraph.</summary>
    private void Flush()
    {
        if (!_flat && !_inlines.IsEmpty)
            Write(MarkdownEscape.Lines(_inlines.Take()));
    }

    private void Write(string block)
    {
        if (string.IsNullOrWhiteSpace(block))
            return;
        _output.Separate();
        _output.Lines(block);
        _output.EndBlock();
    }

    private string Line(IElement element, bool inCell = false)
    {
        var (outer, flat) = (_inlines, _flat);
        _inlines = new MarkdownInlines(_links);
        _flat = true;
        Children(element);
        var line = _inlines.Take(inCell);
        (_inlines, _flat) = (outer, flat);
        return line;
    }
}
