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
/// Its <see cref="TabRecord"/> survives its renderers and a failure of this actor: the page is then lost, as after a crash, and
/// Reload works. Closing or stopping the tab ends its renderer.
/// </summary>
internal sealed class TabActor : UntypedActor
{
    private readonly TabRecord _record;
    private readonly TabSettings _settings;
    private readonly RendererLease _renderer;
    private readonly TabEvents _events;
    private readonly PageFetches _fetches;
    private readonly PageResources _resources;
    private readonly PageRequests _requests;
    private readonly TabPage _page;
    private readonly RendererFrames _frames;
    private readonly TabActs _acts;
    private readonly PageQuestions _questions;
    private string? _hung;

    public TabActor(TabRecord record, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images)
    {
        _record = record;
        _settings = settings.Tabs;
        _renderer = new RendererLease(renderers, Timers.Time, Self);
        _events = new TabEvents(Self, record.Subscribers, Timers, _settings.FlushInterval);
        _fetches = new PageFetches(Context, coordinator, settings.Fetch.InitialCredit, _events.Spans);
        _resources = new PageResources(Context, record, _settings, _fetches, _renderer, _events, images, OnImagesIn);
        _requests = new PageRequests(Context, record, _settings, coordinator, _renderer, _events);
        var scripts = new TabScripts(record, _settings, Timers.Time, _renderer, _requests);
        _page = new TabPage(record, _settings, Timers.Time, _renderer, _fetches, _resources, scripts, _events, WatchAnswers);
        _acts = new TabActs(record, _page, _resources, _renderer, _events.Spans);
        _questions = new PageQuestions(_page, _settings, _renderer, _resources);
        _frames = new RendererFrames(_page, _resources, scripts, _acts, _renderer);
        if (record.Restored is { } memory)
            _page.Restore(memory);
        record.Restored = null;
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(TabRecord record, ActorBrowserSettings settings, IActorRef coordinator, IActorRef renderers, IActorRef images) =>
        Akka.Actor.Props.Create(() => new TabActor(record, settings, coordinator, renderers, images));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    protected override void PreStart()
    {
        foreach (var subscriber in _record.Subscribers)
            Watch(subscriber);
        _record.Metrics.Show(_page.State);
    }

    // The page, its renderer and loads in progress are given up. Askers are told here, subscribers once the tab works again.
    protected override void PreRestart(Exception reason, object message)
    {
        var problem = ProblemOf(reason);
        if (message is ICommand)
            Sender.Tell(TabRefusals.Lost(message, problem, reason));
        _events.Flush();
        _events.Spans.GiveUp("TabFailed", problem);
        _resources.GiveUp();
        _requests.GiveUp();
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
            _page.Fail(ProblemOf(reason));
    }

    protected override void PostStop()
    {
        Timers.CancelAll();
        _page.Close();
        _renderer.LetGo(reusable: false, "The tab is closed.");
        _record.Metrics.Show(_page.State);
        _events.Tell(new TabProtocol.Closed { Problem = _record.IsClosing ? null : "The tab's actor was stopped because the browser is stopping, or because the tab failed too often." });
    }

    private static string ProblemOf(Exception reason) => $"The tab failed and lost its page: {reason.GetType().Name}: {reason.Message}";

    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        _record.Metrics.Show(_page.State);
        return handled;
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        _events.Spans.Asker = (message as TracedMessage)?.TraceParent ?? default;
        switch (message)
        {
            case Navigate navigate:
                _page.Navigate(navigate.Url);
                break;
            case Reload reload:
                _page.Reload(reload.Resubmit);
                break;
            case Back:
                _page.Step(-1);
                break;
            case Forward:
                _page.Step(1);
                break;
            case Stop:
                if (_page.State == TabState.Loading)
                    _page.Fail("Loading was stopped.");
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
                _questions.Ask(query, Sender);
                WatchAnswers();
                break;
            case Act act:
                _acts.Begin(act, Sender);
                WatchAnswers();
                break;
            case Evaluate evaluate:
                _questions.Ask(evaluate, Sender);
                WatchAnswers();
                break;
            case FetchResource resource:
                _questions.Ask(resource, Sender);
                break;
            case GetSnapshot:
                Sender.Tell(new TabSnapshot(_record.Number, _page.State, _record.Url, _page.Title, _renderer.ProcessId, _record.History.Urls, _record.History.Position, _page.Summary, _page.Problem));
                break;
            case TabMemory.Get:
                Sender.Tell(_page.Memory);
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
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(unknown.GetType().Name, "a tab does not handle this command")));
                break;
            default:
                OnWork(message);
                break;
        }
    }

    private void OnWork(object message)
    {
        switch (message)
        {
            case PageFetch.Advanced advanced:
                _page.OnAdvanced(advanced);
                break;
            case PageFetch.Done done:
                OnFetched(Sender, done);
                break;
            case ScriptFetch.Done done:
                _requests.OnDone(Sender, done);
                break;
            case DecodedImage decoded:
                _resources.OnImageDecoded(Sender, decoded, null);
                break;
            case ImageProtocol.DecodeRefused refused:
                _resources.OnImageDecoded(Sender, null, refused);
                break;
            case WorkerPool.Leased leased:
                if (_renderer.Accept(leased))
                    _page.Parse();
                break;
            case WorkerPool.Refused refused when _renderer.IsMine(refused.Lease):
                _renderer.Forget(refused.Message);
                _page.Fail(refused.Message);
                break;
            case WorkerPool.WorkerLost lost when _renderer.IsMine(lost.Lease):
                OnRendererLost(lost.Exited, lost.Message);
                break;
            case RoleTraffic.WorkBatch from when Sender.Equals(_renderer.Child):
                foreach (var frame in from.Frames)
                    _frames.On(frame);
                break;
            case WorkerPool.Refused or WorkerPool.WorkerLost or RoleTraffic.WorkBatch:
                // A frame of a page that the tab has left.
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

    private void OnImagesIn() => _page.OnImagesIn();

    private void OnFetched(IActorRef fetch, PageFetch.Done done)
    {
        if (!_fetches.Take(fetch) || _resources.OnFetched(done))
            return;
        // For a renderer, if there is none yet.
        _events.Spans.Current?.Waits();
        _page.OnFetched(done);
    }

    private void OnRendererLost(ChildProcessProtocol.ChildExited? exited, string how)
    {
        var message = _hung ?? $"This page's renderer {_renderer.ProcessId} is gone: {how}";
        _hung = null;
        _page.OnRendererLost(exited, message);
    }

    private void OnTerminated(IActorRef actor)
    {
        _record.Subscribers.Remove(actor);
        if (_requests.OnTerminated(actor))
            return;
        if (_fetches.Of(actor) is { } request)
            OnFetched(actor, new PageFetch.Done(request.Tag, request.Url.ToString(), null, default, null, "The actor that fetched it has failed."));
        else if (_resources.Decodes(actor))
            _resources.OnImageDecoded(actor, null, new ImageProtocol.DecodeRefused(null, "The actor that waited for its pixels has failed."));
    }

    // The renderer must answer every question: the clock runs while one is pending.
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
