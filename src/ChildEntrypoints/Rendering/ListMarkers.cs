using System.Globalization;
using System.Text;
using AngleSharp.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The markers of an ordered list's items: numbers or letters from <c>start</c> on, counting down if the list is <c>reversed</c>.</summary>
internal sealed class ListMarkers(IElement list)
{
    private static readonly (int Value, string Digits)[] Roman =
        [(1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")];

    private readonly int _step = list.HasAttribute("reversed") ? -1 : 1;
    private int _next = Number(list, "start") ?? (list.HasAttribute("reversed") ? list.Children.Count(static child => child.LocalName == "li") : 1);

    /// <summary>The marker of the next item, followed by a space.</summary>
    internal string Next(IElement item)
    {
        var number = NextNumber(item);
        var text = number < 1 ? null : (item.GetAttribute("type") ?? list.GetAttribute("type")) switch
        {
            "a" => Letters(number),
            "A" => Letters(number).ToUpperInvariant(),
            "i" when number < 4000 => Romans(number),
            "I" when number < 4000 => Romans(number).ToUpperInvariant(),
            _ => null,
        };
        return $"{text ?? number.ToString(CultureInfo.InvariantCulture)}. ";
    }

    /// <summary>The number of the next item.</summary>
    internal int NextNumber(IElement item)
    {
        var number = Number(item, "value") ?? _next;
        _next = unchecked(number + _step);
        return number;
    }

    private static int? Number(IElement element, string attribute) =>
        int.TryParse(element.GetAttribute(attribute), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Letters(int number)
    {
        var letters = "";
        for (; number > 0; number = (number - 1) / 26)
            letters = (char)('a' + ((number - 1) % 26)) + letters;
        return letters;
    }

    private static string Romans(int number)
    {
        var text = new StringBuilder();
        foreach (var (value, digits) in Roman)
        {
            for (; number >= value; number -= value)
                text.Append(digits);
        }
        return text.ToString();
    }
}
