using ActorBrowser.Transport.Http;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.CrawlProtocol;

namespace ActorBrowser;

/// <summary>
/// One crawl.
/// <code>
///   Opening ── folder read ──► Running ── nothing left, StopCrawl, or a failure ──► Closing ── all written ──► stopped
/// </code>
/// A page under way has one of the places of <c>at-once</c> from the request until its result is written, so that neither pages nor results pile
/// up in memory.
/// </summary>
internal sealed class CrawlActor : UntypedActor
{
    private readonly CrawlOptions _options;
    private readonly ActorBrowserSettings _settings;
    private readonly IActorRef _subscriber;
    private readonly CrawlUrls _urls;
    private readonly CrawlQueue _queue;
    private readonly CrawlPages _pages;
    private readonly CrawlSitemaps _sitemaps;
    private readonly CrawlRenderers _renderers;
    private readonly CrawlWriter _writer;
    private readonly CrawlTally _tally = new();
    private readonly CrawlFetches _fetches;
    private readonly WebUrl _start;
    private readonly long _began;
    private long _credit;
    private int _underWay;
    private State _state;
    private bool _isComplete;
    private string? _problem;
    private CrawlSummary? _summary;

    public CrawlActor(StartCrawl start, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers)
    {
        (_options, _settings, _subscriber, _credit) = (start.Options, settings, start.Subscriber, start.Credit);
        _ = WebUrl.TryParse(_options.Url, out _start!);
        _began = Timers.Time.GetTimestamp();
        var agent = RobotsTxt.TokenOf(settings.Network.UserAgent);
        var cache = _options.Cache ?? (_options is { Folder: { } folder, Identity: null } ? new HttpCache(Path.Combine(folder, "cache")) : null);
        var identity = _options.Identity ?? new NetworkIdentity();
        _fetches = new CrawlFetches(Context, coordinator, settings, identity);
        _urls = new CrawlUrls(_options, settings.Crawl, _start);
        _queue = new CrawlQueue(_options, settings.Crawl, agent, Timers.Time, _fetches.Robots);
        _renderers = new CrawlRenderers(renderers, settings.Crawl, settings.Tabs, Timers.Time, OnParsed);
        _writer = CrawlWriter.Start(_options, cache, Self);
        _pages = new CrawlPages(_options, identity, agent, Timers.Time, cache, _queue, _urls, _writer, _fetches.Page) { Parse = _renderers.Add };
        _sitemaps = new CrawlSitemaps(_options, settings.Crawl, _urls, _fetches.Sitemap, _renderers.Add, OnSitemapUrl);
        _queue.OnRobots = OnRobots;
    }

    private enum State { Opening, Running, Closing }

    private ActorTimers Timers { get; } = new(Context);

    private int MaxPages => _options.MaxPages ?? _settings.Crawl.MaxPages;

    internal static Props Props(StartCrawl start, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers) =>
        Akka.Actor.Props.Create(() => new CrawlActor(start, settings, coordinator, renderers));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart() => Context.Watch(_subscriber);

