using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// A launched child. Disposing it, or dropping the last reference, kills the process and reaps it, so that neither a process nor a
/// zombie is left.
/// </summary>
/// <param name="role">The role it was launched as.</param>
/// <param name="child">The part of the child that the reactor holds on to. It does not know this object, so the garbage collector finds a dropped one.</param>
internal sealed class ChildProcess(string role, IChildProcessHandle child) : IChildProcessHandle, IDisposable
{
    /// <summary>Kills what was dropped without <see cref="Dispose"/>.</summary>
    ~ChildProcess() => child.Kill();

    /// <summary>The role it was launched as.</summary>
    public string Role => role;

    /// <inheritdoc/>
    public int Id => child.Id;

    /// <summary>Completes when the limits that are set from outside are in force; the child is starting meanwhile.</summary>
    internal Task Limited { get; init; } = Task.CompletedTask;

    /// <summary>Whether it has not been reaped yet.</summary>
    public bool IsAlive => !child.Exited.IsCompleted;

    /// <inheritdoc/>
    public Task<ChildExit> Exited => child.Exited;

    /// <inheritdoc/>
    public IReadOnlyList<MissingLayer> Missing { get; init; } = [];

    /// <inheritdoc/>
    public string? LimitReached() => child.LimitReached();

    /// <inheritdoc/>
    public string? LimitHit() => child.LimitHit();

    /// <inheritdoc/>
    public NetworkListener[] TakeListeners() => child.TakeListeners();

    /// <inheritdoc/>
    public void Kill() => child.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        child.Kill();
        GC.SuppressFinalize(this);
    }
}
