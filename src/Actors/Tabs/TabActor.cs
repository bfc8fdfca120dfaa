using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser;

/// <summary>
/// One tab.
/// <code>
///   Blank ── Navigate ──► Loading ── parsed, images in ──► Loaded
///                          │  ▲ │                            │
///            fetch failed  │  │ └── renderer lost ──► Crashed ◄── renderer lost
///                          ▼  └───── Navigate, Reload, Back, Forward, from anywhere
///                        Failed
/// </code>
/// What its <see cref="TabRecord"/> keeps outlives its renderers, and a failure of this actor: the page is then lost, as by a
/// crash, and Reload works. Closing it, or stopping it, ends its renderer.
/// </summary>
internal sealed partial class TabActor : UntypedActor
{
    private readonly TabRecord _record;
    private readonly TabSettings _settings;
    private readonly long _credit;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _images;
    private readonly RendererLine _renderer;
    private readonly Dictionary<IActorRef, PageFetch.Request> _fetches = [];
    private TabEvents _events = null!;
    private TabState _state = TabState.Blank;
    private string _title = "";
    private string? _problem;
    private PageSummary? _page;
    private Shown? _before;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _steps;
    private ulong _document;
    private AddressSpace _space;
    private bool _awaitsImages;
    private string _crashedUrl = "";
    private int _crashes;
    private bool _reported;
    private string? _hung;

