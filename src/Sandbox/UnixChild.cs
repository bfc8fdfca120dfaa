using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// Waits, on the reactor, for one process's exit. In this order: the exit is seen without taking it, the rest of the
/// group is killed while its number cannot be anybody else's, the exit is taken, the pipes are drained, the exit is told.
/// </summary>
internal sealed class UnixChild : IRunningChild, IReadinessHandler
{
    private const int SigKill = 9;

    private readonly ProcessDescriptor _process;
    private readonly LogPipe _output;
    private readonly LogPipe _error;
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private IReactorRegistration? _registration;
    private bool _reaped;

    internal UnixChild(int id, ProcessDescriptor process, DateTimeOffset startedAt, LogPipe output, LogPipe error)
    {
        Id = id;
        _process = process;
        StartedAt = startedAt;
        _output = output;
        _error = error;
    }

    public int Id { get; }

    public DateTimeOffset StartedAt { get; }

    public Task<ChildExit> Exited => _exited.Task;

    internal void Start()
    {
        _output.Start();
        _error.Start();
        // The lock makes the registration visible to a callback that comes before Register has returned.
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

    public void OnReady(Readiness readiness)
    {
        ProcessEnd end;
        var endedAt = DateTimeOffset.UtcNow;
        lock (_lock)
        {
            if (_reaped)
                return;
            if (_process.HasExited())
                _process.SignalGroup(SigKill);
            // Where somebody else has taken the exit, all that is known is that the process is gone.
            _ = _process.TryReap(out end);
            _reaped = true;
            _registration?.Dispose();
        }
        _process.Dispose();
        _output.Drain();
        _error.Drain();
        _exited.SetResult(new ChildExit(end.ExitCode, end.Signal, end.CoreDumped, _error.LastLines, StartedAt, endedAt));
    }
}
