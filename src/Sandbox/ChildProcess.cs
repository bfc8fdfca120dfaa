namespace ActorBrowser.Sandbox;

/// <summary>
/// A launched child. Dropping it, by <see cref="Dispose"/> or by losing the last reference, kills the process and takes
/// its exit: neither a process nor a zombie is left.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly IRunningChild _child;

    internal ChildProcess(string role, IRunningChild child)
    {
        Role = role;
        _child = child;
    }

    /// <summary>Kills what was dropped without <see cref="Dispose"/>.</summary>
    ~ChildProcess() => _child.Kill();

    /// <summary>The role it was launched as.</summary>
    public string Role { get; }

    /// <summary>The pid.</summary>
    public int Id => _child.Id;

    /// <summary>Completes when the limits that are set from outside are in force; the child is starting meanwhile.</summary>
    internal Task Limited { get; init; } = Task.CompletedTask;

    /// <summary>When it was spawned.</summary>
    public DateTimeOffset StartedAt => _child.StartedAt;

    /// <summary>Whether it has not been reaped yet.</summary>
    public bool IsAlive => !_child.Exited.IsCompleted;

    /// <summary>Completes once, after the process has been reaped and its output read. Never faults, never cancelled.</summary>
    public Task<ChildExit> Exited => _child.Exited;

    /// <summary>
    /// Which of the limits that the kernel enforces by refusing alone it has reached: descriptors, processes, memory; null
    /// for none. One that floods goes on asking, so the question can be put now and then. Some microseconds; Linux.
    /// </summary>
    public string? LimitReached() => _child.LimitReached();

    /// <summary>Which limit of its control group the kernel has killed one of its processes at, or refused one; null for none. A file is read.</summary>
    public string? LimitHit() => _child.LimitHit();

    /// <summary>
    /// SIGKILL to the process and its whole session's group. Legal in every state, from any thread, any number of times;
    /// does nothing once the process has been reaped, so that a reused pid is never hit. <see cref="Exited"/> tells when it is gone.
    /// </summary>
    public void Kill() => _child.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        _child.Kill();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The part of a child that the reactor holds on to; it does not know its handle, so a dropped handle is noticed.</summary>
internal interface IRunningChild
{
    int Id { get; }

    DateTimeOffset StartedAt { get; }

    Task<ChildExit> Exited { get; }

    string? LimitReached();

    string? LimitHit();

    void Kill();
}
