using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// One command as an actor.
/// <code>
///   Starting ── SpawnReady ──► Running ── Exit ──► Exited ── Closed, and a terminal's rest ──► Closed
///      │ SpawnFailed, the runner's loss               ▲ the runner's loss: all at once            │
///      ▼                                              │                                           ▼
///   refused, stopped                             told to every subscriber, handed to the registry, stopped
/// </code>
/// The command's output comes by pipes that this process reads. They are read as fast as the slowest subscriber consumes; without
/// subscribers they are read at once, and the head and the tail are kept. Stopping the actor ends the command.
/// </summary>
internal sealed partial class CommandSession : UntypedActor
{
    // A file's writer that has failed is not started again: it would empty the file.
    private static readonly SupervisorStrategy Stopping = new OneForOneStrategy(static _ => Directive.Stop);

    private readonly ulong _id;
    private readonly string _handle;
    private readonly Spawn _spawn;
    private readonly CommandSettings _settings;
    private readonly IActorRef _requester;
    private readonly IActorRef _registry = Context.Parent;
    private readonly IActorRef _self;
    private readonly RunnerQueue _runner;
    private readonly OutputLog _log;
    private readonly List<OutputSubscription> _subscriptions = [];
    private readonly Dictionary<object, IActorRef> _waiting = [];
    private readonly List<IActorRef> _untilClosed = [];
    private IActorRef? _spill;
    private long _unspilled;
    private bool _spillEnding;
    private readonly List<OutputPipe> _outputs = [];
    private readonly HashSet<OutputStream> _open = [];
    private InputPipe? _inputPipe;
    private DateTimeOffset _startedAt;
    private CommandExit? _exit;
    private Closed? _closed;
    private bool _running;
    private bool _over;
    private bool _retired;
    private readonly CommandRefusals _refusals = new();
    private CommandClosed? _end;
    private long _measured;

    public CommandSession(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester)
    {
        _id = id;
        _handle = handle;
        _spawn = spawn;
        _settings = settings;
        _runner = runner;
        _requester = requester;
        _self = Self;
        _lastActivity = Timers.Time.GetTimestamp();
        _log = new OutputLog(settings.RetainedHead, settings.RetainedTail);
        if (pipes.Output is { } output)
            AddOutput(OutputStream.Output, output.Read, output.Write);
        if (pipes.Error is { } error)
            AddOutput(OutputStream.Error, error.Read, error.Write);
        _inputPipe = pipes.Input is { } input ? new InputPipe(_self, input) : null;
    }

    private ActorTimers Timers { get; } = new(Context);

    internal static Props Props(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester) =>
        // Neither by an expression nor by type: taking those apart for each command takes longer than the rest of its start.
        Akka.Actor.Props.CreateBy(new Producer(id, handle, spawn, pipes, settings, runner, requester));

    private int ProcessId { get; set; }

    protected override SupervisorStrategy SupervisorStrategy() => Stopping;

    protected override void PreStart()
    {
        if (_spawn.Subscription is { } subscription)
            Add(subscription);
    }

