using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a tab is doing.</summary>
public enum TabState
{
    /// <summary>It has shown nothing yet.</summary>
    Blank,

    /// <summary>A page is being fetched or parsed.</summary>
    Loading,

    /// <summary>A page is there.</summary>
    Loaded,

    /// <summary>The last navigation failed; what was there before is gone.</summary>
    Failed,

    /// <summary>The page's renderer is gone; Reload makes a new one.</summary>
    Crashed,

    /// <summary>The tab is closed.</summary>
    Closed,
}

/// <summary>What a tab understands and says.</summary>
public static class TabProtocol
{
    /// <summary>Sent to a tab.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Said by a tab to its subscribers.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>To the browser: a tab, please. Answered by <see cref="TabOpened"/>.</summary>
    public sealed record OpenTab : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>Whose cookies, and whose way out; null for an identity of its own.</summary>
        public NetworkIdentity? Identity { get; init; }

        /// <summary>Whether images of pages are fetched and decoded.</summary>
        public bool LoadImages { get; init; }

        /// <summary>Told of the tab's events from the start.</summary>
        public IActorRef? Subscriber { get; init; }

        object? IValidated.Refusal() => Subscriber is null or IInternalActorRef ? null : TabRefusals.NoActor(nameof(OpenTab), Subscriber);
    }

    /// <summary>A tab is there.</summary>
    /// <param name="Tab">Its actor.</param>
    /// <param name="Number">Never used again.</param>
    public sealed record TabOpened(IActorRef Tab, int Number) : INoSerializationVerificationNeeded;

    /// <summary>
    /// Go to a page. What was loading is stopped. Where the server answers that there is nothing to show (204, 205) the tab
    /// stays on the page it was.
    /// </summary>
    /// <param name="Url">An absolute http or https URL.</param>
    public sealed record Navigate(string Url) : ICommand, IValidated
    {
        object? IValidated.Refusal() => TabRefusals.Url(Url);
    }

    /// <summary>Stop loading.</summary>
    public sealed record Stop : ICommand;

    /// <summary>Load the page again, in a new renderer if the old one is gone.</summary>
    public sealed record Reload : ICommand;

    /// <summary>Go to the page before.</summary>
    public sealed record Back : ICommand;

    /// <summary>Go to the page after.</summary>
    public sealed record Forward : ICommand;

    /// <summary>End the tab and its renderer.</summary>
    public sealed record Close : ICommand;

    /// <summary>Kill the renderer, as if it had crashed.</summary>
    public sealed record KillRenderer : ICommand;

    /// <summary>Answered by <see cref="TabSnapshot"/>.</summary>
    public sealed record GetSnapshot : ICommand;

    /// <summary>Tell this actor of the tab's events, from now on until it stops. There is no answer; a second subscription changes nothing.</summary>
    /// <param name="Subscriber">Whom.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => Subscriber is IInternalActorRef ? null : TabRefusals.NoActor(nameof(Subscribe), Subscriber);
    }

    /// <summary>Ask the live document. Answered by <see cref="QueryResult"/> or <see cref="QueryFailed"/>.</summary>
    /// <param name="Kind">What is asked.</param>
    public sealed record Query(DocumentQuery Kind) : ICommand, IValidated
    {
        /// <summary>A selector or a text, where one is needed; at most <see cref="QueryDocument.LongestArgument"/> characters.</summary>
        public string Argument { get; init; } = "";

        /// <summary>How many items to pass over; 0 or more.</summary>
        public int Start { get; init; }

        /// <summary>How many items at most; 0 or more. One answer has at most <see cref="QueryDocument.MostItems"/>.</summary>
        public int Count { get; init; } = QueryDocument.MostItems;

        object? IValidated.Refusal() => TabRefusals.Of(this);
    }

    /// <summary>
    /// Fetch a resource on the loaded page's behalf: with the tab's cookies and way out, and from nowhere that the page's own
    /// images could not come from. Answered by <see cref="ResourceFetched"/> or <see cref="QueryFailed"/>.
    /// </summary>
    /// <param name="Url">An absolute http or https URL, such as a query for images gives.</param>
    public sealed record FetchResource(string Url) : ICommand, IValidated
    {
        object? IValidated.Refusal() => TabRefusals.Resource(Url);
    }

    /// <summary>The server's answer to <see cref="FetchResource"/>.</summary>
    /// <param name="Url">After redirects.</param>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="ContentType">As the server said; empty for none.</param>
    /// <param name="Body">At most <c>tabs.max-image</c> bytes.</param>
    public sealed record ResourceFetched(string Url, int Status, string ContentType, ReadOnlyMemory<byte> Body) : IEvent;

    /// <summary>What was found.</summary>
    /// <param name="Total">How many there are, whether given or not.</param>
    /// <param name="Items">Those asked for, as far as one answer holds them.</param>
    public sealed record QueryResult(int Total, IReadOnlyList<QueryItem> Items) : IEvent;

    /// <summary>There is no answer.</summary>
    /// <param name="Kind">Why; null when the renderer was lost.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record QueryFailed(DocumentFailure? Kind, string Message) : IEvent
    {
        /// <summary>How the renderer ended, where that is the reason.</summary>
        public ChildProcessProtocol.ChildExited? Exited { get; init; }
    }

    /// <summary>A navigation has begun.</summary>
    /// <param name="Load">Its number within the tab.</param>
    /// <param name="Url">Where to.</param>
    public sealed record LoadStarted(int Load, string Url) : IEvent;

    /// <summary>Bytes of the page have come; told at most once a flush interval.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Bytes">So far.</param>
    /// <param name="Total">As declared, or −1.</param>
    public sealed record Progress(int Load, long Bytes, long Total) : IEvent;

    /// <summary>The page has a title.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Title">Empty for none.</param>
    public sealed record TitleChanged(int Load, string Title) : IEvent;

    /// <summary>A resource of the page is there, or could not be had.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">Which.</param>
    /// <param name="Status">The HTTP status; 0 when there was no answer.</param>
    /// <param name="Bytes">Its length.</param>
    /// <param name="Problem">Why it could not be had, or null.</param>
    public sealed record ResourceLoaded(int Load, string Url, int Status, long Bytes, string? Problem) : IEvent;

    /// <summary>An image of the page was decoded. Its owner is the tab: who wants the pixels asks the browser for them.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">Which.</param>
    /// <param name="Format">Such as <c>png</c>.</param>
    /// <param name="Width">In pixels.</param>
    /// <param name="Height">In pixels.</param>
    /// <param name="Frames">How many.</param>
    public sealed record ImageDecoded(int Load, string Url, string Format, int Width, int Height, int Frames) : IEvent;

    /// <summary>The page is parsed, and its images, where they are loaded, have come or failed.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Page">What it is.</param>
    public sealed record LoadFinished(int Load, PageSummary Page) : IEvent;

    /// <summary>The navigation failed.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">Where to.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record LoadFailed(int Load, string Url, string Message) : IEvent
    {
        /// <summary>Why the page's fetch failed; null where it was no fetch that failed.</summary>
        public FetchErrorKind? Kind { get; init; }
    }

    /// <summary>The server answered that there is nothing to show, with status 204 or 205: the tab stays on the page it was.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Url">Who answered.</param>
    /// <param name="Status">204 or 205.</param>
    /// <param name="Page">The page that the tab still shows; null while it shows none.</param>
    public sealed record StayedOnPage(int Load, string Url, int Status, PageSummary? Page) : IEvent;

    /// <summary>The page's renderer is gone. The tab's problem is <paramref name="Message"/>; Reload works.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="Message">What happened, in a sentence.</param>
    /// <param name="Exited">How the process ended; null when its actor failed.</param>
    /// <param name="Crashes">How often in succession this page has lost its renderer.</param>
    public sealed record Crashed(int Load, string Message, ChildProcessProtocol.ChildExited? Exited, int Crashes) : IEvent;

    /// <summary>The renderer does not answer; it is killed when its budget is used up.</summary>
    /// <param name="Load">The navigation.</param>
    /// <param name="For">How long.</param>
    public sealed record TabUnresponsive(int Load, TimeSpan For) : IEvent;

    /// <summary>The tab is closed; nothing more comes.</summary>
    public sealed record Closed : IEvent
    {
        /// <summary>Why, when no <see cref="Close"/> asked for it; else null.</summary>
        public string? Problem { get; init; }
    }
}