    public TabActor(TabRecord record, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images)
    {
        _record = record;
        _settings = settings.Tabs;
        _credit = settings.Fetch.InitialCredit;
        _coordinator = coordinator;
        _images = images;
        _renderer = new RendererLine(renderers, Timers.Time);
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(TabRecord record, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images) =>
        Akka.Actor.Props.Create(() => new TabActor(record, settings, coordinator, renderers, images));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    private TabHistory History => _record.History;

    protected override void PreStart()
    {
        _events = new TabEvents(Self, _record.Subscribers, Timers, _settings.FlushInterval);
        foreach (var subscriber in _record.Subscribers)
            Watch(subscriber);
        _record.Metrics.Show(_state);
    }

    // The page, its renderer and what loads are given up; each asker hears of it here, the subscribers once the tab works again.
    protected override void PreRestart(Exception reason, object message)
    {
        var problem = ProblemOf(reason);
        if (message is Query)
            Sender.Tell(new QueryFailed(null, problem));
        else if (message is ICommand)
            Sender.Tell(new Akka.Actor.Status.Failure(new PageException(problem, reason)));
        _events.Flush();
        StopLoading();
        _renderer.LetGo(reusable: false, problem);
        foreach (var child in Context.GetChildren())
        {
            Context.Unwatch(child);
            Context.Stop(child);
        }
    }

    protected override void PostRestart(Exception reason)
    {
        base.PostRestart(reason);
        if (_record.Url.Length > 0)
            Fail(ProblemOf(reason));
    }

    protected override void PostStop()
    {
        Timers.CancelAll();
        StopLoading();
        _renderer.LetGo(reusable: false, "The tab is closed.");
        _state = TabState.Closed;
        _record.Metrics.Show(_state);
        _events.Tell(new TabProtocol.Closed { Problem = _record.IsClosing ? null : "The tab's actor was stopped: the browser stops, or the tab has failed too often." });
    }

    private static string ProblemOf(Exception reason) => $"The tab failed, and with it its page: {reason.GetType().Name}: {reason.Message}";

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        _record.Metrics.Show(_state);
        return handled;
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Navigate navigate:
                (_crashedUrl, _crashes) = ("", 0);
                Go(navigate.Url, steps: 0);
                break;
            case Reload:
                OnReload();
                break;
            case Back when History.Peek(Ahead - 1) is { } before:
                Go(before, Ahead - 1);
                break;
            case Forward when History.Peek(Ahead + 1) is { } after:
                Go(after, Ahead + 1);
                break;
            case Back or Forward:
                break;
            case Stop:
                OnStop();
                break;
            case Close:
                _record.IsClosing = true;
                Context.Stop(Self);
                break;
            case KillRenderer:
                if (_renderer.IsThere)
                    _renderer.Child.Tell(ChildProcessProtocol.Kill.Instance);
                break;
            case Query query:
                OnQuery(query);
                break;
            case FetchResource resource:
                OnFetchResource(resource.Url);
                break;
            case GetSnapshot:
                Sender.Tell(new TabSnapshot(_record.Number, _state, _record.Url, _title, _renderer.ProcessId, History.Urls, History.Position, _page, _problem));
                break;
            case Subscribe subscribe:
                Add(subscribe.Subscriber);
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case TabEvents.FlushTick:
                _events.Flush();
                break;
            case Watchdog:
                OnWatchdog();
                break;
            case ICommand unknown:
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(unknown.GetType().Name, "a tab knows no such command")));
                break;
            default:
                OnWork(message);
                break;
        }
    }

    /// <summary>How many steps of the history a navigation under way will have gone when it arrives.</summary>
    private int Ahead => _state == TabState.Loading ? _steps : 0;

    private void OnWork(object message)
    {
        switch (message)
        {
            case PageFetch.Advanced advanced when advanced.Tag.Equals(_record.Load):
                // A page is coming: the process for its site is got while its bytes are on their way.
                WantRenderer(advanced.Url.Origin);
                _events.Gather(new Progress(_record.Load, advanced.Bytes, advanced.Total));
                break;
            case PageFetch.Done done:
                OnFetched(Sender, done);
                break;
            case DecodedImage decoded:
                OnImageDecoded(Sender, decoded, null);
                break;
            case ImageProtocol.DecodeRefused refused:
                OnImageDecoded(Sender, null, refused);
                break;
            case WorkerPool.Leased leased:
                if (_renderer.Accept(leased))
                    Parse();
                break;
            case WorkerPool.Refused refused when _renderer.IsMine(refused.Lease):
                _renderer.Forget(refused.Message);
                Fail(refused.Message);
                break;
            case WorkerPool.WorkerLost lost when _renderer.IsMine(lost.Lease):
                OnRendererLost(lost.Exited, lost.Message);
                break;
            case RoleTraffic.FromChild from when Sender.Equals(_renderer.Child):
                foreach (var frame in from.Frames)
                    OnFrame(frame);
                break;
            case PageFetch.Advanced or WorkerPool.Refused or WorkerPool.WorkerLost or RoleTraffic.FromChild:
                // Of a page that was left meanwhile.
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Add(IActorRef subscriber)
    {
        if (_record.Subscribers.Add(subscriber))
            Watch(subscriber);
    }

    private static void Watch(IActorRef subscriber)
    {
        if (subscriber is not MinimalActorRef)
            Context.Watch(subscriber);
    }

    private void OnTerminated(IActorRef actor)
    {
        _record.Subscribers.Remove(actor);
        if (_fetches.TryGetValue(actor, out var request))
            OnFetched(actor, new PageFetch.Done(request.Tag, request.Url.ToString(), null, default, null, "The actor that fetched it has failed."));
        else if (_decoding.ContainsKey(actor))
            OnImageDecoded(actor, null, new ImageProtocol.DecodeRefused(null, "The actor that waited for its pixels has failed."));
    }

    private void OnQuery(Query query)
    {
        if (_state == TabState.Loaded && _renderer.IsThere)
            _renderer.Query(query, Sender);
        else
            Sender.Tell(new QueryFailed(DocumentFailure.NoDocument, _problem ?? "No page is loaded."));
        WatchAnswers();
    }

    private void OnReload()
    {
        if (_record.Url.Length == 0)
            return;
        if (_record.Url == _crashedUrl && _crashes >= _settings.MaxCrashes)
        {
            _events.Tell(new LoadFailed(_record.Load, _record.Url, $"This page has crashed its renderer {_crashes} times in succession and is not loaded again."));
            return;
        }
        Go(_record.Url, steps: 0);
    }

    private void OnStop()
    {
        if (_state != TabState.Loading)
            return;
        Fail("Loading was stopped.");
    }

    // Whatever it is asked, it has to answer: the clock runs while something is pending.
    private void WatchAnswers()
    {
        if (!Timers.IsTimerActive(Watchdog.Instance) && _renderer.Silent is not null)
            Timers.StartSingleTimer(Watchdog.Instance, Watchdog.Instance, _settings.UnresponsiveAfter);
    }

    private void OnWatchdog()
    {
        if (_renderer.Silent is not { } silent)
            return;
        if (silent >= _settings.HangBudget)
        {
            _hung = $"The renderer {_renderer.ProcessId} did not answer for {silent.TotalSeconds:0.#} s and was ended.";
            _renderer.Child.Tell(ChildProcessProtocol.Kill.Instance);
            return;
        }
        if (silent >= _settings.UnresponsiveAfter)
            _events.Tell(new TabUnresponsive(_record.Load, silent));
        var next = silent < _settings.UnresponsiveAfter ? _settings.UnresponsiveAfter - silent : _settings.HangBudget - silent;
        Timers.StartSingleTimer(Watchdog.Instance, Watchdog.Instance, next < _settings.UnresponsiveAfter ? next : _settings.UnresponsiveAfter);
    }

    private sealed class Watchdog
    {
        internal static readonly Watchdog Instance = new();
    }
}
