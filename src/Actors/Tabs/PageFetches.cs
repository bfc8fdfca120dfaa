using ActorBrowser.Transport.Http;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The fetches of a tab's page and its resources: one actor for each, until it reports its end or the tab leaves the page.</summary>
/// <param name="context">The tab's context.</param>
/// <param name="coordinator">The fetch coordinator.</param>
/// <param name="credit">How many bytes of a body may arrive before the first grant.</param>
/// <param name="spans">What the fetches are part of.</param>
internal sealed class PageFetches(IActorContext context, IActorRef coordinator, long credit, NavigationSpans spans)
{
    private const string AcceptPage = "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.5";

    private readonly Dictionary<IActorRef, PageFetch.Request> _underWay = [];

    /// <summary>Starts a fetch. The tab learns of its end from <see cref="PageFetch.Done"/>, or from its actor's termination.</summary>
    internal void Start(PageFetch.Request request)
    {
        var fetch = context.ActorOf(PageFetch.Props(request with { TraceParent = spans.Context }, coordinator, credit));
        context.Watch(fetch);
        _underWay.Add(fetch, request);
    }

    /// <summary>Starts the fetch of a tab's page.</summary>
    internal void StartPage(TabRecord record, TabSettings settings, WebUrl url, PageNavigation navigation) =>
        Start(new PageFetch.Request(record.Load, url, record.Identity, navigation.Initiator, AcceptPage, settings.MaxPage, settings.MaxRedirects)
        {
            Navigation = navigation,
            Page = navigation.From,
            Downloads = record.Downloads is { } folder ? new DownloadTarget(folder, settings.MaxDownload) : null,
        });

    /// <summary>Returns an actor's request; null if the actor fetches nothing for this page.</summary>
    internal PageFetch.Request? Of(IActorRef actor) => _underWay.GetValueOrDefault(actor);

    /// <summary>Removes a fetch that reported its end.</summary>
    /// <returns>False if the fetch was stopped while its report was on the way.</returns>
    internal bool Take(IActorRef fetch) => _underWay.Remove(fetch);

    internal void StopAll()
    {
        foreach (var fetch in _underWay.Keys)
            context.Stop(fetch);
        _underWay.Clear();
    }
}
