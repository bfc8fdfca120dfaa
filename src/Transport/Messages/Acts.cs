using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The kinds of action on a page.</summary>
public enum ActKind
{
    /// <summary>Sets the value of an input or a textarea.</summary>
    Fill = 0,

    /// <summary>Selects the options of a select element.</summary>
    Select = 1,

    /// <summary>Checks or unchecks a checkbox or a radio button.</summary>
    Check = 2,

    /// <summary>Clicks an element.</summary>
    Click = 3,

    /// <summary>Submits a form.</summary>
    Submit = 4,

    /// <summary>Sets the files of a file input.</summary>
    Upload = 5,
}

/// <summary>Why an action on a page was not done.</summary>
public enum ActFailure
{
    /// <summary>The selector finds nothing.</summary>
    NoElement = 0,

    /// <summary>The selector finds several elements; an action is done on one.</summary>
    SeveralElements = 1,

    /// <summary>The selector is not valid.</summary>
    InvalidSelector = 2,

    /// <summary>The element is not of a kind that takes this action.</summary>
    WrongElement = 3,

    /// <summary>The element is disabled.</summary>
    Disabled = 4,

    /// <summary>The element is read-only.</summary>
    ReadOnly = 5,

    /// <summary>The control's type does not allow the value.</summary>
    ValueNotAllowed = 6,

    /// <summary>The select element has no such option.</summary>
    UnknownOption = 7,

    /// <summary>Several values or files were given to an element that takes one.</summary>
    NotMultiple = 8,

    /// <summary>A field of the form does not satisfy its constraints; the form was not submitted.</summary>
    InvalidField = 9,

    /// <summary>The element belongs to no form, or the form cannot be submitted in this way.</summary>
    NoForm = 10,

    /// <summary>The form or the link leads to something other than an http or https URL.</summary>
    UnsupportedTarget = 11,

    /// <summary>The form's data, the action or an address is longer than allowed.</summary>
    TooLarge = 12,
}

/// <summary>A file that is given to a page: what the renderer learns of it.</summary>
/// <param name="Name">The file's name, without a folder.</param>
/// <param name="Type">Its media type.</param>
internal readonly record struct ActFile(string Name, string Type);

/// <summary>Parent → renderer: act on the live document. Answered by ActDone, or by DocumentFailed.</summary>
/// <param name="Kind">The kind of action.</param>
/// <param name="Selector">A CSS selector that finds one element.</param>
/// <param name="Text">The value of Fill; the selector of Submit's button, or empty.</param>
/// <param name="Values">The values of Select.</param>
/// <param name="IsOn">Whether Check checks.</param>
/// <param name="X">Where Click clicks in an image button.</param>
/// <param name="Y">Where Click clicks in an image button.</param>
/// <param name="Files">The files of Upload.</param>
/// <param name="FirstFile">The index of the first of these files among all that the page was given.</param>
internal readonly record struct ActOnPage(
    ActKind Kind, string Selector, string Text, IReadOnlyList<string> Values, bool IsOn, int X, int Y, IReadOnlyList<ActFile> Files, int FirstFile) : IWireMessage<ActOnPage>
{
    /// <summary>The most values of one action.</summary>
    public const int MostValues = 10_000;

    /// <summary>The most files that one page may be given.</summary>
    public const int MostFiles = 10_000;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.ActOnPage;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(9);
        writer.Write((int)Kind);
        writer.Write(Selector);
        writer.Write(Text);
        writer.WriteArrayHeader(Values.Count);
        for (var i = 0; i < Values.Count; i++)
            writer.Write(Values[i]);
        writer.Write(IsOn);
        writer.Write(X);
        writer.Write(Y);
        writer.WriteArrayHeader(Files.Count * 2);
        for (var i = 0; i < Files.Count; i++)
        {
            writer.Write(Files[i].Name);
            writer.Write(Files[i].Type);
        }
        writer.Write(FirstFile);
    }

    /// <inheritdoc/>
    public static ActOnPage Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 9, nameof(ActOnPage));
        var kind = (ActKind)Wire.ReadRange(ref reader, "ActOnPage.Kind", 0, (int)ActKind.Upload);
        var selector = Wire.ReadText(ref reader, "ActOnPage.Selector");
        var text = Wire.ReadText(ref reader, "ActOnPage.Text");
        var values = new string[Wire.ReadCount(ref reader, "ActOnPage.Values", MostValues)];
        for (var i = 0; i < values.Length; i++)
            values[i] = Wire.ReadText(ref reader, "ActOnPage.Values");
        var isOn = reader.ReadBoolean();
        var x = (int)Wire.ReadRange(ref reader, "ActOnPage.X", 0, int.MaxValue);
        var y = (int)Wire.ReadRange(ref reader, "ActOnPage.Y", 0, int.MaxValue);
        var strings = Wire.ReadCount(ref reader, "ActOnPage.Files", MostFiles * 2);
        if (strings % 2 != 0)
            throw new WireFormatException("ActOnPage.Files has a name without a type.");
        var files = strings == 0 ? [] : new ActFile[strings / 2];
        for (var i = 0; i < files.Length; i++)
            files[i] = new ActFile(Wire.ReadText(ref reader, "ActOnPage.Files"), Wire.ReadText(ref reader, "ActOnPage.Files"));
        return new ActOnPage(kind, selector, text, values, isOn, x, y, files, (int)Wire.ReadRange(ref reader, "ActOnPage.FirstFile", 0, MostFiles));
    }
}
