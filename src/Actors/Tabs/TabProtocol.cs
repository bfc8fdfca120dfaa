using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A tab's state.</summary>
public enum TabState
{
    /// <summary>The tab has shown no page yet.</summary>
    Blank,

    /// <summary>A page is being fetched or parsed.</summary>
    Loading,

    /// <summary>A page is shown.</summary>
    Loaded,

    /// <summary>The last navigation failed; the previous page is gone.</summary>
    Failed,

    /// <summary>The page's renderer is gone; Reload starts a new one.</summary>
    Crashed,

    /// <summary>The tab is closed.</summary>
    Closed,
}

/// <summary>Messages to and from a tab.</summary>
public static partial class TabProtocol
{
    /// <summary>Sent to a tab.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Sent by a tab to its subscribers.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>A tab is open.</summary>
    /// <param name="Tab">The tab's actor.</param>
    /// <param name="Number">The tab's number; never reused.</param>
    public sealed record TabOpened(IActorRef Tab, int Number) : INoSerializationVerificationNeeded;

    /// <summary>
    /// Loads a page, stopping a load in progress. If the server answers that there is nothing to show (204, 205), the tab stays on
    /// its page.
    /// </summary>
    /// <param name="Url">An absolute http or https URL.</param>
    public sealed record Navigate(string Url) : TracedMessage, ICommand, IValidated
    {
        object? IValidated.Refusal() => TabRefusals.Url(Url);
    }

    /// <summary>Stops loading.</summary>
    public sealed record Stop : ICommand;

    /// <summary>
    /// Loads the page again, in a new renderer if the old one is gone. A page that answered a form's POST is not loaded again unless
    /// <see cref="Resubmit"/> is set: that would send the form once more.
    /// </summary>
    public sealed record Reload : TracedMessage, ICommand
    {
        /// <summary>Whether a form that was sent with POST is sent again.</summary>
        public bool Resubmit { get; init; }
    }

    /// <summary>Goes to the previous page.</summary>
    public sealed record Back : TracedMessage, ICommand;

    /// <summary>Goes to the next page.</summary>
    public sealed record Forward : TracedMessage, ICommand;

    /// <summary>Closes the tab and ends its renderer.</summary>
    public sealed record Close : ICommand;

    /// <summary>Kills the renderer, as if it had crashed.</summary>
    public sealed record KillRenderer : ICommand;

    /// <summary>Asks for the tab's state. Answered by <see cref="TabSnapshot"/>.</summary>
    public sealed record GetSnapshot : ICommand;

