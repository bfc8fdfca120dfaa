using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <content>Acting on the page as a user does.</content>
public sealed partial class TabClient
{
    /// <summary>Fills an input or a textarea. A maximum length that the page declares binds only people who type.</summary>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="text">The whole value; empty to empty the field.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public Task FillAsync(string selector, string text, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Fill, selector) { Text = text }, cancellation);

    /// <summary>Selects options of a select element, and no others.</summary>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="values">The options' values, or their texts; none for a list that may be empty.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public Task SelectAsync(string selector, IReadOnlyList<string> values, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Select, selector) { Values = values }, cancellation);

    /// <summary>Checks or unchecks a checkbox, or checks a radio button, by clicking it unless it is so already.</summary>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="isOn">Whether it is to be checked.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public Task CheckAsync(string selector, bool isOn = true, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Check, selector) { IsOn = isOn }, cancellation);

    /// <summary>Clicks an element, and waits for the end of the navigation that this begins, if any.</summary>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="x">Where an image button is clicked, in pixels from its left.</param>
    /// <param name="y">Where an image button is clicked, in pixels from its top.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public Task<ActResult> ClickAsync(string selector, int x = 0, int y = 0, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Click, selector) { X = x, Y = y }, cancellation);

    /// <summary>Submits a form, as Enter in one of its fields does, and waits for the end of the navigation.</summary>
    /// <param name="selector">A CSS selector that finds exactly one form, or one of its fields.</param>
    /// <param name="submitter">A selector of the button to submit with; null for the form's first, if it has any.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public Task<ActResult> SubmitAsync(string selector, string? submitter = null, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Submit, selector) { Submitter = submitter ?? "" }, cancellation);

    /// <summary>Gives files to a file input, instead of those that it has. They are sent with its form.</summary>
    /// <param name="selector">A CSS selector that finds exactly one element.</param>
    /// <param name="files">The files; several only where the input takes several.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done.</exception>
    public Task UploadAsync(string selector, IReadOnlyList<UploadFile> files, CancellationToken cancellation = default) =>
        ActAsync(new Act(ActKind.Upload, selector) { Files = files }, cancellation);

    /// <summary>Loads the page again; a form that was sent with POST is sent again if asked for.</summary>
    /// <param name="resubmit">Whether to send a form again; otherwise a page that answered one is not loaded again.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException">The page cannot be loaded, or it answered a form.</exception>
    public Task<PageSummary> ReloadAsync(bool resubmit, CancellationToken cancellation = default) => LoadAsync(new Reload { Resubmit = resubmit }, cancellation);

    /// <summary>Does an action, and waits for the end of the navigation that it begins, if any.</summary>
    /// <param name="act">The action.</param>
    /// <param name="cancellation">Stops loading.</param>
    /// <exception cref="PageException"><see cref="PageException.Act"/> says why nothing was done, or the page that it led to cannot be loaded.</exception>
    public async Task<ActResult> ActAsync(Act act, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(act);
        switch (await AskAsync(act, cancellation).ConfigureAwait(false))
        {
            case Acted { Load: { } load }:
                return await EndOfAsync(load, cancellation).ConfigureAwait(false);
            case Acted:
                return new ActResult();
            case QueryFailed failed:
                throw new PageException(failed.Message) { Exited = failed.Exited, Failure = failed.Kind, Act = failed.Act, Field = failed.Field };
            case var other:
                throw new InvalidOperationException($"The tab answered with {other}.");
        }
    }

    private async Task<ActResult> EndOfAsync(int load, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<ActResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _listener.Tell(new LoadWaiters.Wait(load, done));
        try
        {
            return await EndsAsync(done.Task, _over, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            Tab.Tell(new Stop());
            throw;
        }
    }
}