/// <summary>A loaded page.</summary>
/// <param name="Url">After redirects.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">As the server said.</param>
/// <param name="Bytes">The page's length.</param>
/// <param name="Document">What the renderer found in it.</param>
/// <param name="ProcessId">The renderer.</param>
/// <param name="Elapsed">From the navigation's beginning.</param>
public sealed record PageSummary(string Url, int Status, string ContentType, long Bytes, DocumentLoaded Document, int ProcessId, TimeSpan Elapsed);

/// <summary>A tab as it is now.</summary>
/// <param name="Number">Its number.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Url">Where it is, or is going; empty while blank.</param>
/// <param name="Title">The page's, also after its renderer was lost; empty for none. What went wrong is in <paramref name="Problem"/>.</param>
/// <param name="ProcessId">Its renderer; 0 for none.</param>
/// <param name="History">URLs, oldest first.</param>
/// <param name="Position">Where in them the tab is; −1 for nowhere.</param>
/// <param name="Page">The loaded page, or null.</param>
/// <param name="Problem">One sentence on what went wrong with a failed or crashed page, or null.</param>
public sealed record TabSnapshot(
    int Number, TabState State, string Url, string Title, int ProcessId, IReadOnlyList<string> History, int Position, PageSummary? Page, string? Problem) : INoSerializationVerificationNeeded;
