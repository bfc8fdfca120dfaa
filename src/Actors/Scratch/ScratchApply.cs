using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>Makes the changes of a scratch in its workspace: each file whole or not at all, and nothing outside whatever others do to the workspace meanwhile.</summary>
internal static class ScratchApply
{
    private const int OwnerMayAll = 0x1c0;

    /// <summary>Applies changes without obstacles, in their order.</summary>
    /// <exception cref="IOException">A change failed; those before it were made.</exception>
    internal static void Run(FolderTree upper, FolderTree lower, IReadOnlyList<ScratchChange> changes)
    {
        foreach (var change in changes)
        {
            switch (change)
            {
                case { Kind: ScratchChangeKind.Deleted }:
                    lower.Remove(change.Path, change.FileKind == ScratchFileKind.Folder);
                    break;
                case { FileKind: ScratchFileKind.Folder }:
                    if (change.Kind == ScratchChangeKind.Added)
                        lower.MakeFolder(change.Path);
                    break;
                case { Kind: ScratchChangeKind.ModeChanged }:
                    lower.SetMode(change.Path, change.Mode);
                    break;
                default:
                    Replace(upper, lower, change);
                    break;
            }
        }
        // Last, deepest first: a folder that its owner may not write to could not be filled.
        foreach (var folder in changes.Where(static change => change is { FileKind: ScratchFileKind.Folder, Kind: not ScratchChangeKind.Deleted }).Reverse())
            lower.SetMode(folder.Path, folder.Mode);
    }

    private static void Replace(FolderTree upper, FolderTree lower, ScratchChange change)
    {
        var slash = change.Path.LastIndexOf('/');
        var temporary = $"{change.Path[..(slash + 1)]}.actorbrowser-{Guid.NewGuid():n}";
        try
        {
            if (change.FileKind == ScratchFileKind.Link)
                lower.MakeLink(temporary, upper.TargetOf(change.Path) is { } target && !ScratchChanges.LeadsOut(change.Path, target) ? target : throw new IOException($"{change.Path} is another file by now."));
            else
                Copy(upper, lower, change, temporary);
            lower.Rename(temporary, change.Path[(slash + 1)..]);
        }
        catch
        {
            if (lower.Look(temporary) is not null)
                lower.Remove(temporary, isFolder: false);
            throw;
        }
    }

    private static void Copy(FolderTree upper, FolderTree lower, ScratchChange change, string temporary)
    {
        using (var from = upper.OpenFile(change.Path) ?? throw ScratchUnreadable.Of(change.Path))
        using (var to = lower.CreateFile(temporary))
            from.CopyTo(to);
        lower.SetMode(temporary, change.Mode & (OwnerMayAll | 0x3f));
    }
}
