using ActorBrowser.Transport;

namespace ActorBrowser;

/// <content>Acting on a page, and downloads.</content>
public static partial class TabProtocol
{
    /// <summary>
    /// Acts on the live document as a user does. Answered by <see cref="Acted"/>, or by <see cref="QueryFailed"/>, whose
    /// <see cref="QueryFailed.Act"/> says why nothing was done.
    /// </summary>
    /// <param name="Kind">The kind of action.</param>
    /// <param name="Selector">A CSS selector that finds exactly one element; at most <see cref="QueryDocument.LongestArgument"/> characters.</param>
    public sealed record Act(ActKind Kind, string Selector) : TracedMessage, ICommand, IValidated
    {
        /// <summary>The longest text that Fill takes, in characters.</summary>
        public const int LongestText = 128 << 10;

        /// <summary>The text that Fill puts into the field; a maximum length that the page declares binds only people who type.</summary>
        public string Text { get; init; } = "";

        /// <summary>The values, or the texts, of the options that Select selects.</summary>
        public IReadOnlyList<string> Values { get; init; } = [];

        /// <summary>Whether Check checks or unchecks.</summary>
        public bool IsOn { get; init; } = true;

        /// <summary>Where Click clicks in an image button, in pixels from its left; 0 or more.</summary>
        public int X { get; init; }

        /// <summary>Where Click clicks in an image button, in pixels from its top; 0 or more.</summary>
        public int Y { get; init; }

        /// <summary>A selector of the button with which Submit submits; empty for the form's default button.</summary>
        public string Submitter { get; init; } = "";

        /// <summary>The files that Upload gives to the page.</summary>
        public IReadOnlyList<UploadFile> Files { get; init; } = [];

        object? IValidated.Refusal() => ActRefusals.Of(this);
    }

    /// <summary>An action was done.</summary>
    /// <param name="Load">The number of the navigation that it has begun; null if at most the page has changed.</param>
    public sealed record Acted(int? Load) : IEvent;

    /// <summary>A navigation has ended with a file instead of a page; the tab keeps its page.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">The URL after redirects.</param>
    /// <param name="Path">The file, in the tab's folder for downloads.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="ContentType">The response's Content-Type; empty for none.</param>
    /// <param name="Page">The page that the tab still shows; null if none.</param>
    public sealed record Downloaded(int Load, string Url, string Path, long Bytes, string ContentType, PageSummary? Page) : IEvent;
}

/// <summary>Checks actions before they change anything.</summary>
internal static class ActRefusals
{
    internal static TabProtocol.QueryFailed? Of(TabProtocol.Act act)
    {
        if (!Enum.IsDefined(act.Kind))
            return Refused(ActFailure.WrongElement, $"The action's kind is {(int)act.Kind}, which ActKind does not define.");
        if (act.Selector is null || act.Submitter is null || act.Text is null || act.Values is null || act.Files is null)
            return Refused(ActFailure.ValueNotAllowed, "A part of the action is null; leave out what it does not need.");
        if (act.Selector.Length > QueryDocument.LongestArgument || act.Submitter.Length > QueryDocument.LongestArgument)
            return Refused(ActFailure.InvalidSelector, $"A selector has more than {QueryDocument.LongestArgument} characters.");
        if (act.X < 0 || act.Y < 0)
            return Refused(ActFailure.ValueNotAllowed, $"The point is ({act.X}, {act.Y}); neither may be negative.");
        if (act.Values.Count > ActOnPage.MostValues || act.Values.Any(static value => value is null))
            return Refused(ActFailure.ValueNotAllowed, $"The values are more than {ActOnPage.MostValues}, or one is null.");
        if (act.Files.Count > ActOnPage.MostFiles || act.Files.Any(static file => file is null))
            return Refused(ActFailure.ValueNotAllowed, $"The files are more than {ActOnPage.MostFiles}, or one is null.");
        if (act.Text.Length + act.Values.Sum(static value => (long)value.Length) > TabProtocol.Act.LongestText)
            return Refused(ActFailure.TooLarge, $"The action's text has more than {TabProtocol.Act.LongestText} characters.");
        return null;
    }

    internal static TabProtocol.QueryFailed Refused(ActFailure kind, string message) => new(null, message) { Act = kind };
}
