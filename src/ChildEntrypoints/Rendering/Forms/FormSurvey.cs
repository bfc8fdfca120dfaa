using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A form control as the document has it now.</summary>
/// <param name="Element">The button, input, select or textarea.</param>
/// <param name="Form">Its form owner; null for none.</param>
/// <param name="IsDisabled">Whether it or a fieldset around it is disabled.</param>
/// <param name="IsInDataList">Whether it is part of a datalist, and so of no form's data.</param>
internal sealed record FormControl(IHtmlElement Element, IHtmlFormElement? Form, bool IsDisabled, bool IsInDataList)
{
    /// <summary>The name attribute; empty for none.</summary>
    internal string Name => Element.GetAttribute("name") ?? "";
}

/// <summary>
/// All controls of a document in tree order, with their forms. Found in one walk: asking each element for its form and its fieldsets
/// would take time that grows with the square of the page.
/// </summary>
internal sealed class FormSurvey
{
    private readonly Dictionary<IElement, FormControl> _byElement = [];
    private readonly Dictionary<string, IElement> _ids = new(StringComparer.Ordinal);

    private FormSurvey()
    {
    }

    internal List<FormControl> Controls { get; } = [];

    /// <summary>Walks over the document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="misnested">The forms of controls that the parser's form pointer decides, because the markup nests wrongly.</param>
    internal static FormSurvey Of(IDocument document, IReadOnlyDictionary<IElement, IHtmlFormElement> misnested)
    {
        var survey = new FormSurvey();
        var found = new List<(IHtmlElement Element, IHtmlFormElement? Ancestor, bool IsDisabled, bool IsInDataList)>();
        // With indexes: to go from a node to the next one, the tree looks for it among its siblings.
        var open = new Stack<(INode Node, int Next, Place Place)>();
        open.Push((document, 0, new Place(null, false, false, null)));
        while (open.TryPop(out var at))
        {
            if (at.Next == at.Node.ChildNodes.Length)
                continue;
            open.Push(at with { Next = at.Next + 1 });
            var (node, place) = (at.Node.ChildNodes[at.Next], at.Place);
            if (node is not IElement element)
                continue;
            if (element.Id is { Length: > 0 } id)
                survey._ids.TryAdd(id, element);
            if (element is IHtmlButtonElement or IHtmlInputElement or IHtmlSelectElement or IHtmlTextAreaElement)
                found.Add(((IHtmlElement)element, place.Form, place.IsDisabled || element.HasAttribute("disabled"), place.IsInDataList));
            if (element.ChildNodes.Length > 0)
                open.Push((element, 0, place.Within(element)));
        }
        foreach (var (element, ancestor, isDisabled, isInDataList) in found)
        {
            var form = element.GetAttribute("form") is { } named ? survey.ById(named) as IHtmlFormElement
                : ancestor ?? misnested.GetValueOrDefault(element);
            var control = new FormControl(element, form, isDisabled, isInDataList);
            survey.Controls.Add(control);
            survey._byElement.Add(element, control);
        }
        return survey;
    }

    /// <summary>The first element with an id; null for none.</summary>
    internal IElement? ById(string id) => _ids.GetValueOrDefault(id);

    /// <summary>The control that an element is; null if it is none.</summary>
    internal FormControl? Of(IElement element) => _byElement.GetValueOrDefault(element);

    internal IEnumerable<FormControl> Of(IHtmlFormElement form) => Controls.Where(control => control.Form == form);

    /// <summary>The radio buttons that a radio button excludes, with itself.</summary>
    internal IEnumerable<FormControl> RadioGroup(FormControl radio) => radio.Name.Length == 0 ? [radio]
        : Controls.Where(other => other.Form == radio.Form && other.Element is IHtmlInputElement && InputValues.TypeOf(other.Element) == "radio" && other.Name == radio.Name);

    /// <summary>What an element's ancestors say about it.</summary>
    private readonly record struct Place(IHtmlFormElement? Form, bool IsDisabled, bool IsInDataList, IElement? Legend)
    {
        internal Place Within(INode node) => node switch
        {
            IHtmlFormElement form => this with { Form = form },
            // What is in a disabled fieldset's first legend stays enabled, unless a fieldset farther out is disabled too.
            IHtmlFieldSetElement fieldset when !IsDisabled && fieldset.HasAttribute("disabled") => this with { IsDisabled = true, Legend = fieldset.Children.FirstOrDefault(static child => child is IHtmlLegendElement) },
            IHtmlLegendElement legend when legend == Legend => this with { IsDisabled = false, Legend = null },
            IHtmlDataListElement => this with { IsInDataList = true },
            IHtmlFieldSetElement => this with { Legend = IsDisabled ? Legend : null },
            _ => this,
        };
    }
}
