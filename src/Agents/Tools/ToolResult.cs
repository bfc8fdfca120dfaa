using System.Text.Json.Nodes;
using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;

namespace ActorBrowser.Agents;

/// <summary>A tool cannot do what was asked.</summary>
/// <param name="message">For the model: the value, the limit, and what to do. Nothing in it is from a server, a page or a child.</param>
/// <param name="details">More about it, in which texts of a server, a page or a child may stand; null for nothing more.</param>
internal sealed class ToolException(string message, string? details = null) : Exception(message)
{
    internal string? Details { get; } = details;
}

/// <summary>A tool's answer: a text for the model, and the same as JSON for programs.</summary>
/// <param name="Text">Control characters are visible, and foreign content is marked.</param>
/// <param name="Structured">What the tool's fields describe; null for a failure.</param>
internal sealed record ToolResult(string Text, JsonObject? Structured)
{
    internal bool IsFailure => Structured is null;

    /// <summary>A failure.</summary>
    /// <param name="sentence">What this program says.</param>
    /// <param name="details">In which foreign text may stand; null for nothing more.</param>
    internal static ToolResult Failed(string sentence, string? details) => new(Shown(sentence) + (details is null ? "" : $"\n{Foreign.Mark("what is known of the failure", Shown(details))}"), null);

    private static string Shown(string text) => VisibleText.Block(VisibleText.Shorten(text, 4000));
}

/// <summary>Turns exceptions of the client's calls into sentences for a model.</summary>
internal static class ToolFailures
{
    /// <summary>What this program says, and the details in which foreign text may stand; null for what is not a tool's failure: a cancelled call.</summary>
    internal static (string Sentence, string? Details)? Of(Exception failure) => failure switch
    {
        ToolException known => (known.Message, known.Details),
        InvalidMessageException => (failure.Message, null),
        PageException page => Of(page),
        ImageException image => (image.Refused.Kind is { } kind ? $"The picture cannot be decoded: {kind}." : "The picture was not decoded: its process was lost, or none is available. Try again.", image.Message),
        CommandRefusedException refused => ($"The command was not started: {refused.Message}{AdviceOn(refused.Kind)}", null),
        BrowserStoppedException => ("The browser is stopping; nothing more can be done in this session.", null),
        TimeoutException => ("The browser did not answer in time; try again.", null),
        ObjectDisposedException => ("This session has ended; begin another.", null),
        OperationCanceledException => null,
        _ => ($"This is a defect of actorbrowser, please report it: {failure.GetType().Name}.", failure.Message),
    };

    /// <summary>Why a fetch failed, and what to do.</summary>
    internal static ToolException Of(FetchProtocol.FetchFailed failed) => new($"The fetch failed: {SentenceOf(failed.Kind)}{AdviceOn(failed.Kind, failed.Message)}", ModelRemedies.In(failed.Message));

    private static (string, string) Of(PageException page) => (
        page.Kind is { } kind ? $"The page was not loaded: {SentenceOf(kind)}{AdviceOn(kind, page.Message)}"
        : page.Exited is not null ? "The process of the page was lost. Try again; list_crashes says what happened."
        : page.Failure is { } reason ? $"The question about the page has no answer: {reason}." : "The page cannot be used.",
        ModelRemedies.In(page.Message));

    private static string SentenceOf(FetchErrorKind kind) => kind switch
    {
        FetchErrorKind.InvalidUrl => "the URL is not valid.",
        FetchErrorKind.UnsupportedScheme => "only http and https are possible.",
        FetchErrorKind.InvalidRequest => "the request cannot be sent as given.",
        FetchErrorKind.Dns => "the host's name was not found.",
        FetchErrorKind.Refused => "the server refused the connection.",
        FetchErrorKind.Unreachable => "the server cannot be reached.",
        FetchErrorKind.Tls => "the server's certificate, or its TLS, is not acceptable.",
        FetchErrorKind.Timeout => "its time was over.",
        FetchErrorKind.TooLarge => "the answer is too large.",
        FetchErrorKind.Redirect => "a redirect cannot be followed, or there are too many.",
        FetchErrorKind.Blocked => "the address may not be reached.",
        FetchErrorKind.Protocol => "the server broke HTTP.",
        FetchErrorKind.ChildLost => "the process that fetched it was lost.",
        _ => $"{kind}.",
    };

    private static string AdviceOn(FetchErrorKind kind, string message) => kind switch
    {
        FetchErrorKind.Blocked when message.Contains(AddressPolicy.NotForPages, StringComparison.Ordinal) => " This session may reach public addresses only. A person can restart the server with --private-addresses.",
        FetchErrorKind.Dns => " Check the host's spelling.",
        FetchErrorKind.Timeout => " Try again, or with a longer timeoutSeconds.",
        FetchErrorKind.ChildLost => " Try again; list_crashes says what happened.",
        _ => "",
    };

    private static string AdviceOn(SpawnFailure kind) => kind switch
    {
        SpawnFailure.NotFound => " Check the program's name.",
        SpawnFailure.NoResources or SpawnFailure.Unavailable or SpawnFailure.NodesFull => " Try again later.",
        _ => "",
    };
}
