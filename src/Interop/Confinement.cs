namespace ActorBrowser.Interop;

/// <summary>Kinds of namespaces, as clone's flags. See namespaces(7).</summary>
[Flags]
internal enum Namespaces
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Separate mounts; with <see cref="Processes"/>, also a separate /proc.</summary>
    Mounts = 0x20000,

    /// <summary>A separate cgroup root.</summary>
    ControlGroups = 0x2000000,

    /// <summary>A separate host name.</summary>
    HostName = 0x4000000,

    /// <summary>Separate System V and POSIX message queues.</summary>
    Messages = 0x8000000,

    /// <summary>Separate users: an unprivileged process needs this to create the other namespaces.</summary>
    Users = 0x10000000,

    /// <summary>Separate processes: the new process is process 1 and sees only its descendants.</summary>
    Processes = 0x20000000,

    /// <summary>A separate, empty network.</summary>
    Network = 0x40000000,
}

/// <summary>The confinement of a process, applied between its creation and the program's start. The caller keeps ownership of descriptors.</summary>
internal sealed record Confinement
{
    /// <summary>The namespaces to create for it.</summary>
    public Namespaces Namespaces { get; init; }

    /// <summary>Its file system; null for the caller's, with a separate /proc if it gets namespaces for processes and mounts.</summary>
    public World? World { get; init; }

    /// <summary>How its own network is set up; null to leave that as empty as it is made. With <see cref="Namespaces.Network"/> and <see cref="World"/> only; gets the listening sockets.</summary>
    public WorldNetwork? Network { get; init; }

    /// <summary>The Landlock domain it enters; null for none.</summary>
    public Landlock? Landlock { get; init; }

    /// <summary>Whether it loses every capability, including those that programs could gain.</summary>
    public bool DropCapabilities { get; init; }

    /// <summary>Limits. Soft and hard limit are the same, except for processor time, whose signal comes first.</summary>
    public IReadOnlyList<(ProcessLimit Limit, ulong Soft, ulong Hard)> Limits { get; init; } = [];

    /// <summary>The system call filter in force from the program's first instruction; null for none. It must allow <c>execve</c> from <see cref="ConfinedSpawner.CallAddress"/>, and <c>exit_group</c>.</summary>
    public IReadOnlyList<FilterInstruction>? StartFilter { get; init; }

    /// <summary>The signal it gets when the thread that spawned it ends.</summary>
    public int ParentDeathSignal { get; init; } = 9;
}
