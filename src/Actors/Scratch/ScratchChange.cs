namespace ActorBrowser;

/// <summary>What a scratch changes at a name.</summary>
public enum ScratchChangeKind
{
    /// <summary>A name that the workspace does not have.</summary>
    Added,

    /// <summary>Another content, kind or link target.</summary>
    Modified,

    /// <summary>The same content with another mode.</summary>
    ModeChanged,

    /// <summary>A name that the workspace has.</summary>
    Deleted,
}

/// <summary>The kind of file at a name.</summary>
public enum ScratchFileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A device, a pipe or a socket.</summary>
    Other,
}

/// <summary>One change of a scratch.</summary>
/// <param name="Path">Relative to the workspace.</param>
/// <param name="Kind">What changes.</param>
/// <param name="FileKind">The kind of file in the scratch; for a deleted name, in the workspace.</param>
/// <param name="Mode">The permission bits in the scratch; 0 for a deleted name.</param>
/// <param name="Size">In bytes, in the scratch; 0 for a deleted name.</param>
/// <param name="Obstacle">Why it is not applied, as a phrase; null if it can be.</param>
public sealed record ScratchChange(string Path, ScratchChangeKind Kind, ScratchFileKind FileKind, int Mode, long Size, string? Obstacle)
{
    /// <summary>The kind of file that the workspace has at the name; null for none.</summary>
    internal ScratchFileKind? Before { get; init; }
}
