using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>A running child process; tests bring their own.</summary>
internal interface IChildProcessHandle
{
    /// <summary>The pid.</summary>
    int Id { get; }

    /// <summary>Completes once, after the process has been reaped and its output read. Never faults, never cancelled.</summary>
    Task<ChildExit> Exited { get; }

    /// <summary>The preferred layers that it was to have, and that the system said it has not when it was started. Windows.</summary>
    IReadOnlyList<MissingLayer> Missing => [];

    /// <summary>
    /// The limit reached that the kernel reports only as a failed call (descriptors, processes, memory); null if none. Asked at each
    /// heartbeat, from any thread; takes some microseconds. Linux.
    /// </summary>
    string? LimitReached() => null;

    /// <summary>The limit of its control group at which the kernel has killed or refused one of its processes; null if none, or without a group. From any thread.</summary>
    string? LimitHit() => null;

    /// <summary>The listening sockets of its own network, which the caller owns from now on; none if it has no such network.</summary>
    NetworkListener[] TakeListeners() => [];

    /// <summary>
    /// SIGKILL to the process and its whole session's group. Legal in every state, from any thread, any number of times; does nothing once
    /// the process has been reaped, so that a reused pid is never hit. <see cref="Exited"/> tells when it is gone.
    /// </summary>
    void Kill();
}
