using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using SpawnRequest = ActorBrowser.Transport.SpawnRequest;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// One command from its start to <c>Closed</c>: reports its exit with the reason, and ends the processes it leaves behind. Its output
/// goes directly into the parent's pipes. It is called by timers and by the channel's thread, which starts and reaps the command; the
/// lock serialises the calls.
/// </summary>
internal sealed class RunningCommand
{
    private const int SigTerm = 15;
    private const int SigContinue = 18;
    private const int SigProcessorTime = 24;
    private const int SigFileSize = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly CommandRunnerRole _runner;
    private readonly SpawnRequest _request;
    private readonly SessionTag _tag;
    private readonly long _startedTicks = Stopwatch.GetTimestamp();
    private SafeDescriptor? _terminal;
    private Timer? _total;
    private Timer? _grace;
    private Timer? _drain;
    private ExitCause _cause;
    private bool _exited;
    private bool _ending;
    private bool _killing;

    internal RunningCommand(CommandRunnerRole runner, ulong id, in SpawnRequest request, SessionTag tag, int processId)
    {
        _runner = runner;
        Id = id;
        _request = request;
        _tag = tag;
        ProcessId = processId;
    }

    internal ulong Id { get; }

    internal int ProcessId { get; }

    /// <summary>Tells the parent that the command runs, and starts its total timeout.</summary>
    internal void Start(DateTimeOffset startedAt, SafeDescriptor? terminal)
    {
        lock (_lock)
        {
            var process = _runner.HasOwnProcesses ? ProcessDescriptor.TryOpen(ProcessId) : null;
            var ready = new SpawnReady(ProcessId, (startedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, process is not null);
            SafeDescriptor[] descriptors = [.. terminal is null ? Array.Empty<SafeDescriptor>() : [DescriptorFlags.Duplicate(terminal)], .. process is null ? Array.Empty<SafeDescriptor>() : [process.Descriptor]];
            if (descriptors.Length == 0)
                _runner.Send(Id, ready);
            else
                _runner.Send(Id, ready, descriptors);
            _terminal = terminal;
            if (_request.TotalTimeout > 0)
                _total = new Timer(static state => ((RunningCommand)state!).OnTotalOver(), this, _request.TotalTimeout, Timeout.Infinite);
        }
    }

    internal void Signal(int number)
    {
        lock (_lock)
        {
            if (!_exited)
                ProcessDescriptor.SignalGroup(ProcessId, number);
        }
    }

    /// <summary>Sets the reason for the command's exit, unless it has exited or has a reason already.</summary>
    internal void Blame(ExitCause cause)
    {
        lock (_lock)
        {
            if (!_exited && _cause == ExitCause.Itself)
                _cause = cause;
        }
    }

    internal void Resize(int columns, int rows)
    {
        lock (_lock)
        {
            if (_terminal is { IsClosed: false } terminal)
                PseudoTerminal.Resize(terminal, columns, rows);
        }
    }

    /// <summary>The command has exited.</summary>
    /// <param name="end">How it exited.</param>
    /// <param name="usage">The resources it used.</param>
    /// <param name="leftovers">Whether ended commands have left processes behind.</param>
    internal void OnExited(in ProcessEnd end, in ProcessUsage usage, bool leftovers)
    {
        lock (_lock)
        {
            var wall = Stopwatch.GetElapsedTime(_startedTicks);
            _exited = true;
            _runner.TraceOf(Id)?.Add("run", 0, _startedTicks, wall);
            if (_cause == ExitCause.Itself)
            {
                _cause = end.Signal switch
                {
                    SigProcessorTime when _request.Limits.ProcessorTime > 0 => ExitCause.ProcessorTimeLimit,
                    SigFileSize when _request.Limits.FileSize > 0 => ExitCause.FileSizeLimit,
                    _ => ExitCause.Itself,
                };
            }
            _total?.Dispose();
            _runner.Send(Id, new Exit(end.ExitCode ?? -1, end.Signal ?? 0, end.CoreDumped, _cause,
                AtLeastZero(usage.UserTime), AtLeastZero(usage.SystemTime), usage.PeakMemory, AtLeastZero(wall)));
            if (!leftovers)
            {
                Finish(search: false);
            }
            else
            {
                // Another command may have left them: whose they are is checked only if they still run after the drain timeout.
                _runner.AddDraining(this);
                _drain = new Timer(static state => ((RunningCommand)state!).OnDrainOver(), this, _killing ? 0 : _request.DrainTimeout, Timeout.Infinite);
            }
        }
    }

    /// <summary>All processes that commands left behind have exited.</summary>
    internal void OnNothingLeft()
    {
        lock (_lock)
            Finish(search: false);
    }

    /// <summary>Ends all of the command's processes: SIGTERM now, SIGKILL after the grace. The first reason given is reported.</summary>
    /// <param name="grace">In milliseconds.</param>
    /// <param name="cause">The reason.</param>
    internal void Terminate(int grace, ExitCause cause)
    {
        lock (_lock)
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
        // A stopped process handles SIGTERM only after it continues.
        MarkedProcesses.Signal(IsMine, SigContinue);
    }

    private bool IsMine(SessionTag tag) => tag == _tag;

    private void OnTotalOver() => Terminate(_request.Grace, ExitCause.TotalTimeout);

    private void OnDrainOver()
    {
        lock (_lock)
            Finish(search: true);
    }

    // Called with the lock held; the search, which blocks, runs on the pool.
    private void Finish(bool search)
    {
        if (_ending)
            return;
        _ending = true;
        _drain?.Dispose();
        _grace?.Dispose();
        if (search)
            ThreadPool.UnsafeQueueUserWorkItem(static command => command.KillSurvivors(), this, preferLocal: false);
        else
            Close(0);
    }

    private void KillSurvivors()
    {
        int survivors;
        // A process that removed its tag belongs to this command, too: none of its processes may outlive Closed.
        if (_runner.OwnsAllThatIsLeft)
            MarkedProcesses.KillAllOthers(Patience, out survivors);
        else
            MarkedProcesses.KillAll(IsMine, Patience, out survivors);
        lock (_lock)
            Close(survivors);
        _runner.Flush();
    }

    private void Close(int survivors)
    {
        _terminal?.Dispose();
        _runner.Send(Id, new Closed(survivors));
        _runner.Forget(this);
    }

    private static TimeSpan AtLeastZero(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
