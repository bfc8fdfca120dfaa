using System.Diagnostics;
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
public sealed partial class ChildProcessActor : UntypedActor, IWithTimers
{
    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly byte[] _roleArgs;
    private readonly IChildLauncher _launcher;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly IActorRef _parent = Context.Parent;
    private readonly IActorRef _self;
    private readonly HashSet<IActorRef> _subscribers = [];
    private readonly Queue<(object Message, IActorRef Sender)> _waiting = new();
    private readonly ChildLink _link;
    private readonly LaunchTicket _ticket = new();
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly long _startedTicks = Stopwatch.GetTimestamp();

    private ChildState _state = ChildState.Spawning;
    private LaunchedChild? _child;
    private IReadOnlyList<LayerReport> _layers = [];
    private DateTimeOffset? _readyAt;
    private ExitVerdict? _verdict;
    private ChildExit? _exit;
    private ChannelClosed? _closed;
    private bool _killWhenLaunched;
    private bool _shutdownRequested;

    /// <summary>See <see cref="Props"/>.</summary>
    public ChildProcessActor(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher)
    {
        _role = role;
        _settings = settings;
        _roleArgs = roleArgs;
        _launcher = launcher;
        _self = Self;
        _link = new ChildLink(_self, role, settings, _log, message => KillProcess(ExitReason.Killed, KillCause.Limit, message));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How to make one.</summary>
    /// <param name="role">The child's role.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="roleArgs">The role's own configuration, sent after Hello was accepted.</param>
    /// <param name="launcher">What starts the child.</param>
    public static Props Props(string role, ActorBrowserSettings settings, byte[] roleArgs, IChildLauncher launcher) =>
        Akka.Actor.Props.Create(() => new ChildProcessActor(role, settings, roleArgs, launcher));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartSingleTimer(TimerKey.Handshake, HandshakeOverdue.Instance, _settings.Child.HandshakeTimeout);
        _ = LaunchAsync(_self, new ChildLog(_log, _role));
    }