    // The subscriber is told once the folder can be used again; a stop waits for that.
    protected override void PostStop()
    {
        Timers.CancelAll();
        _renderers.Close();
        _writer.Close(null);
        _problem ??= _state == State.Closing ? null : "The crawl's actor was stopped, because the browser is stopping or the crawl has failed.";
        var (subscriber, ended) = (_subscriber, new CrawlEnded(_summary ?? Summarize()));
        _writer.OnEnd(() => subscriber.Tell(ended, ActorRefs.NoSender));
    }

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case GrantPages grant:
                _credit += grant.Count;
                break;
            case StopCrawl:
                End(isComplete: false, null);
                break;
            case CrawlWriter.Opened opened:
                OnOpened(opened.Past);
                break;
            case CrawlWriter.Written written:
                OnWritten(written);
                break;
            case CrawlWriter.Failed failed:
                End(isComplete: false, null);
                (_isComplete, _problem) = (false, failed.Cause.Message);
                break;
            case Drained:
                _summary = Summarize();
                _writer.Close(_summary);
                break;
            case CrawlWriter.Closed:
                Context.Stop(Self);
                return;
            case CrawlFetch.Done done:
                OnFetched(Sender, done);
                break;
            case Terminated { ActorRef: var actor }:
                if (actor.Equals(_subscriber))
                    End(isComplete: false, null);
                else
                    OnFetched(actor, new CrawlFetch.Done(actor, null, default, "", DateTimeOffset.UtcNow, "The actor that fetched the page has failed."));
                break;
            case CrawlCacheRead read:
                if (_state == State.Running)
                    _pages.OnCacheRead(read);
                break;
            case PaceTick:
                break;
            case ICommand unknown:
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(unknown.GetType().Name, "a crawl does not handle this command")));
                break;
            default:
                OnRendererMessage(message);
                break;
        }
        Pump();
    }

    private void OnRendererMessage(object message)
    {
        switch (message)
        {
            case WorkerPool.Leased leased:
                _renderers.OnLeased(leased);
                break;
            case WorkerPool.Refused refused:
                _renderers.OnRefused(refused);
                break;
            case WorkerPool.WorkerLost lost:
                _renderers.OnLost(lost);
                break;
            case RoleTraffic.WorkBatch batch:
                if (_state == State.Running)
                    _renderers.OnBatch(batch, Sender);
                break;
            case Watchdog:
                _renderers.KillSilent();
                break;
            default:
                Unhandled(message);
                break;
        }
        if (_renderers.IsBusy && !Timers.IsTimerActive(Watchdog.Instance))
            Timers.StartSingleTimer(Watchdog.Instance, Watchdog.Instance, _settings.Tabs.UnresponsiveAfter);
    }

    private void OnOpened(CrawlPast past)
    {
        _state = State.Running;
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var page in past.Pages)
        {
            if (!done.Add(page.Url))
                continue;
            _tally.Add(page);
            _pages.Remember(page);
        }
        foreach (var target in past.Targets)
        {
            if (_urls.Add(target.Url, target.Depth, target.Initiator, target.Redirects) is { } known && !done.Contains(known.Text))
                _queue.Add(known);
        }
        if (_urls.Add(_start, 0, FetchInitiator.Embedder) is not { } start)
            return;
        _queue.Add(start);
        _writer.Write(new CrawlResult(null, [start], default));
    }

    private void OnWritten(CrawlWriter.Written written)
    {
        foreach (var result in written.Results)
        {
            if (result.Page is not { } page)
                continue;
            _tally.Add(page);
            _underWay--;
            _credit--;
            _subscriber.Tell(new PageCrawled(page, _queue.Count + _underWay));
        }
    }

    private void OnFetched(IActorRef fetch, CrawlFetch.Done done)
    {
        switch (_fetches.Take(fetch))
        {
            case CrawlWork work:
                _pages.OnFetched(work, done);
                break;
            case CrawlQueue.RobotsTag robots:
                _queue.OnAnswered(robots, done);
                break;
            case CrawlSitemaps.Tag sitemap:
                _sitemaps.OnFetched(sitemap, done);
                break;
            default:
                // The crawl is ending.
                break;
        }
    }

    private void OnParsed(CrawlParse parse)
    {
        if (parse.Tag is CrawlWork work)
            _pages.OnParsed(work, parse);
        else
            _sitemaps.OnParsed((CrawlSitemaps.Tag)parse.Tag, parse);
    }

    private void OnRobots(CrawlServer server, RobotsTxt robots, FetchInitiator initiator)
    {
        if (server.Url.Origin == _start.Origin)
            _sitemaps.OnRobots(server, robots, initiator);
    }

    private void OnSitemapUrl(WebUrl url, FetchInitiator initiator)
    {
        if (_urls.Add(url, 1, initiator) is not { } target)
            return;
        _queue.Add(target);
        _writer.Write(new CrawlResult(null, [target], default));
    }

    // The subscriber's credit counts pages that are under way, too: each will be sent.
    private void Pump()
    {
        TimeSpan? wait = null;
        if (_state != State.Running)
            return;
        while (_underWay < Math.Min(_settings.Crawl.AtOnce, _credit) && _tally.Pages + _underWay < MaxPages && _queue.Take(out var server, out wait) is { } target)
        {
            _underWay++;
            _pages.Begin(target, server!, Self);
        }
        if (wait is { } time)
            Timers.StartSingleTimer(PaceTick.Instance, PaceTick.Instance, time + TimeSpan.FromMilliseconds(1));
        if (_underWay > 0)
            return;
        if (_tally.Pages >= MaxPages)
            End(isComplete: _queue.Count == 0, null);
        else if (_queue.Count == 0 && !_queue.IsAsking && !_sitemaps.IsBusy)
            End(isComplete: true, _tally.Pages == 0 && _queue.Disallowed > 0 ? $"The robots.txt of {_start.Origin} forbids the start page, or cannot be had." : null);
    }

    // What is under way is given up. What has been handed to the writer is written, and counted, first.
    private void End(bool isComplete, string? problem)
    {
        if (_state == State.Closing)
            return;
        (_state, _isComplete, _problem) = (State.Closing, isComplete, problem);
        Timers.CancelAll();
        _fetches.StopAll();
        _sitemaps.Clear();
        _renderers.Close();
        var self = Self;
        _writer.Do(() => self.Tell(Drained.Instance, ActorRefs.NoSender));
    }

    private CrawlSummary Summarize() => _tally.Summary with
    {
        Disallowed = _queue.Disallowed,
        LeftOut = _urls.LeftOut,
        Crashes = _renderers.Lost,
        Waiting = _queue.Count + _underWay,
        Elapsed = Timers.Time.GetElapsedTime(_began),
        IsComplete = _isComplete,
        Problem = _problem,
    };

    private sealed class Drained : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Drained Instance = new();
    }

    private sealed class PaceTick
    {
        internal static readonly PaceTick Instance = new();
    }

    private sealed class Watchdog
    {
        internal static readonly Watchdog Instance = new();
    }
}