    protected override void PostStop()
    {
        Timers.CancelAll();
        foreach (var output in _outputs)
            output.Dispose();
        _inputPipe?.Dispose();
        _inputEnded = true;
        TellWriters();
        if (!_over && (_running || !_runner.TryWithdraw(_id)))
            Send(new Transport.Terminate(0));
        EndAbruptly();
    }

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case ChildFrames.UserFrame frame:
                OnFrame(frame);
                break;
            case OutputPipe.Read read:
                Append(read.Stream, read.Data);
                break;
            case OutputPipe.Ended ended:
                _open.Remove(ended.Stream);
                Close();
                break;
            case GrantOutput grant:
                Find(Sender)?.Grant(grant.Bytes);
                Advance();
                break;
            case WriteInput or CloseInput or InputPipe.Taken:
                OnInput(message);
                break;
            case Subscribe subscribe:
                Add(subscribe);
                Advance();
                break;
            case Unsubscribe unsubscribe:
                Remove(unsubscribe.Subscriber);
                break;
            case Terminated terminated when terminated.ActorRef.Equals(_spill):
                OnSpillComplete();
                break;
            case Terminated terminated:
                Remove(terminated.ActorRef);
                break;
            case SpillWriter.Written written:
                _unspilled -= written.Bytes;
                Advance();
                break;
            case SpillFailed failed when Sender.Equals(_spill):
                Broadcast(failed);
                break;
            case CommandProtocol.SendSignal signal:
                Send(new Transport.SendSignal(signal.Number));
                break;
            case ResizeTerminal size:
                Send(new Resize(size.Columns, size.Rows));
                break;
            case CommandProtocol.Terminate terminate:
                Terminate(terminate.Grace);
                break;
            case GetSnapshot or Poll:
                Sender.Tell(Snapshot());
                break;
            case Wait wait:
                OnWait(wait.Timeout);
                break;
            case WaitOver over:
                if (_waiting.Remove(over, out var impatient))
                    impatient.Tell(new Waited(Snapshot(), TimedOut: true));
                break;
            case KillCommand kill:
                OnKill(kill.Grace);
                break;
            case IdleOver:
                OnIdleOver();
                break;
            case Retire:
                _retired = true;
                StopIfDone();
                break;
            case ChildProcessProtocol.SandboxViolated violated:
                _refusals.Add(violated.Violation);
                break;
            case RunnerLost lost:
                OnRunnerLost(lost.Message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.CommandReady ready when !_running:
                OnReady(ready);
                break;
            case ChildFrames.CommandExit exit when _running && _exit is null:
                OnExit(CommandExit.From(exit.Value));
                break;
            case ChildFrames.CommandClosed closed when _exit is not null && _closed is null:
                ReadToTheEnd(closed.Value);
                break;
            case ChildFrames.CommandFailed failed when !_running:
                Refuse(failed.Value);
                break;
            case ChildFrames.TooLarge tooLarge when !_running:
                Refuse(new SpawnFailed(SpawnFailure.InvalidRequest, 7, $"Arguments and environment exceed the frame limit of {tooLarge.Limit} bytes."));
                break;
            default:
                (frame as ChildFrames.CommandReady)?.CloseUntaken();
                _runner.Report(new ProtocolViolation(ViolationKind.OutOfState, $"A {frame.GetType().Name} of session {_id} came out of turn."));
                break;
        }
    }

    private void OnReady(ChildFrames.CommandReady ready)
    {
        if ((ready.Terminal is not null) != (_spawn.Output == CommandOutput.Terminal) || (ready.Terminal is { } master && !PseudoTerminal.IsMaster(master)))
        {
            ready.CloseUntaken();
            _runner.Report(new ProtocolViolation(ViolationKind.Descriptors, $"Session {_id} is ready without its terminal, or with one that is none."));
            return;
        }
        Begin(ready.Value.ProcessId, DateTimeOffset.UnixEpoch.AddMicroseconds(ready.Value.StartedAt), ready.Take());
    }

    private void Begin(int processId, DateTimeOffset startedAt, SafeDescriptor? terminal)
    {
        _running = true;
        CommandMetrics.Started();
        CommandMetrics.Active.Set(ref _measured, 1);
        ProcessId = processId;
        _startedAt = startedAt;
        if (terminal is not null)
            OpenTerminal(terminal);
        OpenSpill();
        foreach (var output in _outputs)
            output.Start();
        StartIdleTimer();
        _requester.Tell(new Spawned(_handle, _self, ProcessId, _startedAt));
    }

    private void Refuse(in SpawnFailed failed)
    {
        _over = true;
        CommandMetrics.Refused(failed.Kind);
        _requester.Tell(new SpawnRefused(failed.Kind, failed.Errno, failed.Message));
        ForgetWaiting();
        _registry.Tell(new NotStarted(_handle));
        Context.Stop(_self);
    }

    private void OnWait(TimeSpan? timeout)
    {
        if (_over)
        {
            Sender.Tell(new Waited(Snapshot(), TimedOut: false));
            return;
        }
        var key = new WaitOver();
        _waiting.Add(key, Sender);
        if (timeout is { } patience)
            Timers.StartSingleTimer(key, key, patience);
    }

    private void OnKill(TimeSpan? grace)
    {
        if (_over)
        {
            Sender.Tell(Snapshot());
            return;
        }
        _untilClosed.Add(Sender);
        Terminate(grace);
    }

    private void Terminate(TimeSpan? grace)
    {
        // One that waits for a runner has nothing to end: there may never be a runner.
        if (!_running && !_over && _runner.TryWithdraw(_id))
            Refuse(new SpawnFailed(SpawnFailure.Unavailable, 0, "It was ended before there was a runner that could start it."));
        else
            Send(new Transport.Terminate(CommandRequest.Milliseconds(grace ?? _spawn.Grace ?? _settings.Grace)));
    }

    private void Send<T>(in T message) where T : struct, IWireMessage<T> => _runner.Send(_id, message);

    private CommandSnapshot Snapshot() => new(
        _handle, _spawn.Display, Status(), ProcessId, _startedAt, _over ? _exit?.EndedAt : null, _exit,
        _log.Retained(OutputStream.Output), _log.Retained(OutputStream.Error), _log.Position);

    private CommandStatus Status() => !_over ? CommandStatus.Running : _exit!.Cause switch
    {
        ExitCause.Itself => CommandStatus.Exited,
        ExitCause.TotalTimeout or ExitCause.IdleTimeout => CommandStatus.TimedOut,
        _ => CommandStatus.Killed,
    };
}
