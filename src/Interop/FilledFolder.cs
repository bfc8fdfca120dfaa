namespace ActorBrowser.Interop;

/// <summary>Removes folders that commands could fill: a command may have taken away the rights that a removal needs.</summary>
internal static class FilledFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Removes a folder with all that is in it; what a link leads to stays as it is.</summary>
    /// <param name="folder">Its path; nothing is done if it does not exist.</param>
    /// <exception cref="IOException">Some of it is left, because a process uses it, for example.</exception>
    /// <exception cref="UnauthorizedAccessException">Some of it is left.</exception>
    internal static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        // Windows says of a folder with the read-only attribute that its removal failed, not that it is forbidden.
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && OperatingSystem.IsWindows()))
        {
            if (OperatingSystem.IsWindows())
                ClearReadOnly(new DirectoryInfo(folder));
            else
                Open(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Open(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(folder, Owner);
        foreach (var below in new DirectoryInfo(folder).EnumerateDirectories())
        {
            // What a link leads to is not ours.
            if (below.LinkTarget is null)
                Open(below.FullName);
        }
    }

    // Of a link, the attribute is its own; what it leads to is not ours.
    private static void ClearReadOnly(FileSystemInfo entry)
    {
        if (entry.Attributes.HasFlag(FileAttributes.ReadOnly))
            entry.Attributes &= ~FileAttributes.ReadOnly;
        if (entry is not DirectoryInfo folder || entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            return;
        foreach (var below in folder.EnumerateFileSystemInfos("*", All))
            ClearReadOnly(below);
    }
}
