using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>
/// One command as an actor.
/// <code>
///   Starting ── SpawnReady ──► Running ── Exit ──► Exited ── Closed, and a terminal's rest ──► Closed
///      │ SpawnFailed, runner lost                     ▲ runner lost: Exit and Closed at once      │
///      ▼                                              │                                           ▼
///   refused, stopped                             subscribers and registry told, then stopped
/// </code>
/// This process reads the command's output from pipes, as fast as the slowest subscriber consumes it. Without subscribers it reads
/// the output at once and keeps its head and tail. Stopping the actor ends the command.
/// </summary>
internal sealed partial class CommandSession : UntypedActor
{
    // A file's writer that has failed is not restarted, because it would empty the file.
    private static readonly SupervisorStrategy Stopping = new OneForOneStrategy(static _ => Directive.Stop);

    private readonly ulong _id;
    private readonly Spawn _spawn;
    private readonly CommandSettings _settings;
    private readonly IActorRef _requester;
    private readonly IActorRef _registry = Context.Parent;
    private readonly IActorRef _self = Context.Self;
    private readonly RunnerQueue _runner;
    private readonly CommandLife _life;
    private readonly CommandWaiters _waiters;
    private readonly InputQueue _input;
    private readonly OutputFlow _output;
    private readonly IdleTimer _idle;
    private readonly ExitFindings _findings;
    private readonly CommandQuestions _questions;
    private readonly FramedCommand? _framed;
    private bool _retired;

    public CommandSession(ulong id, string handle, Spawn spawn, CommandPipes pipes, CommandSettings settings, RunnerQueue runner, IActorRef requester, IActorRef permissions)
    {
        (_id, _spawn, _settings, _runner, _requester) = (id, spawn, settings, runner, requester);
        var log = new OutputLog(settings.RetainedHead, settings.RetainedTail);
        _life = new CommandLife(handle, spawn.Display, log, spawn.Span, runner.Egress);
        _waiters = new CommandWaiters(Timers);
        _input = new InputQueue(_self, spawn, settings);
        _output = new OutputFlow(Context, spawn, settings, log, _life, () => Send(new Transport.Terminate(0, ExitCause.OutputLimit)));
        _idle = new IdleTimer(Timers, spawn.IdleTimeout);
        _findings = new ExitFindings(Context, handle, spawn, settings, runner, log, _life.Denials);
        _questions = new CommandQuestions(_self, permissions, handle, spawn.Profile ?? settings.Profile, spawn.Display, _findings.Refusals);
        _output.Open(pipes);
        _input.Connect(pipes.Input);
        _framed = FramedCommand.Connect(id, spawn, _output, _input, runner);
    }

    private ActorTimers Timers { get; } = new(Context);

    protected override SupervisorStrategy SupervisorStrategy() => Stopping;

    protected override void PreStart()
    {
        if (_spawn.Subscription is { } subscription)
            _output.Add(subscription);
    }

    // Every waiting actor gets its answer, for whatever reason this actor stops.
    protected override void PostStop()
    {
        Timers.CancelAll();
        _questions.End();
        _output.Dispose();
        _input.End();
        if (!_life.IsOver && (_life.HasStarted || !_runner.TryWithdraw(_id)))
            Send(new Transport.Terminate(0));
        if (!_life.IsOver && !_life.HasStarted)
        {
            _life.Refuse(SpawnFailure.Stopped);
            _requester.Tell(new SpawnRefused(SpawnFailure.Stopped, 0, BrowserStoppedException.Sentence));
            _waiters.TellOfRefusal(_life);
        }
        else if (!_life.IsOver)
        {
            if (_life.Exit is null)
                OnExit(_life.Lost(ExitCause.Kill));
            _life.Exit = _findings.WithAppeared(_life.Exit!);
            Finish(survivors: 0);
        }
        _output.EndAbruptly();
    }

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void OnReceive(object message)
    {
        if (!Entry.Admits(message, Sender))
            return;
        switch (message)
        {
            case ChildFrames.UserFrame stream when _framed?.Translate(stream, _life) is { } own:
                OnReceive(own);
                break;
            case ChildFrames.UserFrame frame:
                OnFrame(frame);
                break;
            case WriteInput write:
                _input.Write(write, Sender, hasExited: _life.IsOver || _life.Exit is not null);
                break;
            case CloseInput:
                _input.CloseWhenTaken();
                break;
            case InputPipe.Taken taken:
                _idle.Touch();
                _input.OnTaken(taken);
                break;
            default:
                if (!OnOutput(message) && !OnControl(message))
                    Unhandled(message);
                break;
        }
    }

    private bool OnOutput(object message)
    {
        if (message is OutputPipe.Read)
            _idle.Touch();
        if (!_output.OnReceive(message, Sender))
            return false;
        CloseIfDone();
        StopIfDone();
        return true;
    }

