namespace ActorBrowser.Interop;

/// <summary>Kinds of namespaces, as clone's flags. See namespaces(7).</summary>
[Flags]
internal enum Namespaces
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Mounts of its own; with <see cref="Processes"/>, a /proc of its own.</summary>
    Mounts = 0x20000,

    /// <summary>A cgroup root of its own.</summary>
    ControlGroups = 0x2000000,

    /// <summary>A host name of its own.</summary>
    HostName = 0x4000000,

    /// <summary>System V and POSIX message queues of its own.</summary>
    Messages = 0x8000000,

    /// <summary>Users of its own: what an unprivileged process needs to have the others.</summary>
    Users = 0x10000000,

    /// <summary>It is process 1, and sees none but its descendants.</summary>
    Processes = 0x20000000,

    /// <summary>A network of its own, in which nothing is.</summary>
    Network = 0x40000000,
}

/// <summary>What happens to a process between its creation and the program's start. Descriptors stay the caller's.</summary>
internal sealed record Confinement
{
    /// <summary>The namespaces it gets.</summary>
    public Namespaces Namespaces { get; init; }

    /// <summary>Its own file system; null for the caller's, with a /proc of its own where it has processes and mounts of its own.</summary>
    public World? World { get; init; }

    /// <summary>The Landlock domain it enters; null for none.</summary>
    public Landlock? Landlock { get; init; }

    /// <summary>Whether every capability is taken from it and from the set that programs can gain.</summary>
    public bool DropCapabilities { get; init; }

    /// <summary>Limits: soft and hard are the same, but for processor time, whose signal comes first.</summary>
    public IReadOnlyList<(ProcessLimit Limit, ulong Soft, ulong Hard)> Limits { get; init; } = [];

    /// <summary>The signal it gets when the thread that spawned it ends.</summary>
    public int ParentDeathSignal { get; init; } = 9;
}
