using System.Globalization;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <content>Headings, code, lists, tables and notes.</content>
internal sealed partial class MarkdownText
{
    private void Heading(IElement element, int level)
    {
        if (_output.Depth == 0)
            _links.Define(_output);
        var line = Line(element);
        // A heading's last number signs would be taken for its end.
        if (line.EndsWith('#'))
            line = line[..^1] + "\\#";
        if (!string.IsNullOrWhiteSpace(line))
            Write($"{new string('#', level)} {line}");
    }

    private void CodeBlock(IElement element)
    {
        var text = CodeText.Of(element);
        if (text.AsSpan().Trim().IsEmpty)
            return;
        var fence = new string('`', Math.Max(3, MarkdownInlines.LongestRun(text, '`') + 1));
        _output.Separate();
        _output.Lines(fence + CodeText.LanguageOf(element));
        _output.Lines(text);
        _output.Lines(fence);
        _output.EndBlock();
    }

    private bool Contained(IElement element, string first, string rest)
    {
        _output.Push(first, rest);
        Children(element);
        Flush();
        var written = _output.Pop();
        _output.EndBlock();
        return written;
    }

    private void List(IElement list, ListMarkers? markers)
    {
        var marker = markers is null ? '-' : '.';
        if (_lastList.At == _output.Length && _lastList.Marker == marker)
            marker = markers is null ? '*' : ')';
        var loose = IsLoose(list);
        // A list may only stand right below an item's text if it cannot be taken for more of that text.
        var tight = !loose && markers is null && list.ParentElement is { LocalName: "li" };
        var children = list.ChildNodes;
        for (var i = 0; i < children.Length; i++)
        {
            if (children[i] is IText text)
                _inlines.Text(text.Data, _format, _code);
            if (children[i] is not IElement item || _notes.Skips(item) || PageStyle.Hides(item))
                continue;
            Flush();
            var first = markers is null ? $"{marker} " : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(item.LocalName == "li" ? markers.NextNumber(item) : 0, 0, 999_999_999)}{marker} ");
            _output.Separate(tight);
            _output.Push(first, new string(' ', first.Length));
            if (item.LocalName == "li")
                Children(item);
            else
                Walk(item);
            Flush();
            // Only an item with text is one.
            if (_output.Pop())
                tight = !loose;
            _output.EndBlock();
        }
        Flush();
        _lastList = (_output.Length, marker);
    }

    private static bool IsLoose(IElement list)
    {
        foreach (var item in list.Children)
        {
            foreach (var child in item.Children)
            {
                if (child.LocalName is "p" or "pre" or "blockquote" or "table" or "dl" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6")
                    return true;
            }
        }
        return false;
    }

    private void DefinitionList(IElement list)
    {
        var (term, terms) = (false, 0);
        void Walk(IElement group)
        {
            foreach (var child in group.Children)
            {
                if (_notes.Skips(child) || PageStyle.Hides(child))
                    continue;
                if (child.LocalName == "dt")
                {
                    var line = Line(child);
                    if (string.IsNullOrWhiteSpace(line))
                        continue;
                    _output.Separate(tight: term);
                    _output.Lines(MarkdownEscape.Lines(line));
                    _output.EndBlock();
                    term = true;
                    terms++;
                }
                else if (child.LocalName == "dd" && terms > 0)
                {
                    _output.Separate(tight: term);
                    Contained(child, ":   ", "    ");
                    term = false;
                }
                else if (child.LocalName == "div" && group == list)
                {
                    Walk(child);
                }
                else
                {
                    this.Walk(child);
                    Flush();
                }
            }
        }
        Walk(list);
    }

    private void Table(IElement element, MarkdownTable table)
    {
        if (table.Caption is { } caption && !PageStyle.Hides(caption))
            Write(MarkdownEscape.Lines(Line(caption)));
        var lines = table.Lines(cell => PageStyle.Hides(cell) ? "" : Line(cell, inCell: true));
        if (lines.Length > 0)
            Write(lines);
    }

    private void Footnotes()
    {
        foreach (var (number, note) in _notes.Begin())
        {
            _output.Separate();
            Contained(note, string.Create(CultureInfo.InvariantCulture, $"[^{number}]: "), "    ");
        }
    }
}
