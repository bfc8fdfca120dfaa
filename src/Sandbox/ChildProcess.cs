namespace ActorBrowser.Sandbox;

/// <summary>
/// A launched child. Disposing it, or dropping the last reference, kills the process and reaps it, so that neither a process nor a
/// zombie is left.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly IRunningChild _child;

    internal ChildProcess(string role, IRunningChild child)
    {
        Role = role;
        _child = child;
    }

    /// <summary>Kills a child that was dropped without <see cref="Dispose"/>.</summary>
    ~ChildProcess() => _child.Kill();

    /// <summary>The role it was launched with.</summary>
    public string Role { get; }

    /// <summary>The pid.</summary>
    public int Id => _child.Id;

    /// <summary>Completes when the limits that are set from outside are in force; the child is starting meanwhile.</summary>
    internal Task Limited { get; init; } = Task.CompletedTask;

    /// <summary>When it was spawned.</summary>
    public DateTimeOffset StartedAt => _child.StartedAt;

    /// <summary>Whether it was not yet reaped.</summary>
    public bool IsAlive => !_child.Exited.IsCompleted;

    /// <summary>Completes once, after the process was reaped and its output read. Never fails and is never cancelled.</summary>
    public Task<ChildExit> Exited => _child.Exited;

    /// <summary>
    /// The limit reached that the kernel reports only as a failed call: descriptors, processes, memory; null if none. A child at a
    /// limit keeps trying, so checking now and then is enough. Takes a few microseconds; Linux.
    /// </summary>
    public string? LimitReached() => _child.LimitReached();

    /// <summary>The limit of its control group at which the kernel killed or refused one of its processes; null for none. Reads a file.</summary>
    public string? LimitHit() => _child.LimitHit();

    /// <summary>
    /// Sends SIGKILL to the process and its session's process group. Valid in every state, from any thread, and repeatedly; does
    /// nothing once the process was reaped, so that a reused pid is never hit. <see cref="Exited"/> reports when it is gone.
    /// </summary>
    public void Kill() => _child.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        _child.Kill();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The part of a child that the reactor references. It does not reference the child's handle, so a dropped handle is noticed.</summary>
internal interface IRunningChild
{
    int Id { get; }

    DateTimeOffset StartedAt { get; }

    Task<ChildExit> Exited { get; }

    string? LimitReached();

    string? LimitHit();

    void Kill();
}
