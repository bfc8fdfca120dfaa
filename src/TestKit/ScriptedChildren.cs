using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.TestKit;

/// <summary>
/// Starts no process: each child of the browser is one end of a channel in memory, which a <see cref="ChildScript"/> and the test play. All else
/// is real: handshake, supervision, restarts, the order of events.
/// </summary>
public sealed class ScriptedChildren : IChildLauncher
{
    private readonly Func<string, ChildScript> _scriptOf;
    private readonly List<ScriptedChild> _children = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Children that all follow one script.</summary>
    /// <param name="script">The script.</param>
    public ScriptedChildren(ChildScript script) : this(_ => script) => ArgumentNullException.ThrowIfNull(script);

    /// <summary>Children with a script for each start.</summary>
    /// <param name="scriptOf">Takes the role; called once for each start, so that a restarted child may behave differently.</param>
    public ScriptedChildren(Func<string, ChildScript> scriptOf)
    {
        ArgumentNullException.ThrowIfNull(scriptOf);
        _scriptOf = scriptOf;
    }

    /// <summary>The children that were started, in that order, those that have ended among them.</summary>
    public IReadOnlyList<ScriptedChild> All
    {
        get
        {
            lock (_lock)
                return [.. _children];
        }
    }

    /// <summary>Options for a browser with these children.</summary>
    public ActorBrowserOptions Options => new() { Launcher = this };

    /// <summary>Waits until a child was started.</summary>
    /// <param name="number">The first is 1.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public async Task<ScriptedChild> StartedAsync(int number, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (_children.Count >= number)
                    return _children[number - 1];
                next = _started.Task;
            }
            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    Task<LaunchedChild> IChildLauncher.LaunchAsync(string role, SandboxPolicy policy, ActorBrowserSettings settings, IChildLogSink log, CancellationToken cancellation)
    {
        var script = _scriptOf(role) ?? throw new LaunchException(LaunchErrorKind.NotFound, $"There is no script for the role '{role}'.");
        if (script.LaunchFailure is { } failure)
            return Task.FromException<LaunchedChild>(new LaunchException(LaunchErrorKind.Other, failure));
        var (parent, child) = InMemoryChannel.CreatePair(settings.Channel);
        ScriptedChild started;
        TaskCompletionSource waiting;
        lock (_lock)
        {
            started = new ScriptedChild(role, ScriptedChild.FirstId + _children.Count, script, child);
            _children.Add(started);
            (waiting, _started) = (_started, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        started.Begin();
        waiting.SetResult();
        return Task.FromResult(new LaunchedChild(started, parent));
    }
}
