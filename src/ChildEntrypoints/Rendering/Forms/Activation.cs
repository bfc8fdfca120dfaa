using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>What a click on an element does (HTML, 6.4 and the activation behaviours of the elements), and the submission of forms.</summary>
/// <param name="live">The page.</param>
internal sealed class Activation(LiveDocument live)
{
    /// <summary>The document's controls as they are now. Where several radio buttons of a group are checked, the last one wins.</summary>
    internal FormSurvey Survey()
    {
        var survey = FormSurvey.Of(live.Document, live.Misnested);
        var last = new Dictionary<(IHtmlFormElement?, string), IHtmlInputElement>();
        foreach (var control in survey.Controls)
        {
            if (control.Element is not IHtmlInputElement { IsChecked: true } radio || InputValues.TypeOf(radio) != "radio" || control.Name.Length == 0)
                continue;
            if (last.Remove((control.Form, control.Name), out var before))
                before.IsChecked = false;
            last.Add((control.Form, control.Name), radio);
        }
        return survey;
    }

    /// <summary>Tells the page's scripts that a user has changed a control.</summary>
    internal void Changed(IElement control)
    {
        Dispatch(control, "input", cancelable: false);
        Dispatch(control, "change", cancelable: false);
    }

    /// <summary>Clicks an element.</summary>
    internal ActDone Click(FormSurvey survey, IElement target, (int X, int Y) at)
    {
        var acting = ActingFor(survey, target);
        if (acting is null)
        {
            // Its scripts may do something.
            if (live.Scripts is null)
                throw new ActFailedException(ActFailure.WrongElement, $"{Say(target)} does nothing when it is clicked, as the page's scripts do not run.");
            Dispatch(target, "click", cancelable: true);
            return ActDone.Changed;
        }
        if (survey.Of(acting) is { IsDisabled: true } disabled)
            throw new ActFailedException(ActFailure.Disabled, $"{Say(acting)} is disabled.", disabled.Name);
        if (acting is IHtmlInputElement input && InputValues.TypeOf(input) is "checkbox" or "radio")
            return Toggle(survey, input, target);
        if (!Dispatch(target, "click", cancelable: true))
            return ActDone.Changed;
        return Activate(acting, at);
    }

    /// <summary>Submits a form: one that is named, or the one of a field in which Enter is pressed.</summary>
    internal ActDone Submit(FormSurvey survey, IElement element, IElement? submitter)
    {
        var form = element as IHtmlFormElement ?? survey.Of(element)?.Form
            ?? throw new ActFailedException(ActFailure.NoForm, $"{Say(element)} is not a form and belongs to none.");
        if (submitter is not null)
        {
            if (!InputValues.Submits(submitter) || survey.Of(submitter)?.Form != form)
                throw new ActFailedException(ActFailure.NoForm, $"{Say(submitter)} is not a submit button of {Say(form)}.");
            return Click(survey, submitter, (0, 0));
        }
        var button = survey.Of(form).FirstOrDefault(static control => InputValues.Submits(control.Element));
        if (button is not null)
            return Click(survey, button.Element, (0, 0));
        // Enter in one of several text fields does nothing without a button.
        if (element is not IHtmlFormElement && survey.Of(form).Count(static control => control.Element is IHtmlInputElement && BlocksSubmission(InputValues.TypeOf(control.Element))) > 1)
            throw new ActFailedException(ActFailure.NoForm, $"{Say(form)} has several fields and no submit button, so Enter does not submit it; name the form itself.");
        return Send(form, null, (0, 0));
    }

    /// <summary>Names an element in a sentence.</summary>
    internal static string Say(IElement element)
    {
        var type = element is IHtmlInputElement ? $"[type={InputValues.TypeOf(element)}]" : "";
        var id = element.Id is { Length: > 0 } named ? $"#{LiveDocument.Shorten(named, 60)}" : element.GetAttribute("name") is { Length: > 0 } name ? $"[name={LiveDocument.Shorten(name, 60)}]" : "";
        return $"{element.LocalName}{type}{id}";
    }

    // The first element from the target outwards that does something when it is clicked. A label acts for its control.
    private static IElement? ActingFor(FormSurvey survey, IElement target)
    {
        for (IElement? at = target; at is not null; at = at.ParentElement)
        {
            switch (at)
            {
                case IHtmlAnchorElement or IHtmlAreaElement when at.HasAttribute("href"):
                    return at;
                case IHtmlButtonElement:
                    return at;
                case IHtmlInputElement:
                    return InputValues.TypeOf(at) is "checkbox" or "radio" or "submit" or "image" or "reset" or "button" ? at : null;
                case IHtmlSelectElement or IHtmlTextAreaElement:
                    return null;
                case IHtmlLabelElement when LabeledBy(survey, at) is { } control:
                    return control is IHtmlButtonElement || InputValues.TypeOf(control) is "checkbox" or "radio" or "submit" or "image" or "reset" or "button" ? control : null;
                case { LocalName: "summary", ParentElement: IHtmlDetailsElement details } when details.Children.FirstOrDefault(static child => child.LocalName == "summary") == at:
                    return at;
                default:
                    break;
            }
        }
        return null;
    }

    private static IElement? LabeledBy(FormSurvey survey, IElement label)
    {
        if (label.GetAttribute("for") is { } id)
            return survey.ById(id) is { } named && survey.Of(named) is not null ? named : null;
        return label.QuerySelectorAll("button, input, select, textarea").FirstOrDefault(static control => control is not IHtmlInputElement || InputValues.TypeOf(control) != "hidden");
    }

