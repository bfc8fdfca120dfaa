using System.Buffers;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using MessagePack;

namespace ActorBrowser;

/// <summary>
/// One profile's runner process: started when a command needs it, and again after a loss. What a lost one leaves behind
/// is found by its mark and ended before anybody is told of the loss, and before the next one gets work.
/// </summary>
internal sealed class CommandRunner : UntypedActor
{
    private const string Role = "command-runner";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ActorBrowserSettings _settings;
    private readonly IChildLauncher _launcher;
    private readonly SandboxPolicy _policy;
    private readonly SessionMark _mark = SessionMark.NewRunner();
    private readonly List<RoleTraffic.Outgoing> _waiting = [];
    private IActorRef _supervisor = ActorRefs.Nobody;
    private ChildLine? _line;
    private ChildLine? _next;
    private ulong _lastId;
    private bool _cleaning;

    public CommandRunner(SandboxPolicy policy, ActorBrowserSettings settings, IChildLauncher launcher)
    {
        _policy = policy;
        _settings = settings;
        _launcher = launcher;
    }

    internal static Props Props(SandboxPolicy policy, ActorBrowserSettings settings, IChildLauncher launcher) =>
        Akka.Actor.Props.Create(() => new CommandRunner(policy, settings, launcher));

    protected override void PreStart()
    {
        var args = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(args);
        writer.Write(_mark.ToValue());
        writer.Flush();
        var bytes = args.WrittenSpan.ToArray();
        _supervisor = Context.ActorOf(ChildSupervisor.Props(Role, _settings, () => bytes, _launcher, _policy), "process");
        // Every frame is the registry's, and passing each on would cost each a turn.
        _supervisor.Tell(new ChildSupervisor.Attach(Self, Frames: Context.Parent));
    }

    protected override void PostStop()
    {
        foreach (var waiting in _waiting)
            waiting.Discard();
        // The runner ends its commands itself when its channel closes; this is for one that cannot.
        if (OperatingSystem.IsLinux() && _lastId > 0)
            _ = EndLeftoversAsync(_mark);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RoleTraffic.Outgoing outgoing when _line is not null:
                outgoing.SendOn(_line);
                _line.Flush();
                _lastId = Math.Max(_lastId, outgoing.Id);
                break;
            case RoleTraffic.Outgoing { Opens: true } outgoing:
                _waiting.Add(outgoing);
                if (!_cleaning)
                    _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
                break;
            case RoleTraffic.Outgoing:
                // About a command that was lost, or is still waiting: the first has ended, the second has not begun.
                break;
            case ChildProcessActor.ReportViolation:
                _line?.Child.Tell(message);
                break;
            case ChildSupervisor.Up up:
                _next = up.Line;
                if (!_cleaning)
                    Begin();
                break;
            case ChildSupervisor.Down down:
                OnDown(down);
                break;
            case Cleaned cleaned:
                OnCleaned(cleaned);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Begin()
    {
        _line = _next!;
        foreach (var outgoing in _waiting)
        {
            outgoing.SendOn(_line);
            _lastId = Math.Max(_lastId, outgoing.Id);
        }
        _line.Flush();
        _waiting.Clear();
    }

    private void OnDown(ChildSupervisor.Down down)
    {
        _line = _next = null;
        var message = $"The command runner ({_policy.Name}) is gone: {down.GivenUp ?? down.Message}";
        if (down.GivenUp is not null)
        {
            foreach (var waiting in _waiting)
            {
                waiting.Discard();
                Context.Parent.Tell(new RoleTraffic.FromChild(0, [new ChildFrames.CommandFailed(waiting.Id, new SpawnFailed(SpawnFailure.Unavailable, 0, message))]));
            }
            _waiting.Clear();
        }
        if (_lastId == 0 || !OperatingSystem.IsLinux())
        {
            OnCleaned(new Cleaned(message, _lastId));
            return;
        }
        _cleaning = true;
        var lastId = _lastId;
        EndLeftoversAsync(_mark).PipeTo(Self, ActorRefs.NoSender, _ => new Cleaned(message, lastId), error => new Cleaned($"{message} (and what it left could not be ended: {error.Message})", lastId));
    }

    private void OnCleaned(Cleaned cleaned)
    {
        _cleaning = false;
        Context.Parent.Tell(new Lost(cleaned.Message, cleaned.LastId));
        if (_next is not null)
            Begin();
        else if (_waiting.Count > 0)
            _supervisor.Tell(ChildSupervisor.EnsureStarted.Instance);
    }

    private static async Task<bool> EndLeftoversAsync(SessionMark mark)
    {
        // Off the dispatcher: it reads every process's limits, and waits for exits.
        await Task.Yield();
        return await Task.Factory.StartNew(() => MarkedProcesses.KillAll(other => other.IsOf(mark), Patience, out _), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
    }

    /// <summary>To the registry: every command up to this id, as far as it had not ended, has ended with its runner.</summary>
    internal sealed record Lost(string Message, ulong LastId) : INoSerializationVerificationNeeded;

    private sealed record Cleaned(string Message, ulong LastId) : INoSerializationVerificationNeeded;
}
