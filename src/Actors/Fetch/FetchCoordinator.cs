using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser;

/// <summary>
/// Matches answers to requests by child and id. It checks every request before a child sees it, holds what waits for a
/// child, and sees to it that each fetch ends exactly once, whoever dies.
/// </summary>
internal sealed partial class FetchCoordinator : UntypedActor
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly ActorBrowserSettings _settings;
    private IActorRef _supervisor;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<ulong, PendingFetch> _pending = [];
    private readonly Dictionary<IActorRef, HashSet<ulong>> _byRequester = [];
    private readonly LinkedList<PendingFetch> _waiting = new();
    private readonly Action<object?> _cancelSelf;
    private ChildRouter? _router;
    private bool _flushRequested;
    private string? _unavailable;
    private readonly HashSet<ulong> _cancelled = [];
    private IActorRef? _asking;
    private long _completed;
    private long _failed;
    private long _unknown;

    private long _measured;

    private Producer? _producer;

    /// <summary>See <see cref="Props"/>.</summary>
    public FetchCoordinator(ActorBrowserSettings settings, IActorRef supervisor)
    {
        _settings = settings;
        _supervisor = supervisor;
        var self = Self;
        _cancelSelf = id => self.Tell(new TokenCancelled((ulong)id!), ActorRefs.NoSender);
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>How to make one.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="supervisor">The network child's supervisor.</param>
    public static Props Props(ActorBrowserSettings settings, IActorRef supervisor) =>
        Akka.Actor.Props.CreateBy(new Producer(settings, supervisor));

    private int ProcessId => _router?.ProcessId ?? 0;

    /// <inheritdoc/>
    protected override void PreStart() => Use(_supervisor);

    private void Use(IActorRef supervisor)
    {
        _supervisor = Context.Watch(supervisor);
        // A restart finds this one again, and not a predecessor that has stopped.
        if (_producer is { } producer)
            producer.Supervisor = supervisor;
        _supervisor.Tell(new ChildSupervisor.Attach(Self));
    }

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // The child lives on: what it still says of these fetches finds no one, as ids are never used again.
        EndAll(FetchErrorKind.Unavailable, $"The fetch coordinator failed and started again: {reason.Message}");
        // What failed may have been a fetch that was not accepted yet.
        _asking?.Tell(new FetchFailed(WorkIds.Next(), FetchErrorKind.Unavailable, $"The fetch coordinator failed at this fetch: {reason.Message}", 0));
    }

    /// <inheritdoc/>
    protected override void PostStop() => EndAll(FetchErrorKind.Stopped, BrowserStoppedException.Sentence);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message)
    {
        var handled = !Timers.Admits(ref message) || base.AroundReceive(receive, message);
        FetchMetrics.Active.Set(ref _measured, _pending.Count);
        return handled;
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoleTraffic.WorkBatch from:
                foreach (var frame in from.Frames)
                    OnFrame(frame, from.ProcessId);
                break;
            case FlushTick:
                _flushRequested = false;
                _router?.Flush();
                break;
            case IValidated when !Entry.Admits(message, Sender):
                _failed += message is Fetch ? 1 : 0;
                break;
            case Fetch fetch:
                _asking = Sender;
                OnFetch(fetch);
                _asking = null;
                break;
            case UploadReader.Read read:
                OnUploadRead(read);
                break;
            case UploadReader.Rewound rewound:
                OnUploadRewound(rewound);
                break;
            case UploadReader.Opened opened:
                OnUploadOpened(opened);
                break;
            case UploadReader.Broken broken:
                OnUploadBroken(broken);
                break;
            case GrantCredit grant:
                if (TryFind(grant.Id, nameof(GrantCredit)) is { } granted)
                    OnGrant(granted, grant.Bytes);
                break;
            case CancelFetch cancel:
                if (TryFind(cancel.Id, nameof(CancelFetch)) is { } unwanted)
                    OnCancel(unwanted);
                break;
            case TokenCancelled cancelled:
                if (_pending.TryGetValue(cancelled.Id, out var given))
                    OnCancel(given);
                break;
            case GetStats:
                Sender.Tell(new FetchStats(_pending.Count, _completed, _failed, _unknown, ProcessId));
                break;
            case ChildSupervisor.Up up:
                OnUp(up);
                break;
            case ChildProcessProtocol.SandboxViolated:
                // The call has failed, and so, most likely, will the fetch: it says why itself.
                break;
            case UseSupervisor use:
                _unavailable = null;
                Use(use.Supervisor);
                if (_waiting.Count > 0)
                    _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_supervisor):
                OnSupervisorGone();
                break;
            case Terminated terminated:
                OnRequesterGone(terminated.ActorRef);
                break;
            case SweepTick:
                OnSweep();
                break;
            case ICommand:
                Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message.GetType().Name, "the fetch coordinator does not know it")));
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
            ?? (_pending.Count >= _settings.Fetch.MaxPending ? Unavailable($"{_pending.Count} fetches are under way already.") : null)
            ?? (_unavailable is { } why ? Unavailable(why) : null);
        if (refusal is { } refused)
        {
            _failed++;
            FetchMetrics.Refused(refused.Kind);
            Sender.Tell(new FetchFailed(id, refused.Kind, refused.Message, 0));
            return;
        }
        var pending = new PendingFetch(id, fetch, headers, Sender, _settings.Fetch, Timers.Time);
        _pending.Add(id, pending);
        FetchMetrics.Started();
        _asking = null;
        Remember(pending);
        if (fetch.Cancellation.CanBeCanceled)
            pending.Cancellation = fetch.Cancellation.UnsafeRegister(_cancelSelf, id);
        if (!Timers.IsTimerActive(SweepTick.Instance))
            Timers.StartPeriodicTimer(SweepTick.Instance, SweepTick.Instance, Sweep);
        if (fetch.Streamed)
            Sender.Tell(new FetchStarted(id));
        if (FetchBody.Of(fetch) is { } source)
        {
            pending.WaitAtMost(_settings.Fetch.QueueTimeout);
            pending.Upload = new UploadReader(id, source, _settings.Network.Chunk);
            pending.Upload.StartOpening(Self);
        }
        else
        {
            SendOrWait(pending);
        }
    }

    private void Send(PendingFetch pending, ChildRouter router)
    {
        var fetch = pending.Request;
        var limits = _settings.Fetch;
        // Opening its body and waiting for a child were part of its time; 0 would be no limit.
        var left = pending.Total is { } total ? (int)Math.Ceiling(Math.Max(1, (total - pending.Age).TotalMilliseconds)) : 0;
        pending.Router = router;
        pending.LeaveToChild(Grace);
        var body = pending.Upload is null ? fetch.Body ?? default : default;
        var first = body[..Math.Min(body.Length, _settings.Network.Chunk)];
        pending.BeginBody(first.Length);
        router.Send(pending.Id, new FetchRequest(
            fetch.Method, fetch.Url, pending.RequestHeaders, first, pending.BodyLength,
            fetch.MaxRedirects ?? limits.MaxRedirects, fetch.Decompress, fetch.Version,
            Milliseconds(fetch.ConnectTimeout ?? limits.ConnectTimeout),
            Milliseconds(fetch.FirstByteTimeout ?? limits.FirstByteTimeout),
            left, pending.MaxBody,
            fetch.Initiator == FetchInitiator.PublicPage && limits.BlockPrivateFromPublicPages,
            limits.InitialCredit, fetch.Streamed, pending.CanRewind, fetch.Proxy ?? ""), opens: true);
        RequestFlush();
    }

    /// <summary>The sender's fetch; null when it has ended, or is another actor's, which the sender is told.</summary>
    private PendingFetch? TryFind(ulong id, string message)
    {
        if (!_pending.TryGetValue(id, out var fetch))
            return null;
        if (fetch.Requester.Equals(Sender))
            return fetch;
        Sender.Tell(new Akka.Actor.Status.Failure(new InvalidMessageException(message, $"fetch {id} is another actor's")));
        return null;
    }

    /// <summary>Tells the child about a fetch that it has.</summary>
    private void Tell<T>(PendingFetch fetch, in T message) where T : struct, IWireMessage<T>
    {
        if (fetch.Router is not { } router)
            return;
        router.Send(fetch.Id, message);
        RequestFlush();
    }

    // Behind what is in the mailbox already: those messages share one system call, and an empty mailbox waits for nothing.
    private void RequestFlush()
    {
        if (_flushRequested)
            return;
        _flushRequested = true;
        Self.Tell(FlushTick.Instance, ActorRefs.NoSender);
    }

    private void OnUp(ChildSupervisor.Up up)
    {
        _router = up.Router;
        _unavailable = null;
        while (_waiting.First is { Value: var fetch })
        {
            StopWaiting(fetch);
            Send(fetch, up.Router);
        }
    }

    private void Remember(PendingFetch fetch)
    {
        // An Ask's reference cannot be watched, nor can nobody's: their fetches end by themselves.
        if (fetch.Requester is MinimalActorRef)
            return;
        if (!_byRequester.TryGetValue(fetch.Requester, out var ids))
        {
            _byRequester.Add(fetch.Requester, ids = []);
            Context.Watch(fetch.Requester);
        }
        ids.Add(fetch.Id);
    }

    private static FetchError? Unavailable(string message) => new FetchError(FetchErrorKind.Unavailable, message);

    private static int Milliseconds(TimeSpan time) => (int)Math.Clamp(time.TotalMilliseconds, 0, int.MaxValue);

    /// <summary>The coordinator's supervisor was stopped: the browser answers with <see cref="UseSupervisor"/>.</summary>
    internal sealed class SupervisorWanted : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly SupervisorWanted Instance = new();
    }

    /// <summary>The supervisor was stopped, and this one is there instead.</summary>
    /// <param name="Supervisor">The network child's.</param>
    internal sealed record UseSupervisor(IActorRef Supervisor) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The token of a fetch was cancelled.</summary>
    private sealed record TokenCancelled(ulong Id) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed class FlushTick : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly FlushTick Instance = new();
    }

    private sealed class Producer(ActorBrowserSettings settings, IActorRef supervisor) : IIndirectActorProducer
    {
        internal IActorRef Supervisor { get; set; } = supervisor;

        public Type ActorType => typeof(FetchCoordinator);

        public ActorBase Produce() => new FetchCoordinator(settings, Supervisor) { _producer = this };

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class SweepTick
    {
        internal static readonly SweepTick Instance = new();
    }
}
