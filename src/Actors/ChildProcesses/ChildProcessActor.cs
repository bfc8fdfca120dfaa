using System.Runtime.ExceptionServices;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// One child process as an actor.
/// <code>
///             launched            Hello, args, Ready         Shutdown, or EOF
///  Spawning ──────────► Handshaking ────────────────► Ready ─────────────────► ShuttingDown
///     │ spawn failed         │ deadline, violation       │ hang, violation,        │ timeout
///     │                      ▼                           ▼ limit, Kill             ▼
///     └──────► Exited ◄──────────────────────────────  Killing  ◄──────────────────┘
///                         process reaped and channel drained: one ChildExited, then the actor stops
/// </code>
/// Kill is valid in every state. Stopping the actor kills the process.
/// </summary>
internal sealed partial class ChildProcessActor : UntypedActor
{
    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly byte[] _roleArgs;
    private readonly IActorRef _self = Context.Self;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ChildConfinement _confinement;
    private readonly ChildRequests _requests;
    private readonly LaunchAttempt _launch;
    private readonly ChildDeadlines _deadlines;
    private readonly ChildAudience _audience = new(Context.Self, Context.Parent);
    private readonly ReadyBacklog _backlog;
    private readonly ChildEnding _ending;
    private volatile ChildState _state = ChildState.Spawning;
    private LaunchedChild? _child;
    private DateTimeOffset? _readyAt;
    private bool _saidHello;

