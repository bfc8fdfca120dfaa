using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The values of form controls: the types of input elements and their value sanitization (HTML, 4.10.5.1).</summary>
internal static class InputValues
{
    private static readonly HashSet<string> s_types = new(StringComparer.Ordinal)
    {
        "hidden", "text", "search", "tel", "url", "email", "password", "date", "month", "week", "time", "datetime-local",
        "number", "range", "color", "checkbox", "radio", "file", "submit", "image", "reset", "button",
    };

    /// <summary>The type of a control: an input's state, <c>submit</c>, <c>reset</c> or <c>button</c> for buttons, else the element's name.</summary>
    internal static string TypeOf(IElement control)
    {
        var declared = control.GetAttribute("type")?.ToLowerInvariant();
        return control switch
        {
            IHtmlInputElement => declared is not null && s_types.Contains(declared) ? declared : "text",
            IHtmlButtonElement => declared is "reset" or "button" ? declared : "submit",
            _ => control.LocalName,
        };
    }

    /// <summary>Whether pressing a control of this type submits its form.</summary>
    internal static bool Submits(IElement control) => control is IHtmlButtonElement or IHtmlInputElement && TypeOf(control) is "submit" or "image";

    /// <summary>A control's current value.</summary>
    internal static string Of(IElement control) => control switch
    {
        IHtmlTextAreaElement area => Lines(area.Value ?? ""),
        IHtmlInputElement input => OfInput(input),
        _ => control.GetAttribute("value") ?? "",
    };

    private static string OfInput(IHtmlInputElement input)
    {
        var type = TypeOf(input);
        return type switch
        {
            "checkbox" or "radio" => input.GetAttribute("value") ?? "on",
            // As browsers label it.
            "submit" => input.GetAttribute("value") ?? "Submit",
            "reset" or "button" or "image" => input.GetAttribute("value") ?? "",
            "file" => "",
            _ => Sanitize(input, type, input.Value ?? ""),
        };
    }

    /// <summary>The value that an input of a type has when it is given this one.</summary>
    internal static string Sanitize(IElement input, string type, string value) => type switch
    {
        "text" or "search" or "tel" or "password" => WithoutLineBreaks(value),
        "url" => WithoutLineBreaks(value).Trim(' ', '\t', '\f'),
        "email" when input.HasAttribute("multiple") => string.Join(',', WithoutLineBreaks(value).Split(',').Select(static one => one.Trim(' ', '\t', '\f'))),
        "email" => WithoutLineBreaks(value).Trim(' ', '\t', '\f'),
        "number" => InputNumbers.TryParse(value, out _) ? value : "",
        "range" => InputNumbers.InRange(input, value),
        "color" => IsColor(value) ? value.ToLowerInvariant() : "#000000",
        "date" => InputTimes.TryDate(value, out _) ? value : "",
        "month" => InputTimes.TryMonth(value, out _) ? value : "",
        "week" => InputTimes.TryWeek(value, out _) ? value : "",
        "time" => InputTimes.TryTime(value, out _) ? value : "",
        "datetime-local" => InputTimes.TryLocal(value, out var normal, out _) ? normal : "",
        _ => value,
    };

    /// <summary>Line breaks as scripts see them in a textarea: LF.</summary>
    internal static string Lines(string value) => value.Contains('\r') ? value.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n') : value;

    private static string WithoutLineBreaks(string value) =>
        value.AsSpan().IndexOfAny('\r', '\n') < 0 ? value : value.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);

    private static bool IsColor(string value) => value is ['#', _, _, _, _, _, _] && !value.AsSpan(1).ContainsAnyExcept("0123456789abcdefABCDEF");
}

/// <summary>HTML's floating-point numbers, and the values of range inputs.</summary>
internal static class InputNumbers
{
    /// <summary>Parses a valid floating-point number: a sign, digits, a fraction, an exponent, and nothing else.</summary>
    internal static bool TryParse(string text, out double number)
    {
        number = 0;
        var rest = text.AsSpan();
        if (rest is ['-', ..])
            rest = rest[1..];
        var whole = Digits(ref rest);
        if (rest is ['.', ..])
        {
            rest = rest[1..];
            if (Digits(ref rest) == 0)
                return false;
        }
        else if (whole == 0)
        {
            return false;
        }
        if (rest is ['e' or 'E', ..])
        {
            rest = rest is [_, '+' or '-', ..] ? rest[2..] : rest[1..];
            if (Digits(ref rest) == 0)
                return false;
        }
        return rest.IsEmpty && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    private static int Digits(ref ReadOnlySpan<char> rest)
    {
        var count = 0;
        while (count < rest.Length && char.IsAsciiDigit(rest[count]))
            count++;
        rest = rest[count..];
        return count;
    }

    internal static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture) is var text && text.Contains('E', StringComparison.Ordinal)
        ? number.ToString(Math.Abs(number) < 1 ? "0.####################" : "0", CultureInfo.InvariantCulture) : text;

    // A range always has a value: within its limits, and one of its steps.
    internal static string InRange(IElement input, string value)
    {
        var min = Attribute(input, "min") ?? 0;
        var max = Attribute(input, "max") ?? 100;
        if (!TryParse(value, out var number))
            number = max < min ? min : min + (max - min) / 2;
        else if (number >= min && number <= max && OnStep(input, number, min))
            return value;
        number = max < min ? min : Math.Clamp(number, min, max);
        if (StepOf(input, 1) is { } step)
        {
            var origin = Attribute(input, "min") ?? Attribute(input, "value") ?? 0;
            var steps = Math.Floor((number - origin) / step + 0.5);
            var stepped = origin + steps * step;
            if (stepped > max && stepped - step >= min)
                stepped -= step;
            if (stepped < min && stepped + step <= max)
                stepped += step;
            if (stepped >= min && (stepped <= max || max < min))
                number = stepped;
        }
        return Text(Math.Round(number, 10));
    }

    internal static double? Attribute(IElement input, string name) => input.GetAttribute(name) is { } text && TryParse(text, out var number) ? number : null;

    /// <summary>The step; null where any value is allowed.</summary>
    internal static double? StepOf(IElement input, double standard) => input.GetAttribute("step") is not { } text ? standard
        : text.Equals("any", StringComparison.OrdinalIgnoreCase) ? null
        : TryParse(text, out var step) && step > 0 ? step : standard;

    internal static bool OnStep(IElement input, double number, double origin)
    {
        if (StepOf(input, 1) is not { } step)
            return true;
        var steps = (number - origin) / step;
        return Math.Abs(steps - Math.Round(steps)) < 1e-7 * Math.Max(1, Math.Abs(steps));
    }
}
