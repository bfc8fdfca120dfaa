using Akka.Actor;

namespace ActorBrowser;

/// <summary>The fetches of a tab's page and of its parts: one actor each, until it has told its end or the page is left.</summary>
/// <param name="context">The tab's.</param>
/// <param name="coordinator">Fetches, as the browser does.</param>
/// <param name="credit">How many bytes of a body come before the first grant.</param>
internal sealed class PageFetches(IActorContext context, IActorRef coordinator, long credit)
{
    private readonly Dictionary<IActorRef, PageFetch.Request> _underWay = [];

    /// <summary>Starts one; the tab hears of its end by <see cref="PageFetch.Done"/>, or by its actor's.</summary>
    internal void Start(PageFetch.Request request)
    {
        var fetch = context.ActorOf(PageFetch.Props(request, coordinator, credit));
        context.Watch(fetch);
        _underWay.Add(fetch, request);
    }

    /// <summary>What an actor fetches; null if it fetches nothing of this page.</summary>
    internal PageFetch.Request? Of(IActorRef actor) => _underWay.GetValueOrDefault(actor);

    /// <summary>One has told its end.</summary>
    /// <returns>False for a fetch that was stopped, whose answer was on its way.</returns>
    internal bool Take(IActorRef fetch) => _underWay.Remove(fetch);

    internal void StopAll()
    {
        foreach (var fetch in _underWay.Keys)
            context.Stop(fetch);
        _underWay.Clear();
    }
}
