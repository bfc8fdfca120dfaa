using ActorBrowser.Sandbox;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser;

/// <summary>
/// Keeps one child of a role alive. A lost child is not restarted in place: its actor stops, and a new one is created after a
/// backoff. After too many losses within the window the supervisor gives up, says why, and tries once more later.
/// </summary>
internal sealed class ChildSupervisor : UntypedActor
{
    private readonly string _role;
    private readonly ActorBrowserSettings _settings;
    private readonly Func<byte[]> _roleArgs;
    private readonly IChildLauncher _launcher;
    private readonly SandboxPolicy? _policy;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly SupervisorMemory _memory;
    private IActorRef _child = ActorRefs.Nobody;
    private ChildRouter? _router;
    private string? _givenUp;

    /// <summary>See <see cref="Props"/>.</summary>
    public ChildSupervisor(string role, ActorBrowserSettings settings, Func<byte[]> roleArgs, IChildLauncher launcher, SandboxPolicy? policy, SupervisorMemory memory)
    {
        _memory = memory;
        _role = role;
        _settings = settings;
        _roleArgs = roleArgs;
        _launcher = launcher;
        _policy = policy;
    }

    private ActorTimers Timers { get; } = new(Context);

    /// <summary>Creates the props.</summary>
    /// <param name="role">The child's role.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="roleArgs">Creates the role's configuration for each new child.</param>
    /// <param name="launcher">Starts the child.</param>
    /// <param name="policy">The child's sandbox policy; null for its role's profile.</param>
    public static Props Props(string role, ActorBrowserSettings settings, Func<byte[]> roleArgs, IChildLauncher launcher, SandboxPolicy? policy = null)
    {
        var memory = new SupervisorMemory();
        return Akka.Actor.Props.Create(() => new ChildSupervisor(role, settings, roleArgs, launcher, policy, memory));
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(static _ => Directive.Stop);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    /// <inheritdoc/>
    protected override void PostStop() => Timers.CancelAll();

    /// <inheritdoc/>
    protected override void PreRestart(Exception reason, object message)
    {
        // The child's actor stops with this one and kills its process. Users are told, and stay subscribed.
        foreach (var user in _memory.Users)
            user.Tell(new Down(_child, $"Its supervisor failed: {reason.Message}", null));
        base.PreRestart(reason, message);
    }

    /// <inheritdoc/>
    protected override void PostRestart(Exception reason)
    {
        foreach (var user in _memory.Users)
            Context.Watch(user);
        if (_memory.IsWanted)
            Again();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case EnsureStarted:
                _memory.IsWanted = true;
                if (_child.IsNobody() && _givenUp is null && !Timers.IsTimerActive(StartAgain.Instance))
                    StartChild();
                break;
            case Attach attach:
                if (_memory.Users.Add(attach.User))
                    Context.Watch(attach.User);
                // The latest actor counts: a coordinator that was stopped and created again replaces its predecessor.
                _memory.Frames = attach.Frames ?? attach.User;
                if (_router is { } current)
                {
                    current.User = _memory.Frames;
                    attach.User.Tell(new Up(current));
                }
                if (_givenUp is { } why)
                    attach.User.Tell(new Down(ActorRefs.Nobody, why, why));
                break;
            case StartAgain:
                _givenUp = null;
                StartChild();
                break;
            case ChildReady ready:
                _router = ready.Router!;
                _memory.Budget.OnReady();
                _router.User = _memory.Frames ?? ActorRefs.Nobody;
                foreach (var user in _memory.Users)
                    user.Tell(new Up(_router));
                break;
            case SandboxViolated:
                // The child itself tells its user.
                break;
            case ChildExited exited:
                OnExited(exited);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_child):
                // The child's actor failed without reporting an exit; its process was killed with it.
                OnLost("Its actor failed.", willRecur: false);
                break;
            case Terminated gone:
                _memory.Users.Remove(gone.ActorRef);
                break;
            case GetStatus or Shutdown or ChildProcessProtocol.Kill or Ping when !_child.IsNobody():
                _child.Forward(message);
                break;
            case GetStatus:
                Sender.Tell(new ChildProcessProtocol.Status(ChildState.Exited, _role, 0, false, [])
                {
                    Problem = _givenUp ?? (Timers.IsTimerActive(StartAgain.Instance) ? $"The {_role} process was lost; it is started again in a moment." : null),
                });
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void StartChild()
    {
        byte[] roleArgs;
        try
        {
            // The arguments may be read from a file that no longer exists: treat that like any failed start.
            roleArgs = _roleArgs();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConfigurationException or ArgumentException)
        {
            _log.Warning("No {0} child can be started: {1}", _role, e.Message);
            OnLost($"It could not be started: {e.Message}", willRecur: false);
            return;
        }
        _child = Context.ActorOf(ChildProcessActor.Props(_role, _settings, roleArgs, _launcher, _policy));
        Context.Watch(_child);
    }

    private void OnExited(ChildExited exited)
    {
        if (!exited.Child.Equals(_child))
            return;
        if (exited.Reason == ExitReason.Clean)
            _log.Info("The {0} child {1} was shut down", _role, exited.ProcessId);
        else
            _log.Warning("The {0} child {1} ({2}) was lost ({3}): {4}", _role, exited.ProcessId, exited.Image, exited.Reason, exited.Message);
        var diesAtEachStart = _memory.Budget.CountEnd(exited.DiedAtStart);
        OnLost(exited.Message, exited.WillRecur || diesAtEachStart, exited.Limit);
    }

    private void OnLost(string message, bool willRecur, string? limit = null)
    {
        var child = _child;
        Context.Unwatch(child);
        _child = ActorRefs.Nobody;
        _router = null;
        Again(message, willRecur);
        foreach (var user in _memory.Users)
            user.Tell(new Down(child, message, _givenUp) { Limit = limit });
    }

    private void Again(string message = "Its supervisor failed.", bool willRecur = false)
    {
        var policy = _settings.Restart.For(_role);
        var losses = _memory.Budget.CountLoss(policy.Window, Timers.Time);
        _givenUp = willRecur ? $"No {_role} process can be started; the next attempt is in {policy.GiveUpFor.TotalSeconds:0.###} s: {message}"
            : losses > policy.MaxRestarts ? $"The {_role} process was lost {losses} times within {policy.Window.TotalSeconds:0.###} s and is not started again for {policy.GiveUpFor.TotalSeconds:0.###} s. The last loss: {message}"
            : null;
        if (_givenUp is not null)
            _log.Error(_givenUp);
        Timers.StartSingleTimer(StartAgain.Instance, StartAgain.Instance, _givenUp is not null ? policy.GiveUpFor : policy.Backoff(losses, Random.Shared.NextDouble()));
    }

    /// <summary>Starts the child if there is none and no start is scheduled.</summary>
    internal sealed class EnsureStarted : INoSerializationVerificationNeeded
    {
        internal static readonly EnsureStarted Instance = new();
    }

    /// <summary>Registers an actor that uses the child: it is told of each child that starts or is lost.</summary>
    /// <param name="User">The actor.</param>
    /// <param name="Frames">The actor that gets the child's frames; null for the user. The last attached actor counts.</param>
    internal sealed record Attach(IActorRef User, IActorRef? Frames = null) : INoSerializationVerificationNeeded;

    /// <summary>A child is ready.</summary>
    internal sealed record Up(ChildRouter Router) : INoSerializationVerificationNeeded;

    /// <summary>A child is gone. <c>GivenUp</c> says why no other child is started; null if one is.</summary>
    internal sealed record Down(IActorRef Child, string Message, string? GivenUp) : INoSerializationVerificationNeeded
    {
        /// <summary>The limit that ended the child, such as "memory"; null if none did.</summary>
        internal string? Limit { get; init; }
    }

    private sealed class StartAgain
    {
        internal static readonly StartAgain Instance = new();
    }
}
