namespace ActorBrowser.Interop;

/// <summary>The kinds of entry in a <see cref="World"/>.</summary>
internal enum WorldPlace
{
    /// <summary>The file or folder at the same path outside, with everything below it, read-only.</summary>
    ReadOnly,

    /// <summary>The same, writable for users with the right to write.</summary>
    Writable,

    /// <summary>The folder at the same path outside, as an overlay: what is changed goes to the folders "upper" and "work" of <see cref="WorldEntry.Target"/>.</summary>
    Scratch,

    /// <summary>The same, for a device.</summary>
    Device,

    /// <summary>A symbolic link to <see cref="WorldEntry.Target"/>.</summary>
    Link,

    /// <summary>An empty, read-only folder.</summary>
    Empty,

    /// <summary>A file in a private folder, with <see cref="WorldEntry.Target"/> as its content.</summary>
    Text,

    /// <summary>A read-only file anywhere, with <see cref="WorldEntry.Target"/> as its content.</summary>
    Fact,

    /// <summary>A folder in memory that holds at most <see cref="World.PrivateBytes"/> and disappears with the world.</summary>
    Private,

    /// <summary>A path that is visible anyway, made read-only.</summary>
    Protected,

    /// <summary>A file that is visible anyway, replaced with /dev/null.</summary>
    Masked,

    /// <summary>The processes of this world: a separate /proc.</summary>
    Processes,

    /// <summary>Terminals of this world only: a separate devpts.</summary>
    Terminals,
}

/// <summary>One entry of a world.</summary>
/// <param name="Place">The kind of entry.</param>
/// <param name="Path">An absolute path without links, other than "/".</param>
/// <param name="IsFolder">Whether it is a folder, for an entry that shows a path from outside.</param>
/// <param name="Target">The target of a link, or the content of a text or a fact; empty otherwise.</param>
internal readonly record struct WorldEntry(WorldPlace Place, string Path, bool IsFolder, string Target = "");

/// <summary>A Landlock rule for a path that exists only once the world is made.</summary>
/// <param name="Path">The path in the world.</param>
/// <param name="Accesses">LANDLOCK_ACCESS_FS_… bits that the ruleset handles.</param>
internal readonly record struct WorldRule(string Path, ulong Accesses);

/// <summary>
/// A separate file system for a process, made between clone and exec: paths that have no entry do not exist in it. Needs namespaces
/// for mounts and processes, and Linux 5.12.
/// </summary>
internal sealed record World
{
    /// <summary>The entries; a folder comes before its content.</summary>
    public required IReadOnlyList<WorldEntry> Entries { get; init; }

    /// <summary>Whether everything outside is visible read-only, except where an entry says otherwise.</summary>
    public bool ShowsAll { get; init; }

    /// <summary>The most bytes in each private folder; 0 for half of the machine's memory.</summary>
    public long PrivateBytes { get; init; }

    /// <summary>Rules to add to the process's Landlock domain.</summary>
    public IReadOnlyList<WorldRule> Rules { get; init; } = [];

    /// <summary>The path of the entry that must be opened without following a link; null for none.</summary>
    public string? Workspace { get; init; }

    /// <summary>Paths below the workspace that cannot be renamed or removed; ReadOnly for those that cannot be changed either.</summary>
    public IReadOnlyList<(string Path, bool ReadOnly)> Pinned { get; init; } = [];

    /// <summary>The folder in which the process starts.</summary>
    public string Folder { get; init; } = "/";
}
