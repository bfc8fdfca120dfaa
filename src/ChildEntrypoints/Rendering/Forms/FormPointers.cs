using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>
/// The parser's form pointer (HTML, 13.2.4.4): where markup nests wrongly, as a form between a table and its rows does, fields after the
/// form's tag belong to it although they are not inside it. The parser does not tell when a form ends, so the markup is asked.
/// </summary>
internal sealed class FormPointers
{
    private readonly List<(IHtmlFormElement Form, int At)> _forms = [];
    private readonly List<(IElement Control, int At)> _controls = [];

    /// <summary>The parser has created an element from a tag at this position.</summary>
    internal void OnCreated(IElement element, int at)
    {
        if (element is IHtmlFormElement form)
            _forms.Add((form, at));
        else if (_forms.Count > 0 && element is IHtmlInputElement or IHtmlButtonElement or IHtmlSelectElement or IHtmlTextAreaElement)
            _controls.Add((element, at));
    }

    /// <summary>The forms of the controls that have none around them.</summary>
    /// <param name="markup">What was parsed.</param>
    internal Dictionary<IElement, IHtmlFormElement> Settle(ReadOnlySpan<char> markup)
    {
        var forms = new Dictionary<IElement, IHtmlFormElement>();
        var ends = new List<int>();
        for (int at = 0, next; _controls.Count > 0 && (next = markup[at..].IndexOf("</form", StringComparison.OrdinalIgnoreCase)) >= 0; at += next + 1)
            ends.Add(at + next);
        var form = -1;
        foreach (var (control, at) in _controls)
        {
            while (form + 1 < _forms.Count && _forms[form + 1].At < at)
                form++;
            // The pointer is empty from the form's end tag on.
            if (form < 0 || EndsBetween(ends, _forms[form].At, at) || Ancestor(control))
                continue;
            forms[control] = _forms[form].Form;
        }
        _controls.Clear();
        return forms;
    }

    private static bool EndsBetween(List<int> ends, int from, int to)
    {
        var first = ends.BinarySearch(from);
        first = first < 0 ? ~first : first;
        return first < ends.Count && ends[first] < to;
    }

    private static bool Ancestor(IElement control)
    {
        for (var at = control.ParentElement; at is not null; at = at.ParentElement)
        {
            if (at is IHtmlFormElement)
                return true;
        }
        return false;
    }
}
