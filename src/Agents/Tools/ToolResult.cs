using System.Text.Json.Nodes;
using ActorBrowser.Transport;

namespace ActorBrowser.Agents;

/// <summary>A tool cannot do what was asked.</summary>
/// <param name="message">For the model: the value, the limit, and what to do.</param>
internal sealed class ToolException(string message) : Exception(message);

/// <summary>A tool's answer: a text for the model, and the same as JSON for programs.</summary>
/// <param name="Text">Control characters are visible, and foreign content is marked.</param>
/// <param name="Structured">What the tool's fields describe; null for a failure.</param>
internal sealed record ToolResult(string Text, JsonObject? Structured)
{
    internal bool IsFailure => Structured is null;

    internal static ToolResult Failed(string sentence) => new(VisibleText.Block(VisibleText.Shorten(sentence, 4000)), null);
}

/// <summary>Turns exceptions of the client's calls into sentences for a model.</summary>
internal static class ToolFailures
{
    /// <summary>One or two sentences; null for what is not a tool's failure: a cancelled call.</summary>
    internal static string? SentenceOf(Exception failure) => failure switch
    {
        ToolException or PageException or ImageException or InvalidMessageException => ModelRemedies.In(failure.Message),
        CommandRefusedException refused => $"The command was not started: {refused.Message}{AdviceOn(refused.Kind)}",
        BrowserStoppedException => "The browser is stopping; nothing more can be done in this session.",
        TimeoutException => "The browser did not answer in time; try again.",
        ObjectDisposedException => "This session has ended; begin another.",
        OperationCanceledException => null,
        _ => $"This is a defect of actorbrowser, please report it: {failure.GetType().Name}: {failure.Message}",
    };

    /// <summary>Why a fetch failed, and what to do.</summary>
    internal static ToolException Of(FetchProtocol.FetchFailed failed) => new(failed.Kind switch
    {
        FetchErrorKind.Blocked => ModelRemedies.In(failed.Message),
        FetchErrorKind.Dns => $"{failed.Message} Check the host's spelling.",
        FetchErrorKind.Timeout => $"{failed.Message} Try again, or with a longer timeoutSeconds.",
        FetchErrorKind.ChildLost => $"{failed.Message} Try again; list_crashes says what happened.",
        _ => failed.Message,
    });

    private static string AdviceOn(SpawnFailure kind) => kind switch
    {
        SpawnFailure.NotFound => " Check the program's name.",
        SpawnFailure.NoResources or SpawnFailure.Unavailable => " Try again later.",
        _ => "",
    };
}
