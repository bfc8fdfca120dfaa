using System.Runtime.ExceptionServices;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;
using static ActorBrowser.WatchProtocol;

namespace ActorBrowser;

/// <summary>
/// Takes the pictures that a task manager shows, only when one is asked for and not more often than each <see cref="Interval"/>: it
/// asks the browser's services, and reads /proc outside its own thread. A service that does not answer is shown as it was before.
/// </summary>
internal sealed class ProcessWatch : UntypedActor
{
    /// <summary>As often as a person can read.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>How many fetches, crash reports and violations a picture has at most.</summary>
    internal const int MostListed = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Who asks each two seconds must not get an old picture because a timer was some milliseconds early.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    private readonly ProcessRoster _roster;
    private readonly ProcessOrders _orders;
    private readonly ProcessSampler _sampler;
    private readonly IActorRef _browser = Context.Parent;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<IActorRef> _waiting = [];
    private readonly LinkedList<ViolationRow> _violations = new();
    private IReadOnlyList<PoolStatus> _pools = [];
    private IReadOnlyList<RunningFetch> _fetches = [];
    private IReadOnlyList<CrashReport> _crashes = [];
    private long _lastViolation;
    private int _unanswered;
    private ProcessSamples? _samples;
    private Picture? _picture;
    private long _takenAt;

    public ProcessWatch(ProcessRoster roster, IReadOnlyCollection<string> plugins)
    {
        _roster = roster;
        _orders = new ProcessOrders(_browser, Self, plugins);
        _sampler = new ProcessSampler(Timers.Time);
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>Creates the props.</summary>
    /// <param name="roster">The browser's processes.</param>
    /// <param name="plugins">The typed roles that are plugins.</param>
    internal static Props Props(ProcessRoster roster, IReadOnlyCollection<string> plugins) => Akka.Actor.Props.Create(() => new ProcessWatch(roster, plugins));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(SandboxViolated));

    // Runs before a restart, too.
    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        Timers.CancelAll();
        foreach (var asker in _waiting)
            asker.Tell(new Akka.Actor.Status.Failure(new BrowserStoppedException("The picture of the processes was not taken: its actor has stopped or failed.")));
    }

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case GetPicture when _picture is { } picture && Timers.Time.GetElapsedTime(_takenAt) < Interval - Slack:
                Sender.Tell(picture);
                break;
            case GetPicture:
                _waiting.Add(Sender);
                if (_waiting.Count == 1)
                    Begin();
                break;
            case GiveOrder order:
                Sender.Tell(_orders.Give(_roster.Running().FirstOrDefault(record => record.Number == order.Number), order.Order));
                break;
            case BrowserProtocol.Pools pools:
                _pools = pools.All;
                OnAnswer();
                break;
            case FetchCoordinator.RunningFetches fetches:
                _fetches = fetches.All;
                OnAnswer();
                break;
            case CrashProtocol.Crashes crashes:
                _crashes = crashes.Reports;
                OnAnswer();
                break;
            case ProcessSamples samples:
                _samples = samples;
                OnAnswer();
                break;
            case SamplingFailed failed:
                // The restart tells who waits.
                ExceptionDispatchInfo.Throw(failed.Cause);
                break;
            case Overdue:
                // What has not answered is as it was; only without processes there is no picture.
                if (_samples is not null)
                    Finish();
                break;
            case SandboxViolated violated:
                OnViolated(violated);
                break;
            case RoleProtocol.PluginReloaded reloaded:
                _log.Info("The task manager's reload: {0} processes load {1} now", reloaded.Processes, reloaded.Path);
                break;
            case Akka.Actor.Status.Failure failure:
                _log.Warning("A task manager's order failed: {0}", failure.Cause.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        _samples = null;
        _unanswered = 4;
        _browser.Tell(new BrowserProtocol.GetPools());
        _browser.Tell(FetchCoordinator.ListFetches.Instance);
        _browser.Tell(new CrashProtocol.GetCrashes());
        var records = _roster.Running();
        Task.Run(() => ProcessSamples.Take(_sampler, records)).PipeTo(Self, ActorRefs.NoSender, static samples => samples, static cause => new SamplingFailed(cause));
        Timers.StartSingleTimer(Overdue.Instance, Overdue.Instance, Patience);
    }

    private void OnAnswer()
    {
        // An answer that came too late is for the next picture; without samples there is none.
        _unanswered--;
        if (_samples is not null && (_unanswered <= 0 || !Timers.IsTimerActive(Overdue.Instance)))
            Finish();
    }

    private void Finish()
    {
        if (_waiting.Count == 0)
            return;
        Timers.Cancel(Overdue.Instance);
        _takenAt = Timers.Time.GetTimestamp();
        _picture = PictureRows.Picture(_samples!, record => (_roster.LossesOf(record.Role), _orders.For(record)), _pools, _fetches, _crashes, [.. _violations], Timers.Time.GetUtcNow());
        foreach (var asker in _waiting)
            asker.Tell(_picture);
        _waiting.Clear();
    }

    private void OnViolated(SandboxViolated violated)
    {
        _violations.AddFirst(new ViolationRow(++_lastViolation, Timers.Time.GetUtcNow(), violated.Role, violated.Violation.ProcessId,
            PictureRows.Line($"{violated.Violation.Call}({violated.Violation.Arguments})"), PictureRows.Line(violated.Violation.Rule)));
        if (_violations.Count > MostListed)
            _violations.RemoveLast();
    }

    private sealed record SamplingFailed(Exception Cause) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    private sealed class Overdue
    {
        internal static readonly Overdue Instance = new();
    }
}
