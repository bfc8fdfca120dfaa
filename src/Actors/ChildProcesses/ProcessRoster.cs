using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>
/// Tracks every process of one browser from its launch to its exit, even after its actor has stopped: the browser's shutdown waits
/// here until none is left. Thread-safe.
/// </summary>
/// <param name="launcher">Starts the processes.</param>
internal sealed class ProcessRoster(IChildLauncher launcher) : IChildLauncher
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IChildProcessHandle, string> _running = [];
    private readonly HashSet<Task> _cleanups = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _launching;
    private bool _closed;

    /// <summary>Whether the launcher starts real processes.</summary>
    internal bool StartsProcesses => launcher is ProcessChildLauncher or InProcessLauncher { Others: ProcessChildLauncher };

    /// <summary>Wraps a launcher in a roster, unless it is one already.</summary>
    internal static ProcessRoster Of(IChildLauncher launcher) => launcher as ProcessRoster ?? new ProcessRoster(launcher);

    /// <inheritdoc/>
    public async Task<LaunchedChild> LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_closed)
                throw new LaunchException(LaunchErrorKind.Other, BrowserStoppedException.Sentence);
            _launching++;
        }
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
            var child = await launcher.LaunchAsync(role, policy, settings, log, either.Token).ConfigureAwait(false);
            Add(child.Process, role);
            return child;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new LaunchException(LaunchErrorKind.Other, BrowserStoppedException.Sentence);
        }
        finally
        {
            lock (_lock)
            {
                _launching--;
                TellIfEmpty();
            }
        }
    }

    /// <summary>Tracks work that ends processes which are not this browser's children, such as a lost runner's commands.</summary>
    /// <param name="cleanup">Completes when they are gone.</param>
    internal void Track(Task cleanup)
    {
        lock (_lock)
            _cleanups.Add(cleanup);
        _ = cleanup.ContinueWith(
            done =>
            {
                lock (_lock)
                {
                    _cleanups.Remove(done);
                    TellIfEmpty();
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Starts no more processes and kills the running ones; completes when every process is gone.</summary>
    /// <returns>The role and pid of each killed process.</returns>
    internal async Task<IReadOnlyList<string>> EndAsync(CancellationToken patience)
    {
        (IChildProcessHandle Process, string Role)[] left;
        lock (_lock)
        {
            _closed = true;
            left = [.. _running.Select(static pair => (pair.Key, pair.Value))];
            TellIfEmpty();
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var (process, _) in left)
            process.Kill();
        await _empty.Task.WaitAsync(patience).ConfigureAwait(false);
        return [.. left.Select(static child => $"{child.Role} {child.Process.Id}")];
    }

    private void Add(IChildProcessHandle process, string role)
    {
        bool late;
        lock (_lock)
        {
            _running.Add(process, role);
            late = _closed;
        }
        if (late)
            process.Kill();
        _ = process.Exited.ContinueWith(
            _ =>
            {
                lock (_lock)
                {
                    _running.Remove(process);
                    TellIfEmpty();
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private void TellIfEmpty()
    {
        if (_closed && _launching == 0 && _running.Count == 0 && _cleanups.Count == 0)
            _empty.TrySetResult();
    }
}
