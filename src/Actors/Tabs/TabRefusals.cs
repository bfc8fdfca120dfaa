using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>What is wrong with a command to a tab, as the reply that refuses it.</summary>
internal static class TabRefusals
{
    /// <summary>The longest URL, in characters: what browsers allow is of this order, and it travels in every snapshot.</summary>
    internal const int LongestUrl = 64 << 10;

    internal static object? Url(string? url) => url switch
    {
        null => Invalid(nameof(Navigate), "Url is null; it is an absolute http or https URL."),
        { Length: > LongestUrl } => Invalid(nameof(Navigate), $"Url has {url.Length} characters; at most {LongestUrl} are allowed."),
        _ => null,
    };

    internal static QueryFailed? Resource(string? url) => url switch
    {
        null => Refused("The resource's URL is null; it is an absolute http or https URL."),
        { Length: > LongestUrl } => Refused($"The resource's URL has {url.Length} characters; at most {LongestUrl} are allowed."),
        _ => null,
    };

    internal static object NoActor(string message, IActorRef? subscriber) => Invalid(message, subscriber is null
        ? "Subscriber is null; it is the actor that is told of the tab's events."
        : $"Subscriber is a {subscriber.GetType().Name}, which cannot be watched; it is an actor of this actor system or of another.");

    internal static QueryFailed? Of(Query query)
    {
        if (!Enum.IsDefined(query.Kind))
            return Refused($"There is no query of kind {(int)query.Kind}.");
        if (query.Argument is null)
            return Refused("The query's argument is null; where none is needed it is empty.");
        if (query.Argument.Length > QueryDocument.LongestArgument)
            return Refused($"The query's argument has {query.Argument.Length} characters; at most {QueryDocument.LongestArgument} are allowed.");
        return query.Start < 0 || query.Count < 0 ? Refused($"The query asks for {query.Count} items from {query.Start} on; neither may be negative.") : null;
    }

    private static QueryFailed Refused(string message) => new(DocumentFailure.InvalidQuery, message);

    private static Akka.Actor.Status.Failure Invalid(string message, string problem) => new(new InvalidMessageException(message, problem));
}