    /// <summary>See <see cref="Props"/>.</summary>
    public ChildProcessActor(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher, SandboxPolicy policy)
    {
        (_role, _settings, _roleArgs) = (role, settings, roleArgs);
        _launch = new LaunchAttempt(role, policy, settings, launcher);
        _deadlines = new ChildDeadlines(Timers, settings.Child, policy.Limits.WallTime);
        _backlog = new ReadyBacklog(settings.Child.MaxWaiting);
        _confinement = new ChildConfinement(_self, role, policy, settings, _log);
        _requests = new ChildRequests(_self, RoleContracts.Of(role), settings, _log, message => KillProcess(ExitReason.Killed, KillCause.Limit, message));
        (_confinement.TellUser, _confinement.TellCommand) = (_requests.Router.Pass, _requests.Router.PassToOnly);
        _ending = new ChildEnding(_self, role, _launch, _confinement, _requests);
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>Creates the props.</summary>
    /// <param name="role">The child's role.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="roleArgs">The role's own configuration, sent after Hello was accepted.</param>
    /// <param name="launcher">Starts the child.</param>
    /// <param name="policy">The child's sandbox policy; null for its role's profile.</param>
    public static Props Props(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher, SandboxPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var confined = policy ?? settings.Sandbox.ProfileOf(role);
        return Akka.Actor.Props.Create(() => new ChildProcessActor(role, settings, roleArgs, launcher, confined));
    }

    /// <inheritdoc/>
    protected override void PreStart() => _launch.Start(_self, new ChildLog(_log, _role, _requests.Router));

    /// <inheritdoc/>
    // Runs before a restart, too.
    protected override void PostStop()
    {
        Timers.CancelAll();
        if (_state != ChildState.Exited)
            EndAbruptly();
        _requests.End();
        _launch.Abandon();
        _confinement.Dispose();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    /// <inheritdoc/>
    // A process is never replaced in place, because holders of this reference would talk to another process. The actor stops; a supervisor creates a new one.
    protected override void PostRestart(Exception reason)
    {
        _state = ChildState.Exited;
        Context.Stop(_self);
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case ChildProcessProtocol.Ping ping when _state == ChildState.Ready:
                _requests.Ping(ping, Sender);
                break;
            case ChildFrames.PongArrived pong:
                _requests.OnPong(pong.Id);
                break;
            case ChildFrames.FlushTick:
                _requests.Flush();
                break;
            case SendToRole send when _state == ChildState.Ready:
                _requests.Ask(send, Sender);
                break;
            case ChildFrames.Role answer:
                _requests.OnRoleAnswer(answer);
                break;
            case ChildProcessProtocol.Ping or SendToRole:
                Wait(message);
                break;
            default:
                OnLifeMessage(message);
                break;
        }
    }

    private int ProcessId => _child?.Process.Id ?? 0;

    private void OnLifeMessage(object message)
    {
        switch (message)
        {
            case GetStatus:
                Sender.Tell(new ChildProcessProtocol.Status(_state, _role, ProcessId, _child is not null && _ending.Exit is null, _confinement.Layers) { Image = _confinement.Image });
                break;
            case Subscribe subscribe:
                _audience.Add(subscribe.Subscriber);
                break;
            case ChildProcessProtocol.Shutdown:
                BeginShutdown();
                break;
            case ChildProcessProtocol.Kill:
                KillProcess(ExitReason.Killed, KillCause.Request, "Killed on request.");
                break;
            case KillBecause kill:
                KillProcess(ExitReason.Killed, KillCause.Request, kill.Message);
                break;
            case ReportViolation report:
                KillProcess(ExitReason.ProtocolViolation, KillCause.None, report.Violation.Message);
                break;
            case ChildFrames.Launched launched:
                OnLaunched(launched.Child);
                break;
            case ChildFrames.LaunchFailed failed:
                OnLaunchFailed(failed.Cause);
                break;
            case ChildFrames.HelloArrived hello:
                OnHello(hello);
                break;
            case ChildFrames.ReadyArrived:
                OnReady();
                break;
            case ChildFrames.ProcessExited exited:
                OnProcessExited(exited.Exit);
                break;
            case ChildFrames.Closed closed:
                OnClosed(closed.How);
                break;
            case ChildFrames.QueueFull:
                _requests.OnQueueFull();
                break;
            case HeartbeatMonitor.Trouble trouble:
                if (_state == ChildState.Ready)
                    KillProcess(trouble.Verdict);
                break;
            case HeartbeatMonitor.Failed failed:
                ExceptionDispatchInfo.Throw(failed.Cause);
                break;
            case ChildFrames.Violated violated:
                OnViolated(violated.Event);
                break;
            case ChildDeadlines.Overdue overdue:
                KillProcess(_deadlines.Verdict(overdue, _saidHello, wasReady: _readyAt is not null));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnLaunched(LaunchedChild child)
    {
        _child = child;
        child.Process.Exited.PipeTo(_self, ActorRefs.NoSender, static exit => new ChildFrames.ProcessExited(exit));
        _requests.Open(child, _confinement, _backlog, () => _state);
        _deadlines.OnLaunched();
        if (_state == ChildState.Spawning)
            _state = ChildState.Handshaking;
        else
            // The child was ordered killed during its launch.
            child.Process.Kill();
    }

    private void OnLaunchFailed(Exception cause)
    {
        _ending.Note(new ExitVerdict(ExitReason.SpawnFailed, KillCause.None, cause.Message)
        {
            WillRecur = cause is LaunchException { Kind: LaunchErrorKind.NotFound or LaunchErrorKind.NotExecutable or LaunchErrorKind.ConfinementUnavailable },
        });
        Finish();
    }

    private void OnHello(ChildFrames.HelloArrived arrived)
    {
        var hello = arrived.Hello;
        if (_state != ChildState.Handshaking)
        {
            arrived.Listener?.Dispose();
            return;
        }
        _saidHello = true;
        var wrong = Handshake.Refusal(hello, _role, _child!.Plan is { IsFirstProcess: true } ? 1 : ProcessId)
            ?? _confinement.Accept(hello, arrived.Listener, _child);
        // The process is gone (killed from outside, for example), so the kernel could not confirm its confinement. Its exit follows, and is the true reason.
        if (wrong is not null && _child.Plan is not null && ConfinementCheck.IsGone(ProcessId))
            return;
        if (wrong is not null)
        {
            KillProcess(new ExitVerdict(ExitReason.HandshakeFailed, KillCause.None, $"Its Hello was refused: {wrong}.")
            {
                WillRecur = Handshake.IsOfAnotherProgram(hello, _role),
            });
            return;
        }
        _requests.Configure(new ChildArgs(_settings.Channel.MaxBodyBytes, _settings.Channel.MaxDescriptorsPerFrame, _roleArgs));
    }

    private void OnReady()
    {
        if (_state != ChildState.Handshaking)
            return;
        _state = ChildState.Ready;
        _readyAt = DateTimeOffset.UtcNow;
        _launch.OnOver();
        _requests.Begin(_child!, new ChildStart(_role, ProcessId, _confinement.Image, _launch.StartedAt.UtcDateTime, _readyAt.Value.UtcDateTime));
        _deadlines.OnReady();
        var duration = _launch.Elapsed;
        ChildMetrics.Started(_role, duration);
        _audience.Publish(new ChildReady(_self, _role, ProcessId, duration) { Router = _requests.Router });
        _backlog.Release(_self);
    }

    private void Wait(object message)
    {
        var (waiting, span) = ReadyBacklog.Traced(message);
        // A child that is ending answers when it has ended, with its exit record.
        if (_backlog.TryAdd(waiting, Sender, span))
            return;
        span?.End("BacklogFull");
        Sender.Tell(new Akka.Actor.Status.Failure(new ChildLostException($"The {_role} child {ProcessId} is {_state}, and {_backlog.Count} messages wait for it already, as many as actorbrowser.child.max-waiting allows.")));
    }

    /// <summary>From the child's user: the child broke the protocol of its role.</summary>
    /// <param name="Violation">The broken rule.</param>
    internal sealed record ReportViolation(ProtocolViolation Violation) : ICommand;
}
