using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>
/// Collects the text of one paragraph, heading or cell, and writes it with its formats. Emphasis is only written where all
/// versions of CommonMark read it back; elsewhere its text stands without it.
/// </summary>
/// <param name="links">Numbers the links.</param>
internal sealed class MarkdownInlines(MarkdownLinks links)
{
    private readonly List<Run> _runs = [];
    private bool _space;
    private bool _pipes;
    private bool _inCell;

    private enum RunKind
    {
        Text,
        Code,
        Image,
        Note,
        Break,
    }

    /// <summary>Whether there is nothing to write.</summary>
    internal bool IsEmpty => _runs.Count == 0;

    /// <summary>Adds text of the page; white space is collapsed.</summary>
    internal void Text(string text, InlineFormat? format, bool code)
    {
        var kind = code ? RunKind.Code : RunKind.Text;
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var isEnd = i == text.Length;
            if (!isEnd && text[i] is not (' ' or '\t' or '\n' or '\r' or '\f'))
            {
                if (start < 0)
                    start = i;
                continue;
            }
            if (start >= 0)
            {
                Add(kind, text[start..i], format);
                start = -1;
            }
            _space |= !isEnd;
        }
    }

    /// <summary>Adds a space, where one element's text must not run into the next one's.</summary>
    internal void Space() => _space = true;

    /// <summary>Adds an image with its alternative text.</summary>
    internal void Image(string alternative, string url, InlineFormat? format) => Add(RunKind.Image, alternative, format, url);

    /// <summary>Adds a reference to a footnote.</summary>
    internal void Note(int number, InlineFormat? format) => Add(RunKind.Note, $"[^{number}]", format);

    /// <summary>Adds a line break. Returns false where one stands already: two of them separate paragraphs.</summary>
    internal bool Break()
    {
        if (_runs.Count > 0 && _runs[^1].Kind == RunKind.Break)
            return false;
        if (_runs.Count > 0)
            _runs.Add(new Run(RunKind.Break, "", null, ""));
        _space = false;
        return true;
    }

    /// <summary>Returns the collected text as lines of Markdown and clears it. Characters that are special only at a line's start are not escaped yet.</summary>
    /// <param name="inCell">Whether it is for a table's cell.</param>
    internal string Take(bool inCell = false)
    {
        while (_runs.Count > 0 && _runs[^1].Kind == RunKind.Break)
            _runs.RemoveAt(_runs.Count - 1);
        // A line of a paragraph and its next line could be read as a table.
        _inCell = inCell;
        _pipes = inCell || _runs.Exists(static run => run.Kind == RunKind.Break);
        var to = new StringBuilder();
        Write(to, 0, _runs.Count, 0);
        _runs.Clear();
        _space = false;
        return to.ToString();
    }

    private void Add(RunKind kind, string text, InlineFormat? format, string url = "")
    {
        var last = _runs.Count > 0 ? _runs[^1] : default;
        if (_space && _runs.Count > 0 && last.Kind != RunKind.Break)
        {
            // A space belongs to what both its neighbours have in common: emphasis does not begin or end with one.
            var shared = InlineFormat.Common(last.Format, format);
            if (last.Kind == kind && kind is RunKind.Text or RunKind.Code && last.Format == format)
                text = " " + text;
            else if (shared == format && kind == RunKind.Text)
                text = " " + text;
            else
                Append(RunKind.Text, " ", shared, "");
        }
        _space = false;
        Append(kind, text, format, url);
    }

    private void Append(RunKind kind, string text, InlineFormat? format, string url)
    {
        if (_runs.Count > 0 && kind is RunKind.Text or RunKind.Code && _runs is [.., var last] && last.Kind == kind && last.Format == format)
            last.Text.Append(text);
        else
            _runs.Add(new Run(kind, text, format, url));
    }

    private void Write(StringBuilder to, int start, int end, int depth)
    {
        for (var i = start; i < end;)
        {
            if (InlineFormat.At(_runs[i].Format, depth) is not { } format)
            {
                WriteRun(to, i++);
                continue;
            }
            var next = i + 1;
            while (next < end && format.Equals(InlineFormat.At(_runs[next].Format, depth)))
                next++;
            if (format.Kind == InlineKind.Link)
                WriteLink(to, i, next, depth, format.Url);
            else
                WriteEmphasis(to, i, next, depth, format.Kind);
            i = next;
        }
    }

    private void WriteLink(StringBuilder to, int start, int end, int depth, string url)
    {
        to.Append('[');
        Write(to, start, end, depth + 1);
        to.Append("][").Append(links.NumberOf(url)).Append(']');
    }

    private void WriteEmphasis(StringBuilder to, int start, int end, int depth, InlineKind kind)
    {
        var before = to.Length > 0 ? to[^1] : '\0';
        var after = end < _runs.Count ? First(_runs[end]) : '\0';
        // Starts with a delimiter, so that nested emphasis sees punctuation before it.
        var inner = new StringBuilder("*");
        Write(inner, start, end, depth + 1);
        inner.Remove(0, 1);
        foreach (var delimiter in Delimiters(kind))
        {
            if (Fits(delimiter[0], before, inner, after))
            {
                to.Append(delimiter).Append(inner).Append(delimiter);
                return;
            }
        }
        Write(to, start, end, depth + 1);
    }

    private static ReadOnlySpan<string> Delimiters(InlineKind kind) => kind switch
    {
        InlineKind.Strong => (string[])["**", "__"],
        InlineKind.Emphasis => (string[])["_", "*"],
        _ => (string[])["~~"],
    };

    private static bool Fits(char delimiter, char before, StringBuilder inner, char after)
    {
        if (inner.Length == 0 || before == delimiter)
            return false;
        var (first, last) = (inner[0], inner[^1]);
        if (first == delimiter || last == delimiter || MarkdownEscape.IsSpace(first) || MarkdownEscape.IsSpace(last))
            return false;
        var (freeBefore, freeAfter) = (IsFree(before), IsFree(after));
        if (delimiter == '_' && !(freeBefore && freeAfter))
            return false;
        return (freeBefore || !MarkdownEscape.MayBePunctuation(first)) && (freeAfter || !MarkdownEscape.MayBePunctuation(last));
    }

    private static bool IsFree(char c) => MarkdownEscape.IsSpace(c) || MarkdownEscape.IsPunctuation(c);

    private char First(in Run run) => run.Kind switch
    {
        RunKind.Text => run.Text[0],
        RunKind.Code when IsPlain(run) => run.Text[0],
        RunKind.Break => '\n',
        _ => '[',
    };

    // Readers of Markdown disagree about an escaped vertical line in a cell's code, so such code is written as text.
    private bool IsPlain(in Run run) => _inCell && run.Text.ToString().Contains('|');

    private void WriteRun(StringBuilder to, int index)
    {
        var run = _runs[index];
        switch (run.Kind)
        {
            case RunKind.Text:
                MarkdownEscape.Append(to, run.Text.ToString(), _pipes, index > 0 && _runs[index - 1].Kind == RunKind.Note);
                break;
            case RunKind.Code when IsPlain(run):
                MarkdownEscape.Append(to, run.Text.ToString(), _pipes, behindNote: false);
                break;
            case RunKind.Code:
                // Two spans side by side would be one, with a longer fence between.
                if (index > 0 && _runs[index - 1].Kind == RunKind.Code && to[^1] == '`')
                    to.Append(' ');
                // Some readers take an escaped backtick for a part of the fence behind it.
                if (index > 0 && _runs[index - 1].Kind == RunKind.Text && to.Length > 1 && to[^1] == '`' && to[^2] == '\\')
                    to.Remove(to.Length - 2, 2).Append("&#96;");
                WriteCode(to, run.Text.ToString());
                break;
            case RunKind.Image:
                to.Append("![");
                MarkdownEscape.Append(to, run.Text.ToString(), _pipes, behindNote: false);
                to.Append("][").Append(links.NumberOf(run.Url)).Append(']');
                break;
            case RunKind.Note:
                to.Append(run.Text);
                break;
            default:
                to.Append("\\\n");
                break;
        }
    }

    private void WriteCode(StringBuilder to, string code)
    {
        var fence = new string('`', LongestRun(code, '`') + 1);
        // Readers strip one space from each end of a code span.
        var padding = code[0] is '`' or ' ' || code[^1] is '`' or ' ' ? " " : "";
        to.Append(fence).Append(padding).Append(code).Append(padding).Append(fence);
    }

    /// <summary>The longest run of a character in a text.</summary>
    internal static int LongestRun(ReadOnlySpan<char> text, char of)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == of ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    private readonly struct Run(RunKind kind, string text, InlineFormat? format, string url)
    {
        internal RunKind Kind { get; } = kind;

        internal StringBuilder Text { get; } = new(text);

        internal InlineFormat? Format { get; } = format;

        internal string Url { get; } = url;
    }
}
