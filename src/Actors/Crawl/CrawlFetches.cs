using ActorBrowser.Transport;
using ActorBrowser.Transport.Http;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>The requests of a crawl: one actor for each, until it reports its end.</summary>
/// <param name="context">The crawl's context.</param>
/// <param name="coordinator">The fetch coordinator.</param>
/// <param name="settings">The limits.</param>
/// <param name="identity">Of all requests.</param>
internal sealed class CrawlFetches(IActorContext context, IActorRef coordinator, ActorBrowserSettings settings, NetworkIdentity identity)
{
    private readonly Dictionary<IActorRef, object> _underWay = [];

    internal void Page(CrawlWork work) =>
        Start(work, work.Target.Url, work.Request, work.Target.Initiator, settings.Crawl.MaxPage, cuts: false, CrawlPages.IsPage);

    internal void Robots(CrawlQueue.RobotsTag tag, WebUrl url, FetchInitiator initiator) =>
        Start(tag, url, [new("Accept", "text/plain,*/*;q=0.5")], initiator, RobotsTxt.MaxBytes, cuts: true, static _ => true);

    internal void Sitemap(CrawlSitemaps.Tag tag) =>
        Start(tag, tag.Url, [new("Accept", "application/xml,text/xml,text/plain,*/*;q=0.5")], tag.Initiator, settings.Tabs.MaxPage, cuts: false, static _ => true);

    /// <summary>Removes a request that has ended.</summary>
    /// <returns>Its tag; null if it was given up.</returns>
    internal object? Take(IActorRef fetch)
    {
        if (!_underWay.Remove(fetch, out var tag))
            return null;
        context.Unwatch(fetch);
        return tag;
    }

    internal void StopAll()
    {
        foreach (var fetch in _underWay.Keys)
        {
            context.Unwatch(fetch);
            context.Stop(fetch);
        }
        _underWay.Clear();
    }

    private void Start(object tag, WebUrl url, IReadOnlyList<HeaderField> headers, FetchInitiator initiator, int maxBytes, bool cuts, Func<string, bool> isWanted)
    {
        var request = new CrawlFetch.Request(tag, url, headers, identity, initiator, settings.Crawl.PageTimeout, maxBytes, cuts, isWanted);
        _underWay.Add(context.Watch(context.ActorOf(CrawlFetch.Props(request, coordinator, settings.Fetch.InitialCredit))), tag);
    }
}
