namespace ActorBrowser.Interop;

/// <summary>What is made at one place of a <see cref="World"/>.</summary>
internal enum WorldPlace
{
    /// <summary>What is at the same path outside, with everything below it; nothing there can be changed.</summary>
    ReadOnly,

    /// <summary>The same, and it can be changed by whoever may.</summary>
    Writable,

    /// <summary>The same, for a device.</summary>
    Device,

    /// <summary>A symbolic link to <see cref="WorldEntry.Target"/>.</summary>
    Link,

    /// <summary>An empty folder that cannot be changed.</summary>
    Empty,

    /// <summary>A file of a private folder, with <see cref="WorldEntry.Target"/> as its content.</summary>
    Text,

    /// <summary>A folder in memory that holds <see cref="World.PrivateBytes"/> at most, and is gone with the world.</summary>
    Private,

    /// <summary>What is there anyhow, and cannot be changed.</summary>
    Protected,

    /// <summary>The processes of this world: a /proc of its own.</summary>
    Processes,

    /// <summary>Terminals of this world's own: a devpts.</summary>
    Terminals,
}

/// <summary>One place in a world.</summary>
/// <param name="Place">What is there.</param>
/// <param name="Path">Where: absolute, without a link in it, and not "/".</param>
/// <param name="IsFolder">Whether it is a folder, where it is what is outside.</param>
/// <param name="Target">Where a link leads, or what a text says; empty otherwise.</param>
internal readonly record struct WorldEntry(WorldPlace Place, string Path, bool IsFolder, string Target = "");

/// <summary>What may be done below a place of a world that Landlock cannot be told of before the world is made.</summary>
/// <param name="Path">The place.</param>
/// <param name="Accesses">LANDLOCK_ACCESS_FS_… bits that the ruleset handles.</param>
internal readonly record struct WorldRule(string Path, ulong Accesses);

/// <summary>
/// A file system of a process's own, made between clone and exec: what is not named here is not there. Needs namespaces for mounts
/// and processes, and Linux 5.12.
/// </summary>
internal sealed record World
{
    /// <summary>What is there, folders before what is in them.</summary>
    public required IReadOnlyList<WorldEntry> Entries { get; init; }

    /// <summary>Whether everything outside is there, to be read, where no entry says otherwise.</summary>
    public bool ShowsAll { get; init; }

    /// <summary>The most that each private folder holds; 0 for half of the machine's memory.</summary>
    public long PrivateBytes { get; init; }

    /// <summary>Added to the process's Landlock domain.</summary>
    public IReadOnlyList<WorldRule> Rules { get; init; } = [];

    /// <summary>The one folder, of the entries, that is reached without following a link; null for none.</summary>
    public string? Workspace { get; init; }

    /// <summary>Paths below the workspace that are pinned: they cannot be renamed or removed. True for those that cannot be changed either.</summary>
    public IReadOnlyList<(string Path, bool ReadOnly)> Pinned { get; init; } = [];

    /// <summary>Where the process starts.</summary>
    public string Folder { get; init; } = "/";
}
