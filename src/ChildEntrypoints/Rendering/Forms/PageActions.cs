using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Acts on a live document as a user does: fills, selects, checks, clicks, submits, and gives files.</summary>
internal sealed class PageActions
{
    private readonly LiveDocument _live;
    private readonly Activation _activation;

    private PageActions(LiveDocument live)
    {
        _live = live;
        _activation = new Activation(live);
    }

    /// <summary>Does one action.</summary>
    /// <param name="live">The page.</param>
    /// <param name="act">The action.</param>
    internal static ActDone Run(LiveDocument live, in ActOnPage act)
    {
        try
        {
            var actions = new PageActions(live);
            return actions.Settle(actions.Do(act));
        }
        catch (ActFailedException e)
        {
            return ActDone.Failed(e.Kind, e.Message, e.Field);
        }
        finally
        {
            // Texts of the page show what its controls hold, and an act that failed may have run scripts.
            live.OnChanged();
        }
    }

    private ActDone Do(in ActOnPage act)
    {
        var survey = Survey();
        var element = Find(act.Selector, "selector");
        switch (act.Kind)
        {
            case ActKind.Fill:
                Fill(Usable(survey, element), act.Text);
                return ActDone.Changed;
            case ActKind.Select:
                Select(Usable(survey, element), act.Values);
                return ActDone.Changed;
            case ActKind.Check:
                return Check(survey, Usable(survey, element), act.IsOn);
            case ActKind.Click:
                return _activation.Click(survey, element, (act.X, act.Y));
            case ActKind.Submit:
                return _activation.Submit(survey, element, act.Text.Length == 0 ? null : Find(act.Text, "submitter's selector"));
            case ActKind.Upload:
                Upload(Usable(survey, element), act);
                return ActDone.Changed;
            default:
                throw new ActFailedException(ActFailure.WrongElement, $"The action's kind is {(int)act.Kind}, which ActKind does not define.");
        }
    }

    // What the action has set off in the page's scripts happens before its answer, and may submit a form.
    private ActDone Settle(ActDone done)
    {
        if (_live.Scripts is not { } scripts)
            return done;
        scripts.Settle();
        var wanted = scripts.WantedSubmission;
        scripts.WantedSubmission = null;
        return done.Outcome == ActOutcome.Done && wanted is { Form: IHtmlFormElement form }
            ? FormSubmission.Of(_live, Survey(), form, wanted.Value.Submitter, default) : done;
    }

    private FormSurvey Survey() => _activation.Survey();

    private IElement Find(string selector, string what)
    {
        IHtmlCollection<IElement> found;
        try
        {
            found = _live.Document.QuerySelectorAll(selector);
        }
        catch (Exception e) when (DocumentQueries.IsSelectorError(e))
        {
            throw new ActFailedException(ActFailure.InvalidSelector, $"The {what} '{LiveDocument.Shorten(selector, 100)}' is not a CSS selector.");
        }
        return found.Length switch
        {
            1 => found[0],
            0 => throw new ActFailedException(ActFailure.NoElement, $"The page has no element '{LiveDocument.Shorten(selector, 100)}'."),
            var many => throw new ActFailedException(ActFailure.SeveralElements, $"'{LiveDocument.Shorten(selector, 100)}' finds {many} elements; an action is done on one: make the {what} more specific."),
        };
    }

