using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.TestKit;

/// <summary>
/// Starts no process: a <see cref="ChildScript"/> and the test act as each child of the browser, over a channel in memory. Everything else
/// is real: handshake, supervision, restarts, the order of events.
/// </summary>
public sealed class ScriptedChildren : IChildLauncher
{
    private readonly Func<string, ChildScript> _scriptOf;
    private readonly List<ScriptedChild> _children = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Creates children that all follow one script.</summary>
    /// <param name="script">The script.</param>
    public ScriptedChildren(ChildScript script) : this(_ => script) => ArgumentNullException.ThrowIfNull(script);

    /// <summary>Creates children with a script for each start.</summary>
    /// <param name="scriptOf">Returns the script for a role; called once for each start, so that a restarted child may behave differently.</param>
    public ScriptedChildren(Func<string, ChildScript> scriptOf)
    {
        ArgumentNullException.ThrowIfNull(scriptOf);
        _scriptOf = scriptOf;
    }

    /// <summary>The children started so far, in order, including those that have ended.</summary>
    public IReadOnlyList<ScriptedChild> All
    {
        get
        {
            lock (_lock)
                return [.. _children];
        }
    }

    /// <summary>Options for a browser that uses these children.</summary>
    public ActorBrowserOptions Options => new() { Launcher = this };

    /// <summary>Waits until a child was started, and returns it.</summary>
    /// <param name="number">The child's number in the order of starts; the first is 1.</param>
    /// <param name="cancellation">Ends the wait.</param>
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
        var script = _scriptOf(role) ?? throw new LaunchException(LaunchErrorKind.NotFound, $"The test has no script for the role '{role}'; return one from scriptOf.");
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