    /// <inheritdoc/>
    // Also before a restart: in place, the process would be another one's; supervisors stop a failed child and make a new one.
    protected override void PostStop() => _ticket.Abandon();

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChildProcessProtocol.Ping when _state == ChildState.Ready:
                _link.Ping(Sender);
                break;
            case ChildFrames.PongArrived pong:
                _link.OnPong(pong.Id);
                break;
            case ChildFrames.FlushTick:
                _link.Flush();
                break;
            case ChildFrames.UserFrame frame:
                _link.OnUserFrame(frame);
                break;
            case RoleTraffic.Outgoing outgoing:
                if (_state == ChildState.Ready)
                    _link.Send(outgoing);
                else
                    outgoing.Discard();
                break;
            case SendToRole send when _state == ChildState.Ready:
                _link.Ask(send, Sender);
                break;
            case ChildFrames.Role answer:
                _link.OnRoleAnswer(answer);
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
                Sender.Tell(new ChildProcessProtocol.Status(_state, _role, ProcessId, _child is not null && _exit is null, _layers));
                break;
            case Subscribe subscribe:
                _subscribers.Add(subscribe.Subscriber);
                break;
            case RoleTraffic.Use use:
                _link.User = use.User;
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
                OnHello(hello.Hello);
                break;
            case ChildFrames.ReadyArrived:
                OnReady();
                break;
            case ChildFrames.ProcessExited exited:
                _exit = exited.Exit;
                _link.CloseAfterDrain();
                FinishIfOver();
                break;
            case ChildFrames.Closed closed:
                OnClosed(closed.How);
                break;
            case Heartbeat:
                OnHeartbeat();
                break;
            case HandshakeOverdue:
                KillProcess(ExitReason.HandshakeFailed, KillCause.None,
                    $"It was not ready within {_settings.Child.HandshakeTimeout.TotalSeconds:0.###} s.");
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
            var child = await _launcher.LaunchAsync(_role, _settings, log, _ticket.Token).ConfigureAwait(false);
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
        _link.Open(child.Channel, child.Process.Id);
        if (_state == ChildState.Spawning)
            _state = ChildState.Handshaking;
        if (_killWhenLaunched)
            child.Process.Kill();
    }

    private void OnLaunchFailed(Exception cause)
    {
        _verdict ??= new ExitVerdict(ExitReason.SpawnFailed, KillCause.None, cause.Message);
        Finish(null);
    }

    private void OnHello(in Hello hello)
    {
        if (_state != ChildState.Handshaking)
            return;
        var wrong = Handshake.Refusal(hello, _role, ProcessId);
        if (wrong is not null)
        {
            KillProcess(ExitReason.HandshakeFailed, KillCause.None, $"Its Hello was refused: {wrong}.");
            return;
        }
        _layers = hello.Layers;
        _link.Send(0, new ChildArgs(_settings.Channel.MaxBodyBytes, _settings.Channel.MaxDescriptorsPerFrame, _roleArgs));
    }

    private void OnReady()
    {
        if (_state != ChildState.Handshaking)
            return;
        _state = ChildState.Ready;
        _readyAt = DateTimeOffset.UtcNow;
        _link.StartHeartbeat();
        Timers.Cancel(TimerKey.Handshake);
        Timers.StartPeriodicTimer(TimerKey.Heartbeat, Heartbeat.Instance, UntilNextBeat(_settings.Child.HeartbeatInterval), _settings.Child.HeartbeatInterval);
        Publish(new ChildReady(_self, _role, ProcessId, Stopwatch.GetElapsedTime(_startedTicks)));
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

    // All children of one interval beat together: hundreds of idle ones then wake the dispatcher's threads once an
    // interval, not hundreds of times, and each wake-up costs far more than the heartbeat itself.
    private static TimeSpan UntilNextBeat(TimeSpan interval) =>
        interval - TimeSpan.FromMilliseconds(Environment.TickCount64 % interval.TotalMilliseconds);

    private void OnHeartbeat()
    {
        if (_state != ChildState.Ready)
            return;
        if (_link.Beat() is { } silent)
            KillProcess(ExitReason.Killed, KillCause.Hang, $"It answered no heartbeat for {silent.TotalSeconds:0.#} s.");
    }

    private void BeginShutdown()
    {
        switch (_state)
        {
            case ChildState.Ready:
                _state = ChildState.ShuttingDown;
                _shutdownRequested = true;
                _link.Send(0, default(Transport.Shutdown));
                Timers.StartSingleTimer(TimerKey.Shutdown, new ShutdownOverdue(KillCause.ShutdownTimeout), _settings.Child.ShutdownTimeout);
                break;
            case ChildState.Spawning or ChildState.Handshaking:
                // Nothing has been asked of it yet: there is nothing to finish.
                KillProcess(ExitReason.Killed, KillCause.Request, "Shut down before it was ready.");
                break;
            default:
                break;
        }
    }

    private void KillProcess(ExitReason reason, KillCause cause, string message)
    {
        if (_state == ChildState.Exited)
            return;
        _verdict ??= new ExitVerdict(reason, cause, message);
        _state = ChildState.Killing;
        _killWhenLaunched = true;
        _child?.Process.Kill();
    }

    private void OnClosed(ChannelClosed how)
    {
        _closed = how;
        if (how.Violation is { } violation)
        {
            var handshake = _readyAt is null;
            KillProcess(handshake ? ExitReason.HandshakeFailed : ExitReason.ProtocolViolation, KillCause.None, violation.Message);
        }
        else if (_exit is null && _state is ChildState.Ready or ChildState.Handshaking)
        {
            // Most likely it is exiting, and how it does is worth knowing: it gets the time of a shutdown.
            _state = ChildState.ShuttingDown;
            _verdict ??= how.Error is { } error ? new ExitVerdict(ExitReason.Crashed, KillCause.None, $"Its channel failed: {error.Message}") : null;
            Timers.StartSingleTimer(TimerKey.Shutdown, new ShutdownOverdue(KillCause.Hang), _settings.Child.ShutdownTimeout);
        }
        FinishIfOver();
    }

    private void FinishIfOver()
    {
        if (_exit is not null && _closed is not null)
            Finish(_exit);
    }

    private void Finish(ChildExit? exit)
    {
        _state = ChildState.Exited;
        Timers.CancelAll();
        var (reason, cause, message) = _verdict ?? ExitVerdict.Of(exit!, _shutdownRequested, wasReady: _readyAt is not null);
        var exited = new ChildExited(
            _self, _role, ProcessId, reason, cause, exit?.ExitCode, exit?.Signal, message,
            _link.InFlight, exit?.LastStderrLines ?? [], _startedAt, _readyAt, exit?.EndedAt ?? DateTimeOffset.UtcNow);
        var lost = new ChildLostException($"The {_role} child {ProcessId} is gone: {message}");
        _link.FailAll(lost);
        while (_waiting.TryDequeue(out var next))
            next.Sender.Tell(new Akka.Actor.Status.Failure(lost));
        Publish(exited);
        Context.Stop(_self);
    }

    private void Publish(IEvent happened)
    {
        _parent.Tell(happened, _self);
        foreach (var subscriber in _subscribers)
        {
            if (!subscriber.Equals(_parent))
                subscriber.Tell(happened, _self);
        }
    }
}
