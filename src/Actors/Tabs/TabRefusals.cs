using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>Checks commands to a tab; each method returns the reply that refuses the command, or null.</summary>
internal static class TabRefusals
{
    /// <summary>The longest URL, in characters: browsers allow about as much, and every snapshot carries it.</summary>
    internal const int LongestUrl = 64 << 10;

    private static readonly TimeSpan LongestScript = TimeSpan.FromMinutes(10);

    internal static object? Url(string? url) => url switch
    {
        null => Invalid(nameof(Navigate), "Url is null; give an absolute http or https URL."),
        { Length: > LongestUrl } => Invalid(nameof(Navigate), $"Url has {url.Length} characters; at most {LongestUrl} are allowed."),
        _ => null,
    };

    internal static QueryFailed? Resource(string? url) => url switch
    {
        null => Refused("The resource's URL is null; give an absolute http or https URL."),
        { Length: > LongestUrl } => Refused($"The resource's URL has {url.Length} characters; at most {LongestUrl} are allowed."),
        _ => null,
    };

    internal static object NoActor(string message, IActorRef? subscriber) => Invalid(message, subscriber is null
        ? "Subscriber is null; give the actor that gets the tab's events."
        : $"Subscriber is a {subscriber.GetType().Name}, which cannot be watched; give an actor of an actor system.");

    internal static EvaluationFailed? Of(Evaluate evaluate) => evaluate switch
    {
        { Code: null } => NotRun("The script is null."),
        { Code.Length: > EvaluateScript.LongestCode } => NotRun($"The script has {evaluate.Code.Length} characters; at most {EvaluateScript.LongestCode} are allowed."),
        { Timeout: { } timeout } when timeout < TimeSpan.FromMilliseconds(1) || timeout > LongestScript => NotRun($"The script's timeout is {timeout}; it must be between one millisecond and ten minutes."),
        _ => null,
    };

    /// <summary>The answer to a command in whose handling the tab has failed.</summary>
    internal static object Lost(object command, string problem, Exception reason) => command switch
    {
        Evaluate => new EvaluationFailed(ScriptFailure.RendererLost, problem, 0, 0),
        Query or Act => new QueryFailed(null, problem),
        _ => new Akka.Actor.Status.Failure(new PageException(problem, reason)),
    };

    private static EvaluationFailed NotRun(string message) => new(ScriptFailure.Invalid, message, 0, 0);

    internal static QueryFailed? Of(Query query)
    {
        if (!Enum.IsDefined(query.Kind))
            return Refused($"The query's kind is {(int)query.Kind}, which DocumentQuery does not define.");
        if (query.Argument is null)
            return Refused("The query's argument is null; use an empty text for none.");
        if (query.Argument.Length > QueryDocument.LongestArgument)
            return Refused($"The query's argument has {query.Argument.Length} characters; at most {QueryDocument.LongestArgument} are allowed.");
        return query.Start < 0 || query.Count < 0 ? Refused($"The query's Count is {query.Count} and its Start {query.Start}; neither may be negative.") : null;
    }

    /// <summary>Why a page is not loaded again, in one sentence.</summary>
    internal static string? OfReload(string url, PageNavigation? navigation, CrashCount crashes, bool resubmit)
    {
        if (url.Length == 0)
            return "The tab is blank and has no page to reload; navigate to a URL first.";
        if (crashes.IsAtLimit(url))
            return $"This page has crashed its renderer {crashes.Count} times in succession, as often as actorbrowser.tabs.max-crashes allows; navigate to its URL to load it again.";
        if (navigation is { IsLostForm: true })
            return "This page answered a form that was sent before the tab came here, and the form is not kept; navigate to a URL.";
        return navigation is { Post: not null } && !resubmit
            ? "This page is the answer to a form that was sent; reloading it sends the form again, which must be asked for (Resubmit)." : null;
    }

    private static QueryFailed Refused(string message) => new(DocumentFailure.InvalidQuery, message);

    private static Akka.Actor.Status.Failure Invalid(string message, string problem) => new(new InvalidMessageException(message, problem));
}