    /// <summary>Sends this actor the tab's events until it stops. There is no answer; a second subscription changes nothing.</summary>
    /// <param name="Subscriber">The actor.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => Subscriber is IInternalActorRef ? null : TabRefusals.NoActor(nameof(Subscribe), Subscriber);
    }

    /// <summary>Queries the live document. Answered by <see cref="QueryResult"/> or <see cref="QueryFailed"/>.</summary>
    /// <param name="Kind">The kind of query.</param>
    public sealed record Query(DocumentQuery Kind) : TracedMessage, ICommand, IValidated
    {
        /// <summary>A selector or a text, if the query needs one; at most <see cref="QueryDocument.LongestArgument"/> characters.</summary>
        public string Argument { get; init; } = "";

        /// <summary>How many items to skip; 0 or more.</summary>
        public int Start { get; init; }

        /// <summary>How many items to return; 0 or more. One answer has at most <see cref="QueryDocument.MostItems"/>.</summary>
        public int Count { get; init; } = QueryDocument.MostItems;

        object? IValidated.Refusal() => TabRefusals.Of(this);
    }

    /// <summary>
    /// Runs a script in the live document, whether or not the page's own scripts run. Its value is that of its last statement; a promise is
    /// awaited. Answered by <see cref="Evaluated"/> or <see cref="EvaluationFailed"/>.
    /// </summary>
    /// <param name="Code">JavaScript; at most <see cref="EvaluateScript.LongestCode"/> characters.</param>
    public sealed record Evaluate(string Code) : TracedMessage, ICommand, IValidated
    {
        /// <summary>How long the script and its promise may take; at most ten minutes. Null for <c>tabs.max-script-time</c> of the configuration.</summary>
        public TimeSpan? Timeout { get; init; }

        object? IValidated.Refusal() => TabRefusals.Of(this);
    }

    /// <summary>A script's value.</summary>
    /// <param name="Json">As <c>JSON.stringify</c> writes it: <c>null</c> for undefined, a function or a symbol; an element as its outer HTML, as a JSON text.</param>
    public sealed record Evaluated(string Json) : IEvent;

    /// <summary>A script has no value. Unless the renderer was lost, the page is still usable.</summary>
    /// <param name="Kind">Why.</param>
    /// <param name="Message">The error's message, or one sentence.</param>
    /// <param name="Line">Where in the script it was thrown, from 1; 0 if unknown.</param>
    /// <param name="Column">Where in the line, from 1; 0 if unknown.</param>
    public sealed record EvaluationFailed(ScriptFailure Kind, string Message, int Line, int Column) : IEvent
    {
        /// <summary>How the renderer ended, if that is the reason.</summary>
        public ChildProcessProtocol.ChildExited? Exited { get; init; }
    }

    /// <summary>
    /// Fetches a resource on the loaded page's behalf: with the tab's cookies and proxy, and only from addresses that the page's own
    /// images could come from. Answered by <see cref="ResourceFetched"/> or <see cref="QueryFailed"/>.
    /// </summary>
    /// <param name="Url">An absolute http or https URL, for example from a query for images.</param>
    public sealed record FetchResource(string Url) : TracedMessage, ICommand, IValidated
    {
        object? IValidated.Refusal() => TabRefusals.Resource(Url);
    }

    /// <summary>The server's answer to <see cref="FetchResource"/>.</summary>
    /// <param name="Url">The URL after redirects.</param>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="ContentType">The response's Content-Type; empty for none.</param>
    /// <param name="Body">At most <c>tabs.max-image</c> bytes.</param>
    public sealed record ResourceFetched(string Url, int Status, string ContentType, ReadOnlyMemory<byte> Body) : IEvent;

    /// <summary>The result of a query.</summary>
    /// <param name="Total">The number of items found, including those not returned.</param>
    /// <param name="Items">The requested items, as far as they fit into one answer.</param>
    public sealed record QueryResult(int Total, IReadOnlyList<QueryItem> Items) : IEvent;

    /// <summary>A query, FetchResource or Act failed.</summary>
    /// <param name="Kind">Why; null if the renderer was lost, or <see cref="Act"/> says why.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record QueryFailed(DocumentFailure? Kind, string Message) : IEvent
    {
        /// <summary>Why an action was not done; null for other failures.</summary>
        public ActFailure? Act { get; init; }

        /// <summary>The name of the form field that the failure is about; empty for none.</summary>
        public string Field { get; init; } = "";

        /// <summary>How the renderer ended, if that is the reason.</summary>
        public ChildProcessProtocol.ChildExited? Exited { get; init; }
    }

    /// <summary>A navigation has begun.</summary>
    /// <param name="Load">The navigation's number within the tab.</param>
    /// <param name="Url">The URL to load.</param>
    public sealed record LoadStarted(int Load, string Url) : IEvent;

    /// <summary>Bytes of the page have arrived; sent at most once a flush interval.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Bytes">The bytes so far.</param>
    /// <param name="Total">The length that the server declared, or −1.</param>
    public sealed record Progress(int Load, long Bytes, long Total) : IEvent;

    /// <summary>The page has a title.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Title">Empty for none.</param>
    public sealed record TitleChanged(int Load, string Title) : IEvent;

    /// <summary>A resource of the page was loaded, or failed.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">The resource's URL.</param>
    /// <param name="Status">The HTTP status; 0 if there was no response.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="Problem">Why it failed, or null.</param>
    public sealed record ResourceLoaded(int Load, string Url, int Status, long Bytes, string? Problem) : IEvent;

    /// <summary>An image of the page was decoded. The tab owns the pixels; to get them, ask the browser to decode the image.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">The image's URL.</param>
    /// <param name="Format">The format, such as <c>png</c>.</param>
    /// <param name="Width">In pixels.</param>
    /// <param name="Height">In pixels.</param>
    /// <param name="Frames">The number of frames.</param>
    public sealed record ImageDecoded(int Load, string Url, string Format, int Width, int Height, int Frames) : IEvent;

    /// <summary>The page is parsed, and its images (if they are loaded) were decoded or failed.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Page">The page.</param>
    public sealed record LoadFinished(int Load, PageSummary Page) : IEvent;

    /// <summary>The navigation failed.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">The URL to load.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record LoadFailed(int Load, string Url, string Message) : IEvent
    {
        /// <summary>Why the page's fetch failed; null if the failure was not a fetch's.</summary>
        public FetchErrorKind? Kind { get; init; }
    }

    /// <summary>The server answered that there is nothing to show, with status 204 or 205: the tab stays on its page.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">The URL that answered.</param>
    /// <param name="Status">204 or 205.</param>
    /// <param name="Page">The page that the tab still shows; null if none.</param>
    public sealed record StayedOnPage(int Load, string Url, int Status, PageSummary? Page) : IEvent;

    /// <summary>The page's renderer is gone. The snapshot's problem is <paramref name="Message"/>; Reload works.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Message">One sentence on what happened.</param>
    /// <param name="Exited">How the process ended; null if its actor failed.</param>
    /// <param name="Crashes">How many times in succession this page has lost its renderer.</param>
    public sealed record Crashed(int Load, string Message, ChildProcessProtocol.ChildExited? Exited, int Crashes) : IEvent;

    /// <summary>The renderer does not answer; it is killed when the hang budget is used up.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="For">How long it has not answered.</param>
    public sealed record TabUnresponsive(int Load, TimeSpan For) : IEvent;

    /// <summary>The tab is closed; this is its last event.</summary>
    public sealed record Closed : IEvent
    {
        /// <summary>Why, if it was not closed by <see cref="Close"/>; else null.</summary>
        public string? Problem { get; init; }
    }
}

