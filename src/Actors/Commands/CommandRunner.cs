using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// One profile's runner process: started when a command needs it, and again after a loss. Processes that a lost runner left behind
/// are found by their tag and ended before the loss is reported and before the next runner gets work.
/// </summary>
internal sealed class CommandRunner : UntypedActor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ActorBrowserSettings _settings;
    private readonly IChildLauncher _launcher;
    private readonly SandboxPolicy _policy;
    private readonly SessionTag _tag = SessionTag.NewRunner();
    private readonly RunnerQueue _queue;
    private IActorRef _supervisor = ActorRefs.Nobody;
    private readonly EgressSetup? _egress;
    private int _egresses;
    private IActorRef _egressSession = ActorRefs.Nobody;
    private ChildRouter? _next;
    private bool _cleaning;

    public CommandRunner(RunnerQueue queue, SandboxPolicy policy, ActorBrowserSettings settings, IChildLauncher launcher, EgressSetup? egress)
    {
        _egress = egress;
        _queue = queue;
        _policy = policy;
        _settings = settings;
        _launcher = launcher;
    }

    internal static Props Props(RunnerQueue queue, SandboxPolicy policy, ActorBrowserSettings settings, IChildLauncher launcher, EgressSetup? egress) =>
        Akka.Actor.Props.Create(() => new CommandRunner(queue, policy, settings, launcher, egress));

    // A failed egress is not restarted: its listening sockets are closed, and the world's programs are refused.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(failed => Sender.Equals(_egressSession) ? Directive.Stop : Akka.Actor.SupervisorStrategy.DefaultDecider.Decide(failed));

    protected override void PreStart()
    {
        var args = CommandRunnerContract.WriteArgs(_tag.ToValue(), Limits(), _queue.ServesOne);
        _supervisor = Context.ActorOf(ChildSupervisor.Props(CommandRunnerContract.Name, _settings, () => args, _launcher, _policy), "process");
        Context.Watch(_supervisor);
        // Frames that belong to no session go to the registry.
        _supervisor.Tell(new ChildSupervisor.Attach(Self, Frames: Context.Parent));
    }

    private RunnerLimits Limits()
    {
        var limits = _policy.Limits;
        return new RunnerLimits(limits.Memory, limits.Processes, limits.Descriptors, _queue.Names is null ? 0 : limits.DiskShare);
    }

    protected override void PostStop()
    {
        _queue.Stop();
        // The runner ends its commands itself when its channel closes; this is for a runner that no longer can.
        if (OperatingSystem.IsLinux() && _queue is { WasUsed: true, HasWorld: false })
            ProcessRoster.Of(_launcher).Track(EndAsync(_tag, _queue.Temporary, Context.System.Log));
        else if (CommandTemporary.Remove(_queue.Temporary) is { } problem)
            Context.System.Log.Warning("The folder {0} could not be removed: {1}", _queue.Temporary, problem);
    }

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case Wanted:
                if (!_cleaning)
                    _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
                break;
            case ChildSupervisor.Up up:
                _next = up.Router;
                StartEgress(up.Router);
                if (!_cleaning)
                    _queue.Open(up.Router);
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            case Cleaned cleaned:
                OnCleaned(cleaned);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_supervisor):
                // The registry tells the commands' sessions, and gives the next command another runner.
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void StartEgress(ChildRouter router)
    {
        var listeners = router.TakeListeners();
        if (_egress is not null && listeners.Length > 0)
            _egressSession = Context.ActorOf(EgressSession.Props(_egress, listeners), string.Create(CultureInfo.InvariantCulture, $"egress-{++_egresses}"));
        else
            SafeDescriptor.DisposeAll([.. listeners.Select(static listener => listener.Socket)]);
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        // The next process has another network.
        if (!_egressSession.IsNobody())
            Context.Stop(_egressSession);
        _egressSession = ActorRefs.Nobody;
        _next = null;
        var lost = _queue.Close();
        var message = $"The command runner ({_policy.Name}) is gone: {down.GivenUp ?? down.Message}";
        if (down.GivenUp is not null)
            lost = [.. lost, .. _queue.Discard()];
        if (!_queue.WasUsed || _queue.HasWorld || !OperatingSystem.IsLinux())
        {
            OnCleaned(new Cleaned(message, down.Limit, lost));
            return;
        }
        _cleaning = true;
        EndLeftoversAsync(_tag).PipeTo(Self, ActorRefs.NoSender, _ => new Cleaned(message, down.Limit, lost), error => new Cleaned($"{message} (and the processes it left could not be ended: {error.Message})", down.Limit, lost));
    }

    private void OnCleaned(Cleaned cleaned)
    {
        _cleaning = false;
        Context.Parent.Tell(new Lost(cleaned.Message, cleaned.Limit, cleaned.Commands));
        if (_next is not null)
            _queue.Open(_next);
        else if (_queue.HasWaiting)
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    private static async Task<bool> EndAsync(SessionTag tag, string? temporary, ILoggingAdapter log)
    {
        var ended = await EndLeftoversAsync(tag).ConfigureAwait(false);
        if (CommandTemporary.Remove(temporary) is { } problem)
            log.Warning("The folder {0} could not be removed: {1}", temporary, problem);
        return ended;
    }

    private static async Task<bool> EndLeftoversAsync(SessionTag tag)
    {
        // On Windows the runner's job has ended them; on macOS there are no commands.
        if (!OperatingSystem.IsLinux())
            return true;
        // Not on the dispatcher: this reads every process's limits and waits for exits.
        await Task.Yield();
        return await Task.Factory.StartNew(() => MarkedProcesses.KillAll(other => other.IsOf(tag), Patience, out _), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <summary>Sent by its queue: a command waits for a process.</summary>
    internal sealed class Wanted : INoSerializationVerificationNeeded
    {
        internal static readonly Wanted Instance = new();
    }

    /// <summary>Sent to the registry: these commands ended with their runner, or will not start.</summary>
    internal sealed record Lost(string Message, string? Limit, IReadOnlyList<ulong> Commands) : INoSerializationVerificationNeeded;

    private sealed record Cleaned(string Message, string? Limit, IReadOnlyList<ulong> Commands) : INoSerializationVerificationNeeded;
}
