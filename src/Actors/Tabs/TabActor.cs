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
/// Its history and its identity outlive its renderers. Closing it, or stopping it, ends its renderer.
/// </summary>
internal sealed partial class TabActor : UntypedActor, IWithTimers
{
    private readonly int _number;
    private readonly TabSettings _settings;
    private readonly long _credit;
    private readonly NetworkIdentity _identity;
    private readonly bool _loadImages;
    private readonly IActorRef? _first;
    private readonly IActorRef _coordinator;
    private readonly IActorRef _images;
    private readonly RendererLine _renderer;
    private readonly TabHistory _history;
    private readonly HashSet<IActorRef> _fetches = [];
    private TabEvents _events = null!;
    private TabState _state = TabState.Blank;
    private string _url = "";
    private string _title = "";
    private string? _problem;
    private PageSummary? _page;
    private PageFetch.Done? _fetched;
    private long _started;
    private int _load;
    private int _steps;
    private ulong _document;
    private AddressSpace _space;
    private bool _awaitsImages;
    private string _crashedUrl = "";
    private int _crashes;
    private bool _reported;

    public TabActor(int number, OpenTab open, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images)
    {
        _number = number;
        _settings = settings.Tabs;
        _credit = settings.Fetch.InitialCredit;
        _identity = open.Identity ?? new NetworkIdentity();
        _loadImages = open.LoadImages;
        _coordinator = coordinator;
        _images = images;
        _renderer = new RendererLine(renderers);
        _history = new TabHistory(_settings.MaxHistory);
        _first = open.Subscriber;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props Props(int number, OpenTab open, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images) =>
        Akka.Actor.Props.Create(() => new TabActor(number, open, settings, coordinator, renderers, images));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart()
    {
        _events = new TabEvents(Self, Timers, _settings.FlushInterval);
        if (_first is not null)
            Add(_first);
    }

    protected override void PostStop()
    {
        StopLoading();
        _renderer.LetGo(reusable: false);
        _state = TabState.Closed;
        _events.Tell(new TabProtocol.Closed());
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Navigate navigate:
                (_crashedUrl, _crashes) = ("", 0);
                Go(navigate.Url, steps: 0);
                break;
            case Reload:
                OnReload();
                break;
            case Back when _history.Peek(Ahead - 1) is { } before:
                Go(before, Ahead - 1);
                break;
            case Forward when _history.Peek(Ahead + 1) is { } after:
                Go(after, Ahead + 1);
                break;
            case Back or Forward:
                break;
            case Stop:
                OnStop();
                break;
            case Close:
                Context.Stop(Self);
                break;
            case KillRenderer:
                if (_renderer.IsThere)
                    _renderer.Child.Tell(ChildProcessProtocol.Kill.Instance);
                break;
            case Query query:
                OnQuery(query);
                break;
            case GetSnapshot:
                Sender.Tell(new TabSnapshot(_number, _state, _url, _title, _renderer.ProcessId, _history.Urls, _history.Position, _page, _problem));
                break;
            case Subscribe subscribe:
                Add(subscribe.Subscriber);
                break;
            case Terminated terminated:
                _events.Remove(terminated.ActorRef);
                break;
            case TabEvents.FlushTick:
                _events.Flush();
                break;
            case Watchdog:
                OnWatchdog();
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
            case PageFetch.Advanced advanced when advanced.Tag.Equals(_load):
                _events.Gather(new Progress(_load, advanced.Bytes, advanced.Total));
                break;
            case PageFetch.Done done:
                OnFetched(done);
                break;
            case DecodedImage decoded:
                OnImageDecoded(decoded, null);
                break;
            case ImageProtocol.DecodeRefused refused:
                OnImageDecoded(null, refused);
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
                OnRendererLost(lost);
                break;
            case RoleTraffic.FromChild from when Sender.Equals(_renderer.Child):
                foreach (var frame in from.Frames)
                    OnFrame(frame);
                break;
            default:
                // Of a page that was left meanwhile.
                break;
        }
    }

    private void Add(IActorRef subscriber)
    {
        if (_events.Add(subscriber) && subscriber is not MinimalActorRef)
            Context.Watch(subscriber);
    }

    private void OnQuery(Query query)
    {
        if (_state is TabState.Loaded && _renderer.IsThere)
            _renderer.Query(query, Sender);
        else
            Sender.Tell(new QueryFailed(DocumentFailure.NoDocument, _problem ?? "No page is loaded."));
        Watch();
    }

    private void OnReload()
    {
        if (_url.Length == 0)
            return;
        if (_url == _crashedUrl && _crashes >= _settings.MaxCrashes)
        {
            _events.Tell(new LoadFailed(_load, _url, $"This page has crashed its renderer {_crashes} times in succession and is not loaded again."));
            return;
        }
        Go(_url, steps: 0);
    }

    private void OnStop()
    {
        if (_state != TabState.Loading)
            return;
        StopLoading();
        Fail("Loading was stopped.");
    }

    // Whatever it is asked, it has to answer: the clock runs while something is pending.
    private void Watch()
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
            _problem = $"The renderer {_renderer.ProcessId} did not answer for {silent.TotalSeconds:0.#} s and was ended.";
            _renderer.Child.Tell(ChildProcessProtocol.Kill.Instance);
            return;
        }
        if (silent >= _settings.UnresponsiveAfter)
            _events.Tell(new TabUnresponsive(_load, silent));
        var next = silent < _settings.UnresponsiveAfter ? _settings.UnresponsiveAfter - silent : _settings.HangBudget - silent;
        Timers.StartSingleTimer(Watchdog.Instance, Watchdog.Instance, next < _settings.UnresponsiveAfter ? next : _settings.UnresponsiveAfter);
    }

    private sealed class Watchdog
    {
        internal static readonly Watchdog Instance = new();
    }
}
