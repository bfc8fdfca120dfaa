using System.Diagnostics;
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
/// Kill is legal in every state. Stopping the actor, however that comes about, kills the process.
/// </summary>
internal sealed partial class ChildProcessActor : UntypedActor
{
    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly byte[] _roleArgs;
    private readonly IChildLauncher _launcher;
    private readonly SandboxPolicy _policy;
    private readonly ChildConfinement _confinement;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _parent = Context.Parent;
    private readonly IActorRef _self;
    private readonly HashSet<IActorRef> _subscribers = [];
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();
    private readonly ChildRequests _requests;
    private readonly LaunchTicket _ticket = new();
    private readonly StartPass _pass;
    private DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private long _startedTicks = Stopwatch.GetTimestamp();

    private ChildState _state = ChildState.Spawning;
    private LaunchedChild? _child;
    private DateTimeOffset? _readyAt;
    private ExitVerdict? _verdict;
    private ChildExit? _exit;
    private ChannelClosed? _closed;
    private bool _killWhenLaunched;
    private bool _shutdownRequested;
    private bool _saidHello;

    /// <summary>See <see cref="Props"/>.</summary>
    public ChildProcessActor(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher, SandboxPolicy policy)
    {
        _role = role;
        _settings = settings;
        _roleArgs = roleArgs;
        _launcher = launcher;
        _policy = policy;
        _self = Self;
        _confinement = new ChildConfinement(_self, role, policy, settings, _log);
        var contract = RoleContracts.Of(role);
        _pass = new StartPass(contract.StartsAtOnce ? 0 : settings.Child.MaxStarting);
        _requests = new ChildRequests(_self, contract, settings, _log, message => KillProcess(ExitReason.Killed, KillCause.Limit, message));
        _confinement.TellUser = _requests.Router.Pass;
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>How to make one.</summary>
    /// <param name="role">The child's role.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="roleArgs">The role's own configuration, sent after Hello was accepted.</param>
    /// <param name="launcher">What starts the child.</param>
    /// <param name="policy">How it is confined; null for its role's profile.</param>
    public static Props Props(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher, SandboxPolicy? policy = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var confined = policy ?? settings.Sandbox.ProfileOf(role);
        return Akka.Actor.Props.Create(() => new ChildProcessActor(role, settings, roleArgs, launcher, confined));
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _ = LaunchAsync(_self, new ChildLog(_log, _role));
    }

    /// <inheritdoc/>
    // Also before a restart.
    protected override void PostStop()
    {
        Timers.CancelAll();
        if (_state != ChildState.Exited)
            Abandon();
        _requests.End();
        _pass.Leave();
        _ticket.Abandon();
        _confinement.Dispose();
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    /// <inheritdoc/>
    // A process is never replaced in place: whoever holds this reference would talk to another one. It ends; a supervisor makes a new one.
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
            case ChildProcessProtocol.Ping when _state == ChildState.Ready:
                _requests.Ping(Sender);
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
                Sender.Tell(new ChildProcessProtocol.Status(_state, _role, ProcessId, _child is not null && _exit is null, _confinement.Layers) { Image = _confinement.Image });
                break;
            case Subscribe subscribe:
                _subscribers.Add(subscribe.Subscriber);
                break;
            case ChildProcessProtocol.Shutdown:
                BeginShutdown();
                break;
            case ChildProcessProtocol.Kill:
                KillProcess(ExitReason.Killed, KillCause.Request, "Killed on request.");
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
                _exit = _confinement.Explain(exited.Exit);
                _requests.CloseAfterDrain();
                FinishIfOver();
                break;
            case ChildFrames.Closed closed:
                OnClosed(closed.How);
                break;
            case ChildFrames.QueueFull:
                _requests.OnQueueFull();
                break;
            case HeartbeatMonitor.Trouble trouble:
                if (_state == ChildState.Ready)
                    KillProcess(ExitReason.Killed, trouble.Cause, trouble.Message);
                break;
            case HeartbeatMonitor.Failed failed:
                ExceptionDispatchInfo.Throw(failed.Cause);
                break;
            case ChildFrames.Violated violated:
                OnViolated(violated.Event);
                break;
            case WallTimeOver:
                KillProcess(ExitReason.Killed, KillCause.Limit, $"It ran for its limit of wall-time, {_policy.Limits.WallTime.TotalSeconds:0.###} s.");
                break;
            case HandshakeOverdue:
                KillProcess(ExitReason.HandshakeFailed, KillCause.None,
                    $"It was not ready within {_settings.Child.HandshakeTimeout.TotalSeconds:0.###} s{(_saidHello ? "" : ", and said nothing: the program's Main must begin with ActorBrowserChild.TryRun")}.");
                break;
            case ShutdownOverdue overdue:
                KillProcess(_readyAt is null ? ExitReason.HandshakeFailed : ExitReason.Killed, overdue.Cause, overdue.Cause == KillCause.ShutdownTimeout
                    ? $"It did not exit within {_settings.Child.ShutdownTimeout.TotalSeconds:0.###} s of being asked to."
                    : "It closed its channel and did not exit.");
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private async Task LaunchAsync(IActorRef self, ChildLog log)
    {
        try
        {
            await _pass.EnterAsync(_ticket.Token).ConfigureAwait(false);
            (_startedAt, _startedTicks) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
            var child = await _launcher.LaunchAsync(_role, _policy, _settings, log, _ticket.Token).ConfigureAwait(false);
            if (_ticket.TryDeliver(child))
                self.Tell(new ChildFrames.Launched(child), ActorRefs.NoSender);
        }
        catch (OperationCanceledException) when (_ticket.Token.IsCancellationRequested)
        {
            // The actor has stopped, and the launcher has killed what it had started.
        }
        catch (Exception e)
        {
            // Whatever a launcher throws, the child's owner is to hear of it as an exit.
            self.Tell(new ChildFrames.LaunchFailed(e), ActorRefs.NoSender);
        }
    }

    private void OnLaunched(LaunchedChild child)
    {
        _child = child;
        child.Process.Exited.PipeTo(_self, ActorRefs.NoSender, static exit => new ChildFrames.ProcessExited(exit));
        _requests.Open(child.Channel, child.Process.Id);
        if (_state == ChildState.Spawning)
            _state = ChildState.Handshaking;
        // Not while it waited for its turn: the deadline is the process's.
        Timers.StartSingleTimer(TimerKey.Handshake, HandshakeOverdue.Instance, _settings.Child.HandshakeTimeout);
        if (_policy.Limits.WallTime > TimeSpan.Zero)
            Timers.StartSingleTimer(TimerKey.WallTime, WallTimeOver.Instance, _policy.Limits.WallTime);
        if (_killWhenLaunched)
            child.Process.Kill();
    }

    private void OnLaunchFailed(Exception cause)
    {
        _verdict ??= new ExitVerdict(ExitReason.SpawnFailed, KillCause.None, cause.Message)
        {
            WillRecur = cause is LaunchException { Kind: LaunchErrorKind.NotFound or LaunchErrorKind.NotExecutable or LaunchErrorKind.ConfinementUnavailable },
        };
        Finish(null);
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
        // Killed from outside, say: how it ended is about to be told, and is the truth.
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
        _pass.Leave();
        _requests.Begin(_child!);
        Timers.Cancel(TimerKey.Handshake);
        var duration = Stopwatch.GetElapsedTime(_startedTicks);
        ChildMetrics.Started(_role, duration);
        Publish(new ChildReady(_self, _role, ProcessId, duration) { Router = _requests.Router });
        while (_waiting.TryDequeue(out var next))
            _self.Tell(next.Message, next.Sender);
    }

    private void Wait(object message)
    {
        if (_state is not (ChildState.Spawning or ChildState.Handshaking))
            Sender.Tell(new Akka.Actor.Status.Failure(new ChildLostException($"The {_role} child {ProcessId} takes no more: it is {_state}.")));
        else if (_waiting.Count >= _settings.Child.MaxWaiting)
            Sender.Tell(new Akka.Actor.Status.Failure(new ChildLostException($"The {_role} child is not ready, and {_waiting.Count} messages wait for it already.")));
        else
            _waiting.Enqueue((message, Sender));
    }
}
