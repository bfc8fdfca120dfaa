using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering.Markdown;

/// <summary>
/// Finds a page's footnotes: links in raised text, or declared as references to notes, to an element that is a note. The notes stand
/// at the end of the Markdown, each once; their links back are left out.
/// </summary>
internal sealed class MarkdownNotes
{
    private readonly Dictionary<IElement, int> _references = [];
    private readonly Dictionary<IElement, int> _notes = [];
    private readonly List<IElement> _order = [];
    private readonly HashSet<string> _places = new(StringComparer.Ordinal);
    private IElement? _writing;
    private bool _begun;

    private MarkdownNotes()
    {
    }

    internal static MarkdownNotes Of(IElement root)
    {
        var notes = new MarkdownNotes();
        var ids = new Dictionary<string, IElement>(StringComparer.Ordinal);
        var references = new List<IElement>();
        foreach (var element in root.QuerySelectorAll("[id], a[href^='#']"))
        {
            if (element.Id is { Length: > 0 } id)
                ids.TryAdd(id, element);
            if (element.LocalName == "a" && IsReference(element))
                references.Add(element);
        }
        foreach (var reference in references)
            notes.Add(reference, ids);
        return notes;
    }

    /// <summary>The number of the note to which a link refers; null if it is another link.</summary>
    internal int? NumberOf(IElement link) => _references.TryGetValue(link, out var number) ? number : null;

    /// <summary>Whether an element is not written here: a note before the notes begin, and a note's link back.</summary>
    internal bool Skips(IElement element)
    {
        if (_notes.Count == 0)
            return false;
        if (_notes.ContainsKey(element))
            return !_begun || element != _writing;
        return _begun && element.LocalName == "a" && element.GetAttribute("href") is ['#', .. var place] && _places.Contains(place);
    }

    /// <summary>The notes with their numbers; while they are enumerated, each may be written.</summary>
    internal IEnumerable<(int Number, IElement Note)> Begin()
    {
        _begun = true;
        for (var i = 0; i < _order.Count; i++)
        {
            _writing = _order[i];
            yield return (i + 1, _order[i]);
        }
    }

    private void Add(IElement reference, Dictionary<string, IElement> ids)
    {
        if (!ids.TryGetValue(Uri.UnescapeDataString(reference.GetAttribute("href")![1..]), out var target) || NoteOf(target) is not { } note || note.Contains(reference))
            return;
        if (!_notes.TryGetValue(note, out var number))
        {
            if (string.IsNullOrWhiteSpace(note.TextContent))
                return;
            _order.Add(note);
            _notes[note] = number = _order.Count;
        }
        _references[reference] = number;
        for (var (at, levels) = (reference, 0); at is not null && levels < 3; at = at.ParentElement!, levels++)
        {
            if (at.Id is { Length: > 0 } id)
                _places.Add(id);
        }
    }

    private static bool IsReference(IElement link) =>
        link.ParentElement is { LocalName: "sup" } || link.GetAttribute("role") == "doc-noteref" || link.ClassList.Contains("footnote-ref")
        || (link.Children.Length == 1 && link.Children[0].LocalName == "sup");

    private static IElement? NoteOf(IElement target)
    {
        for (var (at, levels) = (target, 0); at is not null && levels < 3; at = at.ParentElement!, levels++)
        {
            if (at.LocalName is "li" or "p" or "dd" or "aside" || (at.LocalName is "div" or "section" && at == target))
                return at;
            if (at.LocalName is not ("a" or "sup" or "span" or "b" or "strong" or "em" or "i"))
                return null;
        }
        return null;
    }
}
