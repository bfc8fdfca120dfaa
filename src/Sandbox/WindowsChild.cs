using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>A child on Windows: its exit comes from the thread pool's wait, its lines from two asynchronous readers. Not run.</summary>
internal sealed class WindowsChild : IChildProcessHandle
{
    private readonly WindowsProcess _process;
    private readonly ChildLaunch _launch;
    private readonly Queue<string> _lastErrors = new();
    private readonly TaskCompletionSource<ChildExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal WindowsChild(WindowsProcess process, ChildLaunch launch, DateTimeOffset startedAt)
    {
        _process = process;
        _launch = launch;
        StartedAt = startedAt;
        _ = WatchAsync();
    }

    public int Id => _process.Id;

    public DateTimeOffset StartedAt { get; }

    public Task<ChildExit> Exited => _exited.Task;

    // The job object ends processes that exceed its limits.
    public string? LimitHit() => null;

    public string? LimitReached() => null;

    public void Kill()
    {
        if (!_exited.Task.IsCompleted)
            _process.Kill();
    }

    private async Task WatchAsync()
    {
        var readers = Task.WhenAll(
            ReadLinesAsync(_process.Output, isError: false),
            ReadLinesAsync(_process.Error, isError: true));
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var handle = new ManualResetEvent(false) { SafeWaitHandle = _process.Process };
        var wait = ThreadPool.RegisterWaitForSingleObject(handle, (_, _) => signalled.SetResult(), null, -1, executeOnlyOnce: true);
        await signalled.Task.ConfigureAwait(false);
        wait.Unregister(null);
        var ended = DateTimeOffset.UtcNow;
        var code = _process.ExitCode();
        // Processes still in the job would keep the pipes open.
        _process.Kill();
        await readers.ConfigureAwait(false);
        _process.Dispose();
        _exited.SetResult(new ChildExit(code, null, false, [.. _lastErrors], StartedAt, ended));
    }

    private async Task ReadLinesAsync(Microsoft.Win32.SafeHandles.SafeFileHandle handle, bool isError)
    {
        using var reader = new StreamReader(new FileStream(handle, FileAccess.Read, bufferSize: 0, isAsync: false), Encoding.UTF8);
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Length > _launch.MaxLogLineBytes)
                    line = line[.._launch.MaxLogLineBytes] + " …";
                if (isError)
                {
                    if (_lastErrors.Count == _launch.RetainedStderrLines)
                        _lastErrors.TryDequeue(out _);
                    _lastErrors.Enqueue(line);
                }
                _launch.Log?.OnLine(new ChildLogLine(isError, line));
            }
        }
        catch (IOException e)
        {
            // The pipe's other end was closed with the process; lines read before were reported.
            _launch.Log?.OnLine(new ChildLogLine(isError, e.Message));
        }
    }
}