/// <summary>A loaded page.</summary>
/// <param name="Url">The URL after redirects.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The response's Content-Type.</param>
/// <param name="Bytes">The page's length.</param>
/// <param name="Document">What the renderer found in it.</param>
/// <param name="ProcessId">The renderer's pid.</param>
/// <param name="Elapsed">The time since the navigation began.</param>
public sealed record PageSummary(string Url, int Status, string ContentType, long Bytes, DocumentLoaded Document, int ProcessId, TimeSpan Elapsed)
{
    /// <summary>What became of the page's scripts; null if they do not run.</summary>
    public PageScriptsEnd? Scripts { get; init; }
}

/// <summary>What became of a page's scripts.</summary>
/// <param name="Run">How many have run.</param>
/// <param name="Failed">How many of them failed, or could not be fetched.</param>
/// <param name="OverBudget">Whether their time (<c>tabs.max-script-time</c>) was over before they had settled: timers and requests that were left did not happen.</param>
public sealed record PageScriptsEnd(int Run, int Failed, bool OverBudget);

/// <summary>A tab's current state.</summary>
/// <param name="Number">Its number.</param>
/// <param name="State">The tab's state.</param>
/// <param name="Url">The current URL, or the one being loaded; empty while blank.</param>
/// <param name="Title">The page's title, also after its renderer was lost; empty for none. <paramref name="Problem"/> says what went wrong.</param>
/// <param name="ProcessId">The renderer's pid; 0 for none.</param>
/// <param name="History">URLs, oldest first.</param>
/// <param name="Position">The tab's index in the history; −1 for none.</param>
/// <param name="Page">The loaded page, or null.</param>
/// <param name="Problem">One sentence on why the page failed or crashed, or null.</param>
public sealed record TabSnapshot(
    int Number, TabState State, string Url, string Title, int ProcessId, IReadOnlyList<string> History, int Position, PageSummary? Page, string? Problem) : INoSerializationVerificationNeeded;
