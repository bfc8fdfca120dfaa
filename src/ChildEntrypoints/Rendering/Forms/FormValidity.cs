using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>Constraint validation (HTML, 4.10.20), without the lengths: those bind only what a person types.</summary>
internal static partial class FormValidity
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    /// <summary>Checks a form before it is submitted.</summary>
    /// <param name="survey">The document's controls.</param>
    /// <param name="form">The form.</param>
    /// <param name="state">The document's files.</param>
    /// <returns>The first control that is not valid, and why; null if all are.</returns>
    internal static (FormControl Control, string Why)? FirstProblem(FormSurvey survey, IHtmlFormElement form, FormState state)
    {
        var checkedGroups = survey.Of(form).Where(static control => control.Element is IHtmlInputElement { IsChecked: true } && InputValues.TypeOf(control.Element) == "radio")
            .Select(static control => control.Name).ToHashSet(StringComparer.Ordinal);
        // One required button makes its whole group required.
        foreach (var control in survey.Of(form))
        {
            if (!control.IsDisabled && !control.IsInDataList && Problem(control, checkedGroups, state) is { } why)
                return (control, why);
        }
        return null;
    }

    private static string? Problem(FormControl control, HashSet<string> checkedGroups, FormState state)
    {
        var element = control.Element;
        var type = InputValues.TypeOf(element);
        if (element is IHtmlButtonElement && type != "submit" || type is "hidden" or "reset" or "button")
            return null;
        // Set by a script of the page.
        if (element is IValidation { ValidationMessage: { Length: > 0 } custom })
            return custom;
        var isRequired = element.HasAttribute("required");
        switch (type)
        {
            case "submit" or "image" or "color" or "range":
                return null;
            case "checkbox":
                return isRequired && !((IHtmlInputElement)element).IsChecked ? "it must be checked" : null;
            case "radio":
                return isRequired && !((IHtmlInputElement)element).IsChecked && !(control.Name.Length > 0 && checkedGroups.Contains(control.Name)) ? "one of its choices must be selected" : null;
            case "file":
                return isRequired && state.FilesOf(element).Count == 0 ? "it needs a file" : null;
            case "select":
                var select = (IHtmlSelectElement)element;
                return isRequired && !Options.Selected(select).Any(option => !Options.IsDisabled(option) && !Options.IsPlaceholder(select, option)) ? "an option must be selected" : null;
            default:
                if (element.HasAttribute("readonly"))
                    return null;
                var value = InputValues.Of(element);
                return value.Length == 0 ? isRequired ? "it must be filled in" : null : element is IHtmlInputElement ? OfValue(element, type, value) : null;
        }
    }

    private static string? OfValue(IElement input, string type, string value) => type switch
    {
        "email" => (input.HasAttribute("multiple") ? value.Split(',') : [value]).Any(static one => !Email().IsMatch(one)) ? "it must be an e-mail address" : OfPattern(input, value),
        "url" => !Transport.Http.WebUrl.TryParse(value, out _) ? "it must be an absolute URL" : OfPattern(input, value),
        "text" or "search" or "tel" or "password" => OfPattern(input, value),
        "number" => InputNumbers.TryParse(value, out var number) ? OfNumber(input, number, InputNumbers.Attribute(input, "min"), InputNumbers.Attribute(input, "max"),
            InputNumbers.Attribute(input, "min") ?? InputNumbers.Attribute(input, "value") ?? 0, InputNumbers.StepOf(input, 1)) : null,
        _ => OfTime(input, type, value),
    };

    private static string? OfTime(IElement input, string type, string value)
    {
        double? Number(string? text) => text is not null && TryTime(type, text, out var number) ? number : null;
        if (Number(value) is not { } at)
            return null;
        var (scale, standard) = type switch
        {
            "date" => (86_400_000.0, 1.0),
            "week" => (604_800_000.0, 1.0),
            "month" => (1.0, 1.0),
            _ => (1000.0, 60.0),
        };
        var (least, most) = (Number(input.GetAttribute("min")), Number(input.GetAttribute("max")));
        // The first week of 1970 begins on a Monday in 1969.
        var origin = least ?? Number(input.GetAttribute("value")) ?? (type == "week" ? -259_200_000 : 0);
        // Times go round: a limit that is later than the other one spans midnight.
        if (type == "time" && least > most)
            return at < least && at > most ? $"it must be {input.GetAttribute("min")} to {input.GetAttribute("max")}" : null;
        return OfNumber(input, at, least, most, origin, InputNumbers.StepOf(input, standard) * scale);
    }

    private static bool TryTime(string type, string text, out double number)
    {
        number = 0;
        return type switch
        {
            "date" => InputTimes.TryDate(text, out number),
            "month" => InputTimes.TryMonth(text, out number),
            "week" => InputTimes.TryWeek(text, out number),
            "time" => InputTimes.TryTime(text, out number),
            "datetime-local" => InputTimes.TryLocal(text, out _, out number),
            _ => false,
        };
    }

    private static string? OfNumber(IElement input, double number, double? least, double? most, double origin, double? step)
    {
        if (number < least)
            return $"it must be {input.GetAttribute("min")} or more";
        if (number > most)
            return $"it must be {input.GetAttribute("max")} or less";
        if (step is not { } by)
            return null;
        var steps = (number - origin) / by;
        return Math.Abs(steps - Math.Round(steps)) < 1e-7 * Math.Max(1, Math.Abs(steps)) ? null
            : string.Create(CultureInfo.InvariantCulture, $"it must be a whole number of steps ({input.GetAttribute("step") ?? "1"})");
    }

    // A pattern that is no regular expression counts as none, as in browsers.
    private static string? OfPattern(IElement input, string value)
    {
        if (input.GetAttribute("pattern") is not { } pattern)
            return null;
        foreach (var options in (ReadOnlySpan<RegexOptions>)[RegexOptions.ECMAScript, RegexOptions.CultureInvariant])
        {
            try
            {
                return Regex.IsMatch(value, $@"^(?:{pattern})\z", options, LongestMatch) ? null : $"it must match the pattern '{LiveDocument.Shorten(pattern, 100)}'";
            }
            catch (ArgumentException)
            {
                // The first is closer to a browser's, the second knows more.
            }
            catch (RegexMatchTimeoutException)
            {
                return "its pattern takes too long to check";
            }
        }
        return null;
    }

    // The standard's own pattern, written so that it takes linear time.
    [GeneratedRegex(@"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z")]
    private static partial Regex Email();
}
