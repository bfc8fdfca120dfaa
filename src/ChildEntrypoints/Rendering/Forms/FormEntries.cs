using System.Globalization;
using ActorBrowser.Transport;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>One entry of a form's data.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; of a file, its name.</param>
/// <param name="File">The file; null for a text.</param>
internal readonly record struct FormEntry(string Name, string Value, UploadedFile? File);

/// <summary>Constructs a form's entry list (HTML, 4.10.22.4).</summary>
internal static class FormEntries
{
    /// <summary>The entries of a form's controls, in tree order.</summary>
    /// <param name="survey">The document's controls.</param>
    /// <param name="form">The form.</param>
    /// <param name="submitter">The button that submits it; null for none.</param>
    /// <param name="at">Where an image button was clicked.</param>
    /// <param name="encoding">The encoding's name.</param>
    /// <param name="state">The document's files.</param>
    internal static List<FormEntry> Of(FormSurvey survey, IHtmlFormElement form, IElement? submitter, (int X, int Y) at, string encoding, FormState state)
    {
        var entries = new List<FormEntry>();
        foreach (var control in survey.Of(form))
        {
            if (control.IsDisabled || control.IsInDataList)
                continue;
            var element = control.Element;
            var type = InputValues.TypeOf(element);
            var isButton = type is "submit" or "reset" or "button" or "image";
            if (isButton && element != submitter)
                continue;
            if (type is "checkbox" or "radio" && !((IHtmlInputElement)element).IsChecked)
                continue;
            var name = control.Name;
            if (type == "image")
            {
                var prefix = name.Length > 0 ? name + "." : "";
                entries.Add(Text(prefix + "x", at.X.ToString(CultureInfo.InvariantCulture)));
                entries.Add(Text(prefix + "y", at.Y.ToString(CultureInfo.InvariantCulture)));
                continue;
            }
            if (name.Length > 0)
                Add(entries, control, type, encoding, state);
        }
        return entries;
    }

    private static void Add(List<FormEntry> entries, FormControl control, string type, string encoding, FormState state)
    {
        switch (type)
        {
            case "select":
                foreach (var option in Options.Selected((IHtmlSelectElement)control.Element))
                {
                    if (!Options.IsDisabled(option))
                        entries.Add(Text(control.Name, Options.ValueOf(option)));
                }
                break;
            case "file":
                var files = state.FilesOf(control.Element);
                if (files.Count == 0)
                    entries.Add(new FormEntry(control.Name, "", UploadedFile.None));
                foreach (var file in files)
                    entries.Add(new FormEntry(control.Name, file.Name, file));
                break;
            case "hidden" when control.Name.Equals("_charset_", StringComparison.OrdinalIgnoreCase):
                entries.Add(Text(control.Name, encoding));
                break;
            default:
                entries.Add(Text(control.Name, InputValues.Of(control.Element)));
                break;
        }
        if (type is "textarea" or "hidden" or "text" or "search" or "tel" or "url" or "email" or "password" or "submit"
            && control.Element is not IHtmlButtonElement && control.Element.GetAttribute("dirname") is { Length: > 0 } dirname)
            entries.Add(Text(dirname, TextDirection.Of(control.Element)));
    }

    private static FormEntry Text(string name, string value) => new(name, value, null);
}

/// <summary>A file that the tab's owner has given to the page. Its bytes are not here.</summary>
/// <param name="Index">By which the browser knows it; −1 for no file.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Type">Its media type.</param>
internal sealed record UploadedFile(int Index, string Name, string Type)
{
    /// <summary>What a field without a file sends.</summary>
    internal static UploadedFile None { get; } = new(-1, "", "application/octet-stream");

    internal static UploadedFile Of(in ActFile file, int index) => new(index, file.Name, file.Type);
}

/// <summary>What a document's forms have beyond its elements: the files of its fields.</summary>
internal sealed class FormState
{
    private readonly Dictionary<IElement, IReadOnlyList<UploadedFile>> _files = [];

    internal IReadOnlyList<UploadedFile> FilesOf(IElement input) => _files.TryGetValue(input, out var files) ? files : [];

    internal void Set(IElement input, IReadOnlyList<UploadedFile> files) => _files[input] = files;

    internal void Clear(IElement input) => _files.Remove(input);
}

/// <summary>The direction of a text, as <c>dirname</c> sends it.</summary>
internal static class TextDirection
{
    internal static string Of(IElement element)
    {
        for (var at = element; at is not null; at = at.ParentElement)
        {
            switch (at.GetAttribute("dir")?.ToLowerInvariant())
            {
                case "ltr":
                    return "ltr";
                case "rtl":
                    return "rtl";
                case "auto":
                    return OfText(at == element ? InputValues.Of(element) : at.TextContent);
                default:
                    if (at == element && InputValues.TypeOf(element) == "tel")
                        return "ltr";
                    break;
            }
        }
        return "ltr";
    }

    // The first letter with a direction decides.
    private static string OfText(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is (>= 0x590 and <= 0x8FF) or (>= 0xFB1D and <= 0xFDFF) or (>= 0xFE70 and <= 0xFEFF) or (>= 0x10800 and <= 0x10FFF) or (>= 0x1E800 and <= 0x1EFFF)
                && System.Text.Rune.IsLetter(rune))
                return "rtl";
            if (System.Text.Rune.IsLetter(rune))
                return "ltr";
        }
        return "ltr";
    }
}
