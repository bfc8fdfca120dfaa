using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Accepts fetches and gives them to the network process, or queues them until there is one. Each accepted fetch ends exactly once,
/// even if the requester, the process, its supervisor or this actor stops first.
/// </summary>
internal sealed partial class FetchCoordinator : UntypedActor
{
    private readonly ActorBrowserSettings _settings;
    private readonly FetchTable _fetches = new(Context);
    private readonly FetchQueue _queue;
    private readonly FetchSender _sender;
    private readonly FetchOutcomes _outcomes;
    private readonly FetchUploads _uploads;
    private readonly FetchAnswers _answers;
    private readonly FetchDeadlines _deadlines;
    private readonly Action<object?> _cancelSelf;
    private readonly IActorRef _gate;
    private IActorRef _supervisor;
    private string? _unavailable;
    private IActorRef? _asking;
    private long _measured;
    private Producer? _producer;

    /// <summary>See <see cref="Props"/>.</summary>
    public FetchCoordinator(ActorBrowserSettings settings, IActorRef supervisor, IActorRef gate)
    {
        _settings = settings;
        _supervisor = supervisor;
        var self = Self;
        _queue = new FetchQueue(settings.Fetch.QueueTimeout);
        _sender = new FetchSender(self, settings);
        _outcomes = new FetchOutcomes(_fetches, _queue, _sender);
        _uploads = new FetchUploads(self, settings, _fetches, _sender, _outcomes);
        _answers = new FetchAnswers(settings.Fetch, _fetches, _sender, _outcomes, _uploads, Context.GetLogger());
        _deadlines = new FetchDeadlines(Timers, _fetches, _outcomes, settings.Fetch.QueueTimeout);
        _gate = gate;
        _cancelSelf = id => self.Tell(new TokenCancelled((ulong)id!), ActorRefs.NoSender);
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>Creates the props.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="supervisor">The network child's supervisor.</param>
    /// <param name="gate">Decides what the network child reaches.</param>
    public static Props Props(ActorBrowserSettings settings, IActorRef supervisor, IActorRef gate) =>
        Akka.Actor.Props.CreateBy(new Producer(settings, supervisor, gate));

    /// <inheritdoc/>
    protected override void PreStart() => Use(_supervisor);

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // The child keeps running. Its later frames about these fetches are dropped, because ids are never reused.
        EndAll(FetchErrorKind.Unavailable, $"The fetch coordinator failed and was restarted: {reason.Message}");
        // The fetch that caused the failure may not be in the table yet.
        _asking?.Tell(new FetchFailed(WorkIds.Next(), FetchErrorKind.Unavailable, $"The fetch coordinator failed while it accepted this fetch: {reason.Message}", 0));
    }