    private static FormControl Usable(FormSurvey survey, IElement element)
    {
        var control = survey.Of(element) ?? throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(element)} is not a form control.");
        return control.IsDisabled ? throw new ActFailedException(ActFailure.Disabled, $"{Activation.Say(element)} is disabled.", control.Name) : control;
    }

    private void Fill(FormControl control, string text)
    {
        var (element, type) = (control.Element, InputValues.TypeOf(control.Element));
        if (element is not (IHtmlTextAreaElement or IHtmlInputElement) || type is "checkbox" or "radio" or "file" or "submit" or "image" or "reset" or "button")
        {
            throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(element)} takes no text; use {type switch
            {
                "checkbox" or "radio" => "Check",
                "file" => "Upload",
                "select" => "Select",
                _ => "Click",
            }}.", control.Name);
        }
        if (type == "hidden")
            throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(element)} is hidden: nobody can fill it in.", control.Name);
        if (element.HasAttribute("readonly") && type is not ("range" or "color"))
            throw new ActFailedException(ActFailure.ReadOnly, $"{Activation.Say(element)} is read-only.", control.Name);
        var value = element is IHtmlTextAreaElement ? text : InputValues.Sanitize(element, type, text);
        // An empty text empties a field; a range and a colour always have a value.
        if (type is "number" or "range" or "color" or "date" or "month" or "week" or "time" or "datetime-local" && !IsSame(type, value, text))
            throw new ActFailedException(ActFailure.ValueNotAllowed, $"{Activation.Say(element)} does not take '{LiveDocument.Shorten(text, 100)}'{(value.Length > 0 ? $", but for example '{value}'" : "")}.", control.Name);
        if (element is IHtmlTextAreaElement area)
            area.Value = value;
        else
            ((IHtmlInputElement)element).Value = value;
        _activation.Changed(element);
    }

    private static bool IsSame(string type, string value, string text) => value == text
        || (type == "color" && value.Equals(text, StringComparison.OrdinalIgnoreCase))
        || (type == "datetime-local" && value.Length > 0)
        || (type == "range" && InputNumbers.TryParse(value, out var one) && InputNumbers.TryParse(text, out var other) && Math.Abs(one - other) < 1e-9);

    private void Select(FormControl control, IReadOnlyList<string> values)
    {
        if (control.Element is not IHtmlSelectElement select)
            throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(control.Element)} has no options; use Fill or Check.", control.Name);
        var isMultiple = select.HasAttribute("multiple");
        if (values.Count > 1 && !isMultiple)
            throw new ActFailedException(ActFailure.NotMultiple, $"{Activation.Say(select)} takes one option, not {values.Count}.", control.Name);
        if (values.Count == 0 && !isMultiple)
            throw new ActFailedException(ActFailure.ValueNotAllowed, $"{Activation.Say(select)} takes one option, not none.", control.Name);
        var options = Options.Of(select);
        var byValue = new Dictionary<string, IHtmlOptionElement>(StringComparer.Ordinal);
        var byText = new Dictionary<string, IHtmlOptionElement>(StringComparer.Ordinal);
        foreach (var option in options)
        {
            byValue.TryAdd(Options.ValueOf(option), option);
            byText.TryAdd(option.GetAttribute("label") is { Length: > 0 } label ? label : Options.TextOf(option), option);
        }
        var chosen = new HashSet<IHtmlOptionElement>();
        foreach (var value in values)
        {
            var option = byValue.GetValueOrDefault(value) ?? byText.GetValueOrDefault(value)
                ?? throw new ActFailedException(ActFailure.UnknownOption, $"{Activation.Say(select)} has no option '{LiveDocument.Shorten(value, 100)}'.", control.Name);
            if (Options.IsDisabled(option))
                throw new ActFailedException(ActFailure.Disabled, $"The option '{LiveDocument.Shorten(value, 100)}' of {Activation.Say(select)} is disabled.", control.Name);
            chosen.Add(option);
        }
        foreach (var option in options)
            option.IsSelected = chosen.Contains(option);
        _activation.Changed(select);
    }

    private ActDone Check(FormSurvey survey, FormControl control, bool isOn)
    {
        var type = InputValues.TypeOf(control.Element);
        if (control.Element is not IHtmlInputElement input || type is not ("checkbox" or "radio"))
            throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(control.Element)} is neither a checkbox nor a radio button.", control.Name);
        if (type == "radio" && !isOn && input.IsChecked)
            throw new ActFailedException(ActFailure.ValueNotAllowed, $"{Activation.Say(input)} is a radio button: check another one of its group instead.", control.Name);
        return input.IsChecked == isOn ? ActDone.Changed : _activation.Click(survey, input, (0, 0));
    }

    private void Upload(FormControl control, in ActOnPage act)
    {
        if (control.Element is not IHtmlInputElement input || InputValues.TypeOf(input) != "file")
            throw new ActFailedException(ActFailure.WrongElement, $"{Activation.Say(control.Element)} takes no files.", control.Name);
        if (act.Files.Count > 1 && !input.HasAttribute("multiple"))
            throw new ActFailedException(ActFailure.NotMultiple, $"{Activation.Say(input)} takes one file, not {act.Files.Count}.", control.Name);
        var first = act.FirstFile;
        _live.Forms.Set(input, [.. act.Files.Select((file, at) => UploadedFile.Of(file, first + at))]);
        _activation.Changed(input);
    }
}
