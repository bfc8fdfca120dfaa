using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// One command from its start to <c>Closed</c>: its output while there is credit, its end with the reason, the end of
/// whatever it leaves behind. The channel's thread, the reactor's, the reaper's and timers meet under <see cref="Gate"/>.
/// </summary>
internal sealed class RunningCommand
{
    private const int SigTerm = 15;
    private const int SigContinue = 18;
    private const int SigProcessorTime = 24;
    private const int SigFileSize = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CommandRunnerRole _runner;
    private readonly ulong _id;
    private readonly SpawnRequest _request;
    private readonly SessionMark _mark;
    private readonly long _startedTicks = Stopwatch.GetTimestamp();
    private readonly List<OutputPump> _pumps = [];
    private InputPump? _input;
    private SafeDescriptor? _terminal;
    private Timer? _total;
    private Timer? _idle;
    private Timer? _grace;
    private Timer? _drain;
    private long _lastActivity = Environment.TickCount64;
    private long _outputBytes;
    private ExitCause _cause;
    private bool _exited;
    private bool _drainTimedOut;
    private bool _ending;
    private bool _killing;

    internal RunningCommand(CommandRunnerRole runner, ulong id, in SpawnRequest request, SessionMark mark, int processId)
    {
        _runner = runner;
        _id = id;
        _request = request;
        _mark = mark;
        ProcessId = processId;
        Credit = request.Credit;
    }

    internal Lock Gate { get; } = new();

    internal ulong Id => _id;

    internal int ProcessId { get; }

    internal long Credit { get; private set; }

    internal void Send<T>(in T message) where T : struct, IWireMessage<T> => _runner.Send(_id, message);

    internal void Flush() => _runner.Flush();

    /// <summary>Tells the parent and starts everything that goes on by itself.</summary>
    internal void Start(DateTimeOffset startedAt, SafeDescriptor? output, SafeDescriptor? error, SafeDescriptor? input, SafeDescriptor? terminal)
    {
        lock (Gate)
        {
            var ready = new SpawnReady(ProcessId, startedAt.ToUnixTimeMilliseconds() * 1000 + startedAt.Microsecond);
            if (terminal is null)
                Send(ready);
            else
                _runner.Send(_id, ready, DescriptorFlags.Duplicate(terminal));
            _terminal = terminal;
            _input = input is null ? null : new InputPump(this, input);
            if (output is not null)
                _pumps.Add(new OutputPump(this, OutputStream.Output, output));
            if (error is not null)
                _pumps.Add(new OutputPump(this, OutputStream.Error, error));
            foreach (var pump in _pumps)
                pump.Resume();
            if (_request.TotalTimeout > 0)
                _total = new Timer(static state => ((RunningCommand)state!).End(ExitCause.TotalTimeout), this, _request.TotalTimeout, Timeout.Infinite);
            if (_request.IdleTimeout > 0)
                _idle = new Timer(static state => ((RunningCommand)state!).OnIdle(), this, _request.IdleTimeout, Timeout.Infinite);
        }
    }

    internal void AddCredit(long bytes)
    {
        lock (Gate)
        {
            Credit = bytes > long.MaxValue - Credit ? long.MaxValue : Credit + bytes;
            foreach (var pump in _pumps)
                pump.Resume();
        }
    }

    internal ProtocolViolation? AddInput(in Stdin stdin)
    {
        lock (Gate)
            return _input?.Add(stdin.Offset, stdin.Data);
    }

    internal void CloseInput()
    {
        lock (Gate)
            _input?.CloseWhenTaken();
    }

    internal void Signal(int number)
    {
        lock (Gate)
        {
            if (!_exited)
                ChildWait.SignalGroup(ProcessId, number);
        }
    }

    internal void Resize(int columns, int rows)
    {
        lock (Gate)
        {
            if (_terminal is { IsClosed: false } terminal)
                PseudoTerminal.Resize(terminal, columns, rows);
        }
    }

    internal void OnOutput(int bytes)
    {
        Credit = Math.Max(0, Credit - bytes);
        _outputBytes += bytes;
        _lastActivity = Environment.TickCount64;
        if (_request.Limits.Output <= 0 || _outputBytes <= _request.Limits.Output || _outputBytes - bytes > _request.Limits.Output)
            return;
        // It may be over before the kill: it went beyond its limit all the same.
        if (!_exited && _cause == ExitCause.Itself)
            _cause = ExitCause.OutputLimit;
        ThreadPool.UnsafeQueueUserWorkItem(static command => command.Terminate(0, ExitCause.OutputLimit), this, preferLocal: false);
    }

    internal void OnInput() => _lastActivity = Environment.TickCount64;