    private bool OnControl(object message)
    {
        switch (message)
        {
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
                Sender.Tell(_life.Snapshot());
                break;
            case Wait wait:
                _waiters.Add(Sender, wait.Timeout, _life);
                break;
            case CommandWaiters.WaitOver over:
                _waiters.OnTimeout(over, _life);
                break;
            case KillCommand kill:
                if (_waiters.AddKiller(Sender, _life))
                    Terminate(kill.Grace);
                break;
            case IdleTimer.Due:
                if (_idle.IsOverdue() && _life.Exit is null)
                    Send(new Transport.Terminate(CommandRequest.Milliseconds(_spawn.Grace ?? _settings.Grace), ExitCause.IdleTimeout));
                break;
            case Retire:
                _retired = true;
                StopIfDone();
                break;
            case ChildProcessProtocol.SandboxViolated violated:
                _findings.Refusals.Add(violated.Violation);
                break;
            case RunnerLost lost:
                OnRunnerLost(lost);
                break;
            default:
                return _questions.OnReceive(message);
        }
        return true;
    }

    private void OnFrame(ChildFrames.UserFrame frame)
    {
        switch (frame)
        {
            case ChildFrames.CommandReady ready when !_life.HasStarted:
                OnReady(ready);
                break;
            case ChildFrames.CommandExit exit when _life is { HasStarted: true, Exit: null }:
                OnExit(CommandExit.From(exit.Value));
                break;
            case ChildFrames.CommandClosed closed when _life is { Exit: not null, Closed: null }:
                ReadToTheEnd(closed.Value);
                break;
            case ChildFrames.CommandFailed failed when !_life.HasStarted:
                Refuse(failed.Value);
                break;
            case ChildFrames.TooLarge tooLarge when !_life.HasStarted:
                Refuse(new SpawnFailed(SpawnFailure.InvalidRequest, 7, $"Arguments and environment exceed the frame limit of {tooLarge.Limit} bytes."));
                break;
            default:
                (frame as ChildFrames.CommandReady)?.CloseUntaken();
                _runner.Report(new ProtocolViolation(ViolationKind.OutOfState, $"The child sent a {frame.GetType().Name} of session {_id} out of turn."));
                break;
        }
    }

    private void OnReady(ChildFrames.CommandReady ready)
    {
        if ((ready.Terminal is not null) != (_spawn.Output == CommandOutput.Terminal && _framed is null) || (ready.Terminal is { } master && !PseudoTerminal.IsMaster(master)))
        {
            ready.CloseUntaken();
            _runner.Report(new ProtocolViolation(ViolationKind.Descriptors, $"The child must send CommandReady of session {_id} with the master of a terminal if its output is a terminal, and without a descriptor if not."));
            return;
        }
        Begin(ready.Value.ProcessId, DateTimeOffset.UnixEpoch.AddMicroseconds(ready.Value.StartedAt), ready.Take());
    }

    private void Begin(int processId, DateTimeOffset startedAt, SafeDescriptor? terminal)
    {
        _life.Start(processId, startedAt, _runner.Confinement());
        if (terminal is not null && !OperatingSystem.IsWindows())
        {
            DescriptorFlags.SetNonBlocking(terminal);
            _input.Connect(DescriptorFlags.Duplicate(terminal));
        }
        _requester.Tell(_life.Spawned(_self));
        _output.Start(terminal);
        _idle.Start();
    }

    private void Refuse(in SpawnFailed failed)
    {
        _life.Refuse(failed.Kind);
        _requester.Tell(new SpawnRefused(failed.Kind, failed.Errno, failed.Message));
        _waiters.TellOfRefusal(_life);
        _registry.Tell(new NotStarted(_life.Handle));
        Context.Stop(_self);
    }

    private void OnRunnerLost(RunnerLost lost)
    {
        if (_life.IsOver)
            return;
        var cause = lost.Cause;
        if (!_life.HasStarted && (cause == ExitCause.RunnerLost || !_runner.ServesOne))
        {
            Refuse(new SpawnFailed(SpawnFailure.Unavailable, 0, lost.Message));
            return;
        }
        // The runner serves only this command and has reached a limit: the command ran, and reached it before the runner could report the start.
        if (!_life.HasStarted)
            Begin(0, DateTimeOffset.UtcNow, null);
        if (_life.Exit is null)
            OnExit(_life.Lost(cause));
        ReadToTheEnd(new Closed(0));
    }

    private void OnExit(CommandExit exit)
    {
        _life.Exit = _findings.AtExit(exit) with { Confinement = _life.Confinement };
        _input.Dispose();
        _output.TellOfExit(new CommandExited(_life.Handle, _life.Exit));
    }

    private void ReadToTheEnd(Closed closed)
    {
        _life.Closed = closed;
        _output.ReadToTheEnd();
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (_life.IsOver || _life.Closed is not { } closed || !_output.TryComplete())
            return;
        _life.Exit = _findings.AtClose(_life.Exit!, _output.ExceedsLimit);
        Finish(closed.Survivors);
        _output.Advance();
    }

    private void Finish(int survivors)
    {
        _runner.Scratch?.Dispose();
        _questions.End();
        _life.Finish(survivors);
        _waiters.TellOfTheEnd(_life);
        _registry.Tell(new Over(_life.Record()));
    }

    private void StopIfDone()
    {
        if (_retired && _output.IsDone)
            Context.Stop(_self);
    }

    private void Send<T>(in T message) where T : struct, IWireMessage<T> => _runner.Send(_id, message);
}