    private ActDone Toggle(FormSurvey survey, IHtmlInputElement input, IElement target)
    {
        var isRadio = InputValues.TypeOf(input) == "radio";
        var (was, others) = (input.IsChecked, isRadio ? survey.RadioGroup(survey.Of(input)!).Where(other => other.Element != input && ((IHtmlInputElement)other.Element).IsChecked).ToArray() : []);
        // Checked before the event, and put back if a listener prevents it.
        input.IsChecked = isRadio || !was;
        foreach (var other in others)
            ((IHtmlInputElement)other.Element).IsChecked = false;
        if (target != input && !target.IsDescendantOf(input) && !Dispatch(target, "click", cancelable: true) || !Dispatch(input, "click", cancelable: true))
        {
            input.IsChecked = was;
            foreach (var other in others)
                ((IHtmlInputElement)other.Element).IsChecked = true;
            return ActDone.Changed;
        }
        if (input.IsChecked != was)
            Changed(input);
        return ActDone.Changed;
    }

    private ActDone Activate(IElement acting, (int X, int Y) at)
    {
        switch (acting)
        {
            case IHtmlAnchorElement or IHtmlAreaElement:
                return Follow(acting);
            case { LocalName: "summary" }:
                ToggleDetails(acting.ParentElement!);
                return ActDone.Changed;
            default:
                break;
        }
        // Listeners may have moved it.
        var form = Survey().Of(acting)?.Form;
        switch (InputValues.TypeOf(acting))
        {
            case "reset" when form is not null:
                Reset(form);
                return ActDone.Changed;
            case "submit" or "image" when form is not null:
                return Send(form, acting, InputValues.TypeOf(acting) == "image" ? at : (0, 0));
            case "submit" or "image" or "reset" when live.Scripts is null:
                throw new ActFailedException(ActFailure.NoForm, $"{Say(acting)} belongs to no form.");
            case "button" when live.Scripts is null:
                throw new ActFailedException(ActFailure.WrongElement, $"{Say(acting)} does nothing when it is clicked, as the page's scripts do not run.");
            default:
                return ActDone.Changed;
        }
    }

    private ActDone Follow(IElement link)
    {
        var reference = link.GetAttribute("href") ?? "";
        if (live.Parse(reference) is not { } url)
            throw new ActFailedException(ActFailure.UnsupportedTarget, $"The link leads to '{LiveDocument.Shorten(reference, 100)}', which is not a URL.");
        if (!url.IsHttp)
        {
            if (url.Scheme == "javascript" && live.Scripts is not null)
                return ActDone.Changed;
            throw new ActFailedException(ActFailure.UnsupportedTarget, $"The link leads to the scheme '{LiveDocument.Shorten(url.Scheme, 60)}'; only http and https are followed.");
        }
        // A place on the same page.
        if (url.Fragment is not null && live.Address is { } here && url.WithFragment(null).ToString() == here.WithFragment(null).ToString() && !link.HasAttribute("download"))
            return ActDone.Changed;
        return ActDone.Changed with
        {
            Outcome = ActOutcome.Navigate,
            Url = url.ToString(),
            IsReferrerHidden = FormSubmission.HidesReferrer(link),
            IsDownload = link.HasAttribute("download"),
            DownloadName = LiveDocument.Shorten(link.GetAttribute("download") ?? "", 255),
        };
    }

    private void ToggleDetails(IElement details)
    {
        if (details.HasAttribute("open"))
        {
            details.RemoveAttribute("open");
        }
        else
        {
            // Of a group with one name, one is open.
            if (details.GetAttribute("name") is { Length: > 0 } name)
            {
                foreach (var other in live.Document.QuerySelectorAll("details[open]").Where(other => other.GetAttribute("name") == name).ToArray())
                    other.RemoveAttribute("open");
            }
            details.SetAttribute("open", "");
        }
        live.Scripts?.Dispatch(details, "toggle", bubbles: false, cancelable: false);
    }

    private ActDone Send(IHtmlFormElement form, IElement? submitter, (int X, int Y) at)
    {
        var survey = Survey();
        var skips = form.HasAttribute("novalidate") || submitter is not null && submitter.HasAttribute("formnovalidate");
        if (!skips && FormValidity.FirstProblem(survey, form, live.Forms) is { } problem)
        {
            live.Scripts?.Dispatch(problem.Control.Element, "invalid", bubbles: false, cancelable: true);
            throw new ActFailedException(ActFailure.InvalidField, $"{Say(form)} was not submitted: {Say(problem.Control.Element)} is not valid: {LiveDocument.Shorten(problem.Why, 300)}.", problem.Control.Name);
        }
        if (live.Scripts?.Dispatch(form, "submit", bubbles: true, cancelable: true, submitter) == false || !live.Document.Contains(form))
            return ActDone.Changed;
        return FormSubmission.Of(live, live.Scripts is null ? survey : Survey(), form, submitter, at);
    }

    private void Reset(IHtmlFormElement form)
    {
        if (!Dispatch(form, "reset", cancelable: true))
            return;
        foreach (var control in Survey().Of(form))
        {
            switch (control.Element)
            {
                case IHtmlInputElement input:
                    input.Value = null!;
                    input.IsChecked = input.IsDefaultChecked;
                    live.Forms.Clear(input);
                    break;
                case IHtmlTextAreaElement area:
                    area.Value = null!;
                    break;
                case IHtmlSelectElement select:
                    foreach (var option in Options.Of(select))
                        option.IsSelected = option.IsDefaultSelected;
                    break;
                default:
                    break;
            }
        }
    }

    private bool Dispatch(IElement target, string type, bool cancelable) => live.Scripts?.Dispatch(target, type, bubbles: true, cancelable) ?? true;

    private static bool BlocksSubmission(string type) => type is "text" or "search" or "tel" or "url" or "email" or "password" or "date" or "month" or "week" or "time" or "datetime-local" or "number";
}
