using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>The options of a select element.</summary>
internal static class Options
{
    internal static List<IHtmlOptionElement> Of(IHtmlSelectElement select) => [.. select.QuerySelectorAll("option").OfType<IHtmlOptionElement>()];

    /// <summary>The value attribute, or the text.</summary>
    internal static string ValueOf(IElement option) => option.GetAttribute("value") ?? TextOf(option);

    /// <summary>The text without scripts, with its white space collapsed.</summary>
    internal static string TextOf(IElement option) => string.Join(' ', option.TextContent.Split([' ', '\t', '\n', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries));

    internal static bool IsDisabled(IElement option) => option.HasAttribute("disabled") || option.ParentElement is IHtmlOptionsGroupElement group && group.HasAttribute("disabled");

    /// <summary>The options that are selected: of a select that takes one, the last; of a drop-down list without one, the first that can be chosen.</summary>
    internal static IReadOnlyList<IHtmlOptionElement> Selected(IHtmlSelectElement select)
    {
        var all = Of(select);
        var selected = all.FindAll(static option => option.IsSelected);
        if (select.HasAttribute("multiple"))
            return selected;
        if (selected.Count > 0)
            return [selected[^1]];
        return IsDropDown(select) && all.Find(static option => !IsDisabled(option)) is { } first ? [first] : [];
    }

    /// <summary>Whether an empty first option stands for no choice.</summary>
    internal static bool IsPlaceholder(IHtmlSelectElement select, IHtmlOptionElement option) =>
        IsDropDown(select) && ValueOf(option).Length == 0 && option.ParentElement == select && Of(select) is [var first, ..] && first == option;

    private static bool IsDropDown(IHtmlSelectElement select) =>
        !select.HasAttribute("multiple") && !(int.TryParse(select.GetAttribute("size"), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var size) && size > 1);
}
