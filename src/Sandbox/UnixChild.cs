using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Waits on the reactor for one process's exit. It sees the exit without reaping, kills the rest of the process group while its
/// number cannot be reused, reaps the process, drains the pipes, and reports the exit, in this order.
/// </summary>
internal sealed class UnixChild : IChildProcessHandle, IReadinessHandler
{
    private const int SigKill = 9;
    private const int ProcessorTimeSignal = 24;
    private const int FileSizeSignal = 25;

    private readonly ProcessDescriptor _process;
    private readonly LogPipe _output;
    private readonly LogPipe _error;
    private readonly ControlGroup? _group;
    private readonly SandboxLimits _limits;
    private readonly WorldNetwork? _network;
    private long _outputBytes;
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private IReactorRegistration? _registration;
    private bool _reaped;

    internal UnixChild(int id, ProcessDescriptor process, DateTimeOffset startedAt, LogPipe output, LogPipe error, ControlGroup? group, SandboxLimits limits, WorldNetwork? network = null)
    {
        _network = network;
        Id = id;
        _process = process;
        StartedAt = startedAt;
        _output = output;
        _error = error;
        _group = group;
        _limits = limits;
        if (limits.Output > 0)
            _output.Counted = _error.Counted = Count;
    }

    public int Id { get; }

    public DateTimeOffset StartedAt { get; }

    public Task<ChildExit> Exited => _exited.Task;

    internal void Start()
    {
        _output.Start();
        _error.Start();
        // The lock makes the registration visible to a callback that runs before Register returns.
        lock (_lock)
            _registration = Reactor.Shared.Register(_process.Descriptor, Readiness.Readable, this);
    }

    public void Kill()
    {
        lock (_lock)
        {
            if (_reaped)
                return;
            _process.TrySignal(SigKill);
            _process.SignalGroup(SigKill);
        }
    }

    public string? LimitReached()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var reached = HoldsAllDescriptors() ? "descriptors" : HoldsAllProcesses() ? "processes" : HoldsAllMemory() ? "memory" : null;
        // After reaping, the pid may belong to another process.
        lock (_lock)
            return _reaped ? null : reached;
    }

    public NetworkListener[] TakeListeners()
    {
        lock (_lock)
            return _reaped ? [] : _network?.Take() ?? [];
    }

    public string? LimitHit() => OperatingSystem.IsLinux() ? _group?.LimitHit() : null;

    private bool HoldsAllDescriptors() => _limits.Descriptors > 0 && ProcessCounts.Descriptors(Id) >= _limits.Descriptors;

    private bool HoldsAllProcesses() => _group is { CountsProcesses: true } ? _group.HasRefusedProcesses()
        : _limits.Processes > 0 && ProcessCounts.Threads(Id) >= NearlyAll(_limits.Processes);

    // A group counts a kill of one of its processes: the rest of such a job is useless. Without a group: the collector stays below three quarters of the limit.
    private bool HoldsAllMemory() => _group is { CountsMemory: true } ? _group.LimitHit() == "memory" : _limits.Memory > 0 && ProcessCounts.Data(Id) >= NearlyAll(_limits.Memory);

    public void OnReady(Readiness readiness)
    {
        ProcessEnd end;
        ProcessUsage usage = default;
        var endedAt = DateTimeOffset.UtcNow;
        lock (_lock)
        {
            if (_reaped)
                return;
            if (_process.HasExited())
                _process.SignalGroup(SigKill);
            // If other code has reaped the process, only the fact that it is gone is known.
            if (OperatingSystem.IsLinux())
                _ = _process.TryReap(out end, out usage);
            else
                _ = _process.TryReap(out end);
            foreach (var listener in TakeListeners())
                listener.Socket.Dispose();
            _reaped = true;
            _registration?.Dispose();
        }
        _process.Dispose();
        _output.Drain();
        _error.Drain();
        var limit = end is { ExitCode: 0 } ? null : LimitHit(end.Signal, usage);
        var exit = new ChildExit(end.ExitCode, end.Signal, end.CoreDumped, _error.LastLines, StartedAt, endedAt, limit);
        if (_group is null)
            _exited.SetResult(exit);
        else
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Child.EndGroup(state.Exit), (Child: this, Exit: exit), preferLocal: false);
    }

    // Not on the reactor's thread, because it reads files.
    private void EndGroup(ChildExit exit)
    {
        _exited.SetResult(exit.ExitCode == 0 || exit.LimitHit is not null ? exit : exit with { LimitHit = _group!.LimitHit() });
        _group!.Dispose();
    }

    // The kernel does not count refusals at these limits; a child that was just refused may hold slightly less than the limit.
    private static long NearlyAll(long limit) => limit - (limit / 16);

    private void Count(int bytes)
    {
        _outputBytes += bytes;
        if (_outputBytes > _limits.Output)
            Kill();
    }

    // The first process of a pid namespace does not get the signals of soft limits, only SIGKILL.
    private string? LimitHit(int? signal, in ProcessUsage usage) =>
        _limits.Output > 0 && _outputBytes > _limits.Output ? "output"
        : signal == ProcessorTimeSignal && OperatingSystem.IsLinux() ? "processor-time"
        : signal == FileSizeSignal && OperatingSystem.IsLinux() ? "file-size"
        : signal == SigKill && _limits.ProcessorTime > 0 && (usage.UserTime + usage.SystemTime).TotalSeconds >= _limits.ProcessorTime ? "processor-time"
        : null;
}