    /// <inheritdoc/>
    protected override void PostStop() => EndAll(FetchErrorKind.Stopped, BrowserStoppedException.Sentence);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        FetchMetrics.Active.Set(ref _measured, _fetches.Count);
        return handled;
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoleTraffic.WorkBatch from:
                foreach (var frame in from.Frames)
                {
                    if (frame is ChildFrames.NameAsked or ChildFrames.ConnectAsked or ChildFrames.EgressAbandoned)
                        OnConnection(frame);
                    else if (!_answers.OnFrame(frame, Sender, from.ProcessId))
                        Unhandled(frame);
                }
                break;
            case FetchSender.FlushTick:
                _sender.Flush();
                break;
            case IValidated when !Entry.Admits(message, Sender):
                if (message is Fetch)
                    _outcomes.OnInvalid();
                break;
            case Fetch fetch:
                _asking = Sender;
                OnFetch(fetch);
                _asking = null;
                break;
            case UploadReader.Read read:
                _uploads.OnRead(read);
                break;
            case UploadReader.Rewound rewound:
                _uploads.OnRewound(rewound);
                break;
            case UploadReader.Opened opened:
                if (_uploads.OnOpened(opened) is { } open)
                    SendOrQueue(open);
                break;
            case UploadReader.Broken broken:
                _uploads.OnBroken(broken);
                break;
            case GrantCredit grant:
                if (FindOwn(grant.Id, nameof(GrantCredit)) is { } granted)
                    _answers.OnGrant(granted, grant.Bytes);
                break;
            case CancelFetch cancel:
                if (FindOwn(cancel.Id, nameof(CancelFetch)) is { } unwanted)
                    OnCancel(unwanted);
                break;
            case TokenCancelled cancelled:
                if (_fetches.TryFind(cancelled.Id, out var given))
                    OnCancel(given);
                break;
            case ListFetches:
                Sender.Tell(new RunningFetches([.. _fetches.All().Select(static fetch => new RunningFetch(
                    fetch.Id, fetch.Request.Method, fetch.Request.Url, fetch.Age, fetch.Headers?.Status ?? 0, fetch.Received, fetch.Router?.ProcessId ?? 0))]));
                break;
            case GetStats:
                Sender.Tell(new FetchStats(_fetches.Count, _outcomes.Completed, _outcomes.Failed, _answers.Unknown, _sender.ProcessId));
                break;
            default:
                OnLifeMessage(message);
                break;
        }
    }

    private void OnLifeMessage(object message)
    {
        switch (message)
        {
            case ChildSupervisor.Up up:
                OnUp(up);
                break;
            case ChildProcessProtocol.SandboxViolated:
                // The call failed in the child. If that makes the fetch fail, the fetch's error says so.
                break;
            case UseSupervisor use:
                _unavailable = null;
                Use(use.Supervisor);
                if (!_queue.IsEmpty)
                    _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_supervisor):
                OnSupervisorGone();
                break;
            case Terminated terminated:
                _outcomes.AbandonAllOf(terminated.ActorRef);
                break;
            case FetchDeadlines.SweepTick:
                _deadlines.Sweep();
                break;
            case ICommand:
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message.GetType().Name, "the fetch coordinator does not handle it")));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnFetch(Fetch fetch)
    {
        var id = WorkIds.Next();
        var refusal = FetchRules.Copy(fetch.Headers, out var headers)
            ?? FetchValidation.Check(fetch, _settings.Fetch)
            ?? (_fetches.Count >= _settings.Fetch.MaxPending ? Unavailable($"{_fetches.Count} fetches run or wait already, as many as actorbrowser.fetch.max-pending allows; retry when one has ended.") : null)
            ?? (_unavailable is { } why ? Unavailable(why) : null);
        if (refusal is { } refused)
        {
            _outcomes.Refuse(id, fetch, refused, Sender);
            return;
        }
        var pending = new PendingFetch(id, fetch, headers, Sender, _settings.Fetch, Timers.Time);
        // From here on PreRestart finds the fetch in the table.
        _asking = null;
        _fetches.Add(pending);
        FetchMetrics.Started();
        if (fetch.Cancellation.CanBeCanceled)
            pending.Cancellation = fetch.Cancellation.UnsafeRegister(_cancelSelf, id);
        _deadlines.Watch();
        if (fetch.Streamed)
            Sender.Tell(new FetchStarted(id));
        if (FetchBody.Of(fetch) is { } source)
            _uploads.Open(pending, source);
        else
            SendOrQueue(pending);
    }

    // Of a child that is gone meanwhile: nobody waits.
    private void OnConnection(ChildFrames.UserFrame frame)
    {
        if (_sender.RouterOf(Sender) is { } router)
            _gate.Tell(new NetworkGate.Asked(router, frame, _fetches.ReachingPrivate > 0));
    }

    private void SendOrQueue(PendingFetch fetch)
    {
        if (_sender.TrySend(fetch))
            return;
        _queue.Add(fetch);
        _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    /// <summary>Finds a fetch of the sender. Null if it has ended, or if it belongs to another actor; then the sender is told.</summary>
    private PendingFetch? FindOwn(ulong id, string message)
    {
        if (!_fetches.TryFind(id, out var fetch))
            return null;
        if (fetch.Requester.Equals(Sender))
            return fetch;
        Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message, $"fetch {id} belongs to another actor")));
        return null;
    }

    private void OnCancel(PendingFetch fetch) => _outcomes.CancelAndFail(fetch, FetchErrorKind.Cancelled, "The fetch was cancelled.");

    private void Use(IActorRef supervisor)
    {
        _supervisor = Context.Watch(supervisor);
        // A restart then creates this actor with the current supervisor, not with one that has stopped.
        if (_producer is { } producer)
            producer.Supervisor = supervisor;
        _supervisor.Tell(new ChildSupervisor.Attach(Self));
    }

    private void OnUp(ChildSupervisor.Up up)
    {
        _sender.Use(up.Router);
        _unavailable = null;
        while (_queue.Take() is { } fetch)
            _sender.TrySend(fetch);
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        _unavailable = down.GivenUp;
        var lost = _sender.ProcessId;
        foreach (var fetch in _fetches.All())
        {
            if (fetch.IsWith(down.Child) && down.GivenUp is null && fetch.TryReplay())
                _queue.Add(fetch);
            else if (fetch.IsWith(down.Child))
                _outcomes.Fail(fetch, FetchErrorKind.ChildLost, $"The network process {lost} was lost: {down.Message}");
            else if (down.GivenUp is { } why && fetch.Router is null)
                _outcomes.Fail(fetch, FetchErrorKind.Unavailable, why);
        }
        _sender.OnLost(down.Child);
        if (_fetches.Count > 0)
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    // The supervisor was stopped, not restarted, and its child was killed with it. The browser creates another supervisor.
    private void OnSupervisorGone()
    {
        _unavailable = "The network process's supervisor was stopped.";
        foreach (var fetch in _fetches.All())
            _outcomes.Fail(fetch, fetch.Router is null ? FetchErrorKind.Unavailable : FetchErrorKind.ChildLost, _unavailable);
        _sender.Disconnect();
        Context.Parent.Tell(SupervisorWanted.Instance);
    }

    private void EndAll(FetchErrorKind kind, string why)
    {
        Timers.CancelAll();
        foreach (var fetch in _fetches.All())
            _outcomes.CancelAndFail(fetch, kind, why);
        FetchMetrics.Active.Set(ref _measured, 0);
        _sender.Flush();
    }

    private static FetchError? Unavailable(string message) => new FetchError(FetchErrorKind.Unavailable, message);
}
