using System.Text;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>
/// The lines of a Markdown text. Containers (quotes, list items, notes) give each line its prefix; a container in which
/// nothing is written leaves no trace.
/// </summary>
internal sealed class MarkdownOutput
{
    /// <summary>Deeper containers write no prefix: a prefix per level and line would make a small deep page a huge text.</summary>
    private const int MostContainers = 40;

    private readonly StringBuilder _text = new();
    private readonly List<int> _ends = [];
    private readonly Stack<Frame> _containers = new();

    // The prefix of every line; and that of the next line if it is a container's first.
    private string _prefix = "";
    private string? _first;

    // The lines between the last line and the next one: 1 is none, 2 is an empty one, with the prefix of the container around both.
    private int _gap;
    private string _gapPrefix = "";

    // Whether the innermost container has no line yet.
    private bool _fresh = true;

    /// <summary>How much is written, in characters.</summary>
    internal int Length => _text.Length;

    /// <summary>The number of containers around the next line.</summary>
    internal int Depth => _containers.Count;

    /// <summary>Where blocks end, ascending: a text cut there is whole blocks.</summary>
    internal IReadOnlyList<int> Ends => _ends;

    /// <summary>Separates the next line from what is written in the same container: by an empty line, or if tight by nothing.</summary>
    internal void Separate(bool tight = false)
    {
        if (_fresh)
            return;
        _gap = Math.Max(_gap, tight ? 1 : 2);
        _gapPrefix = _prefix;
    }

    /// <summary>Begins a container.</summary>
    /// <param name="first">The prefix of its first line.</param>
    /// <param name="rest">The prefix of its other lines.</param>
    internal void Push(string first, string rest)
    {
        _containers.Push(new Frame(_prefix, _first, _fresh, _text.Length));
        if (_containers.Count <= MostContainers)
        {
            _first = (_first ?? _prefix) + first;
            _prefix += rest;
        }
        _fresh = true;
    }

    /// <summary>Ends the innermost container. Returns whether anything was written in it.</summary>
    internal bool Pop()
    {
        var frame = _containers.Pop();
        _prefix = frame.Prefix;
        if (_text.Length == frame.Length)
        {
            _first = frame.First;
            _fresh = frame.Fresh;
            return false;
        }
        _fresh = false;
        return true;
    }

    /// <summary>Writes lines; they hold no other line break than line feeds.</summary>
    internal void Lines(ReadOnlySpan<char> lines)
    {
        foreach (var line in lines.EnumerateLines())
            Line(line);
    }

    /// <summary>Notes that a block ends here.</summary>
    internal void EndBlock()
    {
        if (_text.Length > 0 && (_ends.Count == 0 || _ends[^1] < _text.Length))
            _ends.Add(_text.Length);
    }

    public override string ToString() => _text.ToString();

    private void Line(ReadOnlySpan<char> line)
    {
        if (_text.Length > 0)
        {
            if (_gap == 2)
                _text.Append('\n').Append(_gapPrefix.AsSpan().TrimEnd());
            _text.Append('\n');
        }
        var prefix = (_first ?? _prefix).AsSpan();
        _text.Append(line.IsEmpty ? prefix.TrimEnd() : prefix).Append(line);
        _first = null;
        _gap = 0;
        _fresh = false;
    }

    private readonly record struct Frame(string Prefix, string? First, bool Fresh, int Length);
}
