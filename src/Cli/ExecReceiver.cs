using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Passes a command's output on: if the reader stops reading, the command stops as well. When the command has ended and its time is
/// over, or the user has interrupted it, output that nobody takes is given up.
/// </summary>
internal sealed class ExecReceiver : UntypedActor
{
    private const long Ahead = 256 << 10;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(100);

    private readonly IActorRef _browser;
    private readonly Spawn _spawn;
    private readonly bool _silent;
    private readonly TaskCompletionSource<End> _done;
    private readonly IExecInput? _keyboard;
    private readonly TypedInput? _typed;
    private readonly Queue<object> _early = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ExecOutput _output;
    private IActorRef _session = ActorRefs.Nobody;
    private CommandExit? _exit;
    private CommandClosed? _closed;
    private (long, int, int) _progress;
    private long _lastProgress;
    private long _unwritten;
    private bool _interrupted;
    private bool _failed;
    private bool _gaveUp;

    public ExecReceiver(IActorRef browser, Spawn spawn, bool silent, IExecInput? keyboard, TypedInput? typed, SemaphoreSlim? turn, TaskCompletionSource<End> done)
    {
        _browser = browser;
        _spawn = spawn;
        _silent = silent;
        _done = done;
        _keyboard = keyboard;
        _typed = typed;
        _output = new ExecOutput(Self, turn);
    }

    private ActorTimers Timers { get; } = new(Context);

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void PreStart()
    {
        _output.Start();
        _browser.Tell(_spawn with { Subscription = new Subscribe(Self) { Credit = Ahead } });
    }

    protected override void PostStop()
    {
        Timers.CancelAll();
        _output.Drop();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Spawned spawned:
                _session = spawned.Session;
                // On Linux a machine lacks a layer seldom, and the report, doctor and the log name it. This comes before the first output.
                if (!_silent && OperatingSystem.IsWindows() && ExecReport.WhatIsMissing(spawned.Confinement) is { } missing)
                    Complaint.Write(missing);
                _typed?.Start();
                while (_early.TryDequeue(out var early))
                    _session.Tell(early);
                break;
            case OutputChunk chunk:
                OnOutput(chunk);
                break;
            case CommandExited exited:
                _exit = exited.Exit;
                Watch();
                break;
            case CommandClosed closed:
                _closed = closed;
                _exit = closed.Exit;
                _output.End();
                if (_gaveUp || _failed)
                    Finish();
                else
                    Watch();
                break;
            case SpawnRefused refused:
                _done.TrySetResult(new End(refused, 0));
                break;
            case ExecOutput.Written:
                Finish();
                break;
            case ExecOutput.Failed:
                // As in a pipeline, end the command; StandardOutput has kept the failure for the exit code.
                _failed = true;
                Pass(new CommandProtocol.Terminate(TimeSpan.Zero));
                if (_closed is not null)
                    Finish();
                break;
            case Look:
                OnLook();
                break;
            case Status.Failure failure:
                _done.TrySetException(failure.Cause);
                break;
            case InputTaken taken:
                _keyboard?.OnTaken(taken);
                break;
            case Interrupt when _session.IsNobody():
                // No command has started yet that could react; the runner ends with this process's actors.
                _done.TrySetCanceled();
                break;
            case Interrupt:
                // The command decides how to react to Ctrl-C; a second Ctrl-C ends this process and all its children.
                _interrupted = true;
                Pass(Interruption.Received == 2 ? new CommandProtocol.SendSignal(2) : new CommandProtocol.Terminate());
                break;
            case WriteInput or ResizeTerminal or CloseInput:
                Pass(message);
                break;
            default:
                break;
        }
    }

    private void Pass(object command)
    {
        if (_session.IsNobody())
            _early.Enqueue(command);
        else
            _session.Tell(command);
    }

    private void OnOutput(OutputChunk chunk)
    {
        if (!_silent && !_failed && !_gaveUp)
        {
            _output.Write(chunk, Sender);
            return;
        }
        _unwritten += _gaveUp ? chunk.Data.Length : 0;
        Sender.Tell(new GrantOutput(chunk.Data.Length));
    }

    // A reader may be as slow as it likes, as for any program, until the time is over or the user interrupts.
    private void Watch()
    {
        if (!Timers.IsTimerActive(Look.Instance))
            Timers.StartPeriodicTimer(Look.Instance, Look.Instance, LookTime);
        if (_lastProgress == 0)
            (_progress, _lastProgress) = (_output.Progress, Stopwatch.GetTimestamp());
    }

    private void OnLook()
    {
        var progress = _output.Progress;
        if (progress != _progress || !IsOver)
            (_progress, _lastProgress) = (progress, Stopwatch.GetTimestamp());
        if (_gaveUp || _failed || _output.Unwritten == 0 || Stopwatch.GetElapsedTime(_lastProgress) < Patience)
            return;
        _gaveUp = true;
        _output.Drop();
        _unwritten = _output.Unwritten;
        if (_closed is not null)
            Finish();
    }

    private bool IsOver => _interrupted || _exit?.Cause is ExitCause.TotalTimeout or ExitCause.IdleTimeout
        || (_spawn.TotalTimeout is { } time && Stopwatch.GetElapsedTime(_started) >= time);

    private void Finish()
    {
        if (_closed is { } closed)
            _done.TrySetResult(new End(closed, _unwritten));
    }

    /// <summary>How it ended.</summary>
    /// <param name="Event">A <see cref="SpawnRefused"/> or <see cref="CommandClosed"/>.</param>
    /// <param name="Unwritten">The bytes of output that were given up.</param>
    internal sealed record End(IEvent Event, long Unwritten);

    internal sealed class Interrupt
    {
        internal static readonly Interrupt Instance = new();
    }

    private sealed class Look
    {
        internal static readonly Look Instance = new();
    }
}
