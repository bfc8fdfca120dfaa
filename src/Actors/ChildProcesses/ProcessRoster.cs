using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ActorBrowser.Sandbox;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// Tracks every process of one browser from its launch to its exit, even after its actor has stopped: the browser's shutdown waits
/// here until none is left. Thread-safe.
/// </summary>
/// <param name="launcher">Starts the processes.</param>
internal sealed class ProcessRoster(IChildLauncher launcher) : IChildLauncher
{
    private static readonly ConditionalWeakTable<IActorRef, ProcessRoster> OfBrowsers = [];

    private readonly Lock _lock = new();
    private readonly Dictionary<IChildProcessHandle, ProcessRecord> _running = [];
    private readonly ConcurrentDictionary<string, int> _losses = new(StringComparer.Ordinal);
    private readonly HashSet<Task> _cleanups = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastNumber;
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
            return child with { Record = Add(child.Process, role) };
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

    /// <summary>The roster of a browser of this process; null for any other actor.</summary>
    internal static ProcessRoster? OfBrowser(IActorRef browser) => OfBrowsers.TryGetValue(browser, out var roster) ? roster : null;

    /// <summary>Remembers whose roster this is.</summary>
    internal void Serve(IActorRef browser) => OfBrowsers.AddOrUpdate(browser, this);

    /// <summary>How many processes run.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
                return _running.Count;
        }
    }

    /// <summary>The running processes, in the order of their launches.</summary>
    internal ProcessRecord[] Running()
    {
        lock (_lock)
            return [.. _running.Values.OrderBy(static record => record.Number)];
    }

    /// <summary>How many processes of a role have ended although nobody had asked for it.</summary>
    internal int LossesOf(string role) => _losses.GetValueOrDefault(role);

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
            left = [.. _running.Select(static pair => (pair.Key, pair.Value.Role))];
            TellIfEmpty();
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var (process, _) in left)
            process.Kill();
        await _empty.Task.WaitAsync(patience).ConfigureAwait(false);
        return [.. left.Select(static child => $"{child.Role} {child.Process.Id}")];
    }

    private ProcessRecord Add(IChildProcessHandle process, string role)
    {
        bool late;
        ProcessRecord record;
        lock (_lock)
        {
            record = new ProcessRecord(++_lastNumber, role, process.Id, () => _losses.AddOrUpdate(role, 1, static (_, count) => count + 1));
            _running.Add(process, record);
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
        return record;
    }

    private void TellIfEmpty()
    {
        if (_closed && _launching == 0 && _running.Count == 0 && _cleanups.Count == 0)
            _empty.TrySetResult();
    }
}