    internal void OnPumpEnded()
    {
        if (_exited && _pumps.TrueForAll(static pump => pump.Ended))
            Finish();
    }

    /// <summary>The command itself is a zombie: its exit is taken here.</summary>
    internal void OnExited()
    {
        lock (Gate)
        {
            var wall = Stopwatch.GetElapsedTime(_startedTicks);
            if (!ChildWait.TryReap(ProcessId, out var end, out var usage))
                return;
            _exited = true;
            if (_cause == ExitCause.Itself)
            {
                _cause = end.Signal switch
                {
                    SigProcessorTime when _request.Limits.ProcessorTime > 0 => ExitCause.ProcessorTimeLimit,
                    SigFileSize when _request.Limits.FileSize > 0 => ExitCause.FileSizeLimit,
                    // Written is written, read or not.
                    _ when _request.Limits.Output > 0 && _outputBytes + _pumps.Sum(static pump => (long)pump.Waiting) > _request.Limits.Output => ExitCause.OutputLimit,
                    _ => ExitCause.Itself,
                };
            }
            _total?.Dispose();
            _idle?.Dispose();
            _input?.End();
            Send(new Exit(end.ExitCode ?? -1, end.Signal ?? 0, end.CoreDumped, _cause,
                Microseconds(usage.UserTime), Microseconds(usage.SystemTime), usage.PeakMemory, Microseconds(wall)));
            // At once: what follows may search processes.
            Flush();
            if (_pumps.TrueForAll(static pump => pump.Ended) && (_terminal is null || !_runner.HasAdopted()))
                Finish();
            else
                _drain = new Timer(static state => ((RunningCommand)state!).OnDrainOver(), this, _killing ? 0 : _request.DrainTimeout, Timeout.Infinite);
        }
        Flush();
    }

    /// <summary>Ends everything: TERM now, KILL after the grace. The first reason given is the reason.</summary>
    /// <param name="grace">In milliseconds.</param>
    /// <param name="cause">Why.</param>
    internal void Terminate(int grace, ExitCause cause)
    {
        lock (Gate)
        {
            if (_ending || _killing)
                return;
            if (!_exited && _cause == ExitCause.Itself)
                _cause = cause;
            _killing = grace == 0;
            if (grace > 0 && _grace is null)
                _grace = new Timer(static state => ((RunningCommand)state!).Terminate(0, ExitCause.Kill), this, grace, Timeout.Infinite);
            else if (grace > 0)
                return;
        }
        if (grace == 0)
        {
            MarkedProcesses.KillAll(IsMine, Patience, out _);
            return;
        }
        MarkedProcesses.Signal(IsMine, SigTerm);
        // A stopped process gets the signal when it goes on.
        MarkedProcesses.Signal(IsMine, SigContinue);
    }

    private void End(ExitCause cause) => Terminate(_request.Grace, cause);

    private bool IsMine(SessionMark mark) => mark == _mark;

    private void OnIdle()
    {
        lock (Gate)
        {
            if (_exited || _idle is null)
                return;
            // A terminal's output does not pass through here: what the terminal's programs write is the parent's to see.
            var left = _request.IdleTimeout - (Environment.TickCount64 - Interlocked.Read(ref _lastActivity));
            if (left > 0)
            {
                _idle.Change(left, Timeout.Infinite);
                return;
            }
        }
        End(ExitCause.IdleTimeout);
    }

    private void OnDrainOver()
    {
        lock (Gate)
        {
            if (_ending)
                return;
            _drainTimedOut = true;
            foreach (var pump in _pumps)
                pump.EndWithWhatIsThere();
            if (_pumps.TrueForAll(static pump => pump.Ended))
                Finish();
        }
        Flush();
    }

    // With the lock held; the rest happens where waiting is allowed.
    private void Finish()
    {
        if (_ending)
            return;
        _ending = true;
        _drain?.Dispose();
        _grace?.Dispose();
        if (_runner.HasAdopted())
            ThreadPool.UnsafeQueueUserWorkItem(static command => command.Close(), this, preferLocal: false);
        else
            Close(0);
    }

    private void Close()
    {
        MarkedProcesses.KillAll(IsMine, Patience, out var survivors);
        lock (Gate)
            Close(survivors);
        Flush();
    }

    private void Close(int survivors)
    {
        _terminal?.Dispose();
        Send(new Closed(
            _pumps.Count > 0 ? _pumps[0].Offset : 0, _pumps.Count > 1 ? _pumps[1].Offset : 0, survivors, _drainTimedOut && survivors > 0));
        _runner.Forget(this);
    }

    private static long Microseconds(TimeSpan time) => Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond);
}
