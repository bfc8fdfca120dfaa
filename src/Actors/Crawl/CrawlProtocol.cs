using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Messages to and from a crawl.</summary>
public static class CrawlProtocol
{
    /// <summary>Sent to a crawl.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Sent to a crawl's subscriber.</summary>
    public interface IEvent : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>
    /// Sent to the browser: starts a crawl. Answered by <see cref="CrawlStarted"/>. The crawl stops when its subscriber stops.
    /// </summary>
    /// <param name="Options">What to crawl.</param>
    /// <param name="Subscriber">The actor that gets the crawl's events.</param>
    public sealed record StartCrawl(CrawlOptions Options, IActorRef Subscriber) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>How many pages may be sent before the first <see cref="GrantPages"/>; more wait for it, and the crawl with them.</summary>
        public int Credit { get; init; } = 1000;

        object? IValidated.Refusal() => CrawlRefusals.Of(this);
    }

    /// <summary>A crawl has begun.</summary>
    /// <param name="Crawl">The crawl's actor.</param>
    public sealed record CrawlStarted(IActorRef Crawl) : INoSerializationVerificationNeeded;

    /// <summary>The subscriber accepts so many pages more.</summary>
    /// <param name="Count">At least 1.</param>
    public sealed record GrantPages(int Count) : ICommand, IValidated, IDeadLetterSuppression
    {
        object? IValidated.Refusal() => Count >= 1 ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(GrantPages), $"Count is {Count}; it must be at least 1"));
    }

    /// <summary>Ends the crawl: what is under way is given up, what is done is in the folder, and <see cref="CrawlEnded"/> follows.</summary>
    public sealed record StopCrawl : ICommand, IDeadLetterSuppression;

    /// <summary>A page has its result, which is in the folder, if there is one.</summary>
    /// <param name="Page">The result.</param>
    /// <param name="Waiting">How many known URLs have none yet.</param>
    public sealed record PageCrawled(CrawledPage Page, int Waiting) : IEvent;

    /// <summary>The crawl has ended; its last event.</summary>
    /// <param name="Summary">What it has done.</param>
    public sealed record CrawlEnded(CrawlSummary Summary) : IEvent;
}

/// <summary>Checks a crawl's options.</summary>
internal static class CrawlRefusals
{
    internal static object? Of(CrawlProtocol.StartCrawl start)
    {
        var options = start.Options;
        var problem = options is null ? "Options is null"
            : Problem(options) ?? (start.Subscriber is not IInternalActorRef ? "Subscriber is no actor that can be watched" : start.Credit < 1 ? $"Credit is {start.Credit}; it must be at least 1" : null);
        return problem is null ? null : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(CrawlProtocol.StartCrawl), problem));
    }

    internal static string? Problem(CrawlOptions options) =>
        options.Url is null ? "Url is null"
        : options.Url.Length > HttpRules.MaxUrlLength || !WebUrl.TryParse(options.Url, out var url) || !url.IsHttp ? $"'{HttpRules.Shorten(options.Url, 100)}' is not an absolute http or https URL"
        : !Enum.IsDefined(options.Site) ? $"Site is {(int)options.Site}, which CrawlSite does not define"
        : !Enum.IsDefined(options.Save) ? $"Save is {(int)options.Save}, which CrawlSave does not define"
        : options.MaxDepth is < 0 ? $"MaxDepth is {options.MaxDepth}; it must be at least 0"
        : options.MaxPages is < 1 ? $"MaxPages is {options.MaxPages}; it must be at least 1"
        : options.Pace is { } pace && (pace < TimeSpan.Zero || pace > TimeSpan.FromDays(1)) ? $"Pace is {pace}; it must be from zero to a day"
        : options.Folder is null && options.Save != CrawlSave.None ? "Save needs a Folder"
        : options.Folder is { Length: 0 } ? "Folder is empty"
        : null;
}
