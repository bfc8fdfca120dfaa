using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A child on Windows. No thread waits for it: one waiter of the runtime waits for all exits, and its output is read with overlapped
/// calls. Run under Wine 8; never on Windows.
/// </summary>
internal sealed class WindowsChild : IChildProcessHandle
{
    private const int BytesPerTurn = 16 << 10;
    private const uint Killed = 137;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly WindowsProcess _process;
    private readonly WindowsJob _job;
    private readonly SandboxLimits _limits;
    private readonly LogLines _output;
    private readonly LogLines _error;
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private long _outputBytes;
    private bool _reaped;

    private WindowsChild(WindowsProcess process, WindowsJob job, ChildLaunch launch, DateTimeOffset startedAt)
    {
        _process = process;
        _job = job;
        _limits = launch.Plan?.Policy.Limits ?? new SandboxLimits();
        _output = new LogLines(isError: false, 0, launch.MaxLogLineBytes, launch.Log);
        _error = new LogLines(isError: true, launch.RetainedStderrLines, launch.MaxLogLineBytes, launch.Log);
        StartedAt = startedAt;
    }

    public int Id => _process.Id;

    public DateTimeOffset StartedAt { get; }

    public Task<ChildExit> Exited => _exited.Task;

    /// <summary>Watches a process that was just started.</summary>
    /// <param name="process">The process; owned by the child from now on.</param>
    /// <param name="job">Its job; also owned.</param>
    /// <param name="launch">Its launch.</param>
    /// <param name="startedAt">When it was started.</param>
    /// <param name="output">The reading end of its output; also owned.</param>
    /// <param name="error">That of its errors; also owned.</param>
    internal static WindowsChild Watch(WindowsProcess process, WindowsJob job, ChildLaunch launch, DateTimeOffset startedAt, Stream output, Stream error)
    {
        var child = new WindowsChild(process, job, launch, startedAt);
        _ = child.WatchAsync(output, error);
        return child;
    }

    public void Kill()
    {
        lock (_lock)
        {
            if (!_reaped)
                _job.Terminate(Killed);
        }
    }

    private async Task WatchAsync(Stream output, Stream error)
    {
        using var drained = new CancellationTokenSource();
        var readers = Task.WhenAll(ReadAsync(output, _output, drained.Token), ReadAsync(error, _error, drained.Token));
        await WindowsWait.ForAsync(_process.Handle).ConfigureAwait(false);
        var endedAt = DateTimeOffset.UtcNow;
        var code = _process.ExitCode();
        // Processes still in the job would keep the pipes open.
        _job.Terminate(Killed);
        drained.CancelAfter(DrainTime);
        await readers.ConfigureAwait(false);
        var used = _job.Usage();
        lock (_lock)
        {
            _reaped = true;
            _process.Dispose();
            _job.Dispose();
        }
        _exited.SetResult(new ChildExit(code, null, false, _error.Last, StartedAt, endedAt, LimitHit(code, used)));
    }

    // A job's limit of processor time counts user mode alone.
    private string? LimitHit(int code, in WindowsJobUsage used) => code == 0 ? null
        : _limits.Output > 0 && Volatile.Read(ref _outputBytes) > _limits.Output ? "output"
        : _limits.ProcessorTime > 0 && used.UserTime.TotalSeconds >= _limits.ProcessorTime ? "processor-time"
        : null;

    private async Task ReadAsync(Stream stream, LogLines lines, CancellationToken cancellation)
    {
        var buffer = new byte[BytesPerTurn];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                lines.Add(buffer.AsSpan(0, read));
                if (_limits.Output > 0 && Interlocked.Add(ref _outputBytes, read) > _limits.Output)
                    Kill();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The pipe ended with its writer, or something outside the job holds it open: what was read before counts.
        }
        lines.End();
        await stream.DisposeAsync().ConfigureAwait(false);
    }
}
