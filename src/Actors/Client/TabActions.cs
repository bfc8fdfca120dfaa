using ActorBrowser.Transport;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Acting on a tab's page as a user does. Each is a <see cref="TabProtocol.Act"/> for <see cref="TabClient.ActAsync"/>.</summary>
public static class TabActions
{
    /// <summary>Fills an input or a textarea. A maximum length that the page declares binds only people who type.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="text">The whole value; empty to empty the field.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public static Task FillAsync(this TabClient tab, string selector, string text, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Fill, selector) { Text = text }, cancellation);

    /// <summary>Selects options of a select element, and no others.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="values">The options' values, or their texts; none for a list that may be empty.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public static Task SelectAsync(this TabClient tab, string selector, IReadOnlyList<string> values, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Select, selector) { Values = values }, cancellation);

    /// <summary>Checks or unchecks a checkbox, or checks a radio button, by clicking it unless it is so already.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="isOn">Whether it is to be checked.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public static Task CheckAsync(this TabClient tab, string selector, bool isOn = true, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Check, selector) { IsOn = isOn }, cancellation);

    /// <summary>Clicks an element, and waits for the end of the navigation that this begins, if any.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="x">Where an image button is clicked, in pixels from its left.</param>
    /// <param name="y">Where an image button is clicked, in pixels from its top.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public static Task<ActResult> ClickAsync(this TabClient tab, string selector, int x = 0, int y = 0, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Click, selector) { X = x, Y = y }, cancellation);

    /// <summary>Submits a form, as Enter in one of its fields does, and waits for the end of the navigation.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one form, or one of its fields.</param>
    /// <param name="submitter">A selector of the button to submit with; null for the form's first, if it has any.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public static Task<ActResult> SubmitAsync(this TabClient tab, string selector, string? submitter = null, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Submit, selector) { Submitter = submitter ?? "" }, cancellation);

    /// <summary>Gives files to a file input, instead of those that it has. They are sent with its form.</summary>
    /// <param name="tab">The tab.</param>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="files">The files; several only where the input takes several.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public static Task UploadAsync(this TabClient tab, string selector, IReadOnlyList<UploadFile> files, CancellationToken cancellation = default) =>
        Checked(tab).ActAsync(new Act(ActKind.Upload, selector) { Files = files }, cancellation);

    private static TabClient Checked(TabClient tab)
    {
        ArgumentNullException.ThrowIfNull(tab);
        return tab;
    }
}
