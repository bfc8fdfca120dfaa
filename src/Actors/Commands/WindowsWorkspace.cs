using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>
/// The folders of Windows that no session of an agent gets: there is no layer there that keeps its commands from anything, but a session is
/// told to write and to delete in its folder. Compared by what the paths lead to, wherever short names, letters of drives and capitals lead.
/// </summary>
internal static class WindowsWorkspace
{
    private static readonly Environment.SpecialFolder[] SystemFolders =
    [
        Environment.SpecialFolder.Windows, Environment.SpecialFolder.ProgramFiles, Environment.SpecialFolder.ProgramFilesX86, Environment.SpecialFolder.CommonApplicationData,
    ];

    private static readonly Environment.SpecialFolder[] HiddenFolders = [Environment.SpecialFolder.ApplicationData, Environment.SpecialFolder.LocalApplicationData];

    /// <summary>Checks a folder.</summary>
    /// <param name="folder">A full path of an existing folder.</param>
    /// <returns>Why it is never a workspace, as a phrase; null if it may be one.</returns>
    internal static string? Refusal(string folder)
    {
        if (WindowsPath.Problem(folder) is { } problem)
            return $"it {problem}";
        if (HasLink(folder))
            return "its path contains a link";
        if (WindowsPath.RealPath(folder) is not { } real)
            return "Windows does not say where it leads";
        if (Path.GetPathRoot(real) is { } root && root.TrimEnd('\\').Length >= real.TrimEnd('\\').Length)
            return "it is a whole drive";
        foreach (var system in Known(SystemFolders))
        {
            if (WindowsPath.IsIn(folder, system))
                return "it is a system folder, or below one";
            if (WindowsPath.IsIn(system, folder))
                return "it contains a system folder";
        }
        var temporary = Path.GetTempPath();
        if (Known([Environment.SpecialFolder.UserProfile]).Any(home => WindowsPath.IsIn(home, folder)))
            return "it is or contains a whole home folder";
        if (WindowsPath.IsIn(temporary, folder))
            return "it is or contains the folder of temporary files";
        // The folder of temporary files is one of them.
        return !WindowsPath.IsIn(folder, temporary) && (Known(HiddenFolders).Any(hidden => WindowsPath.IsIn(folder, hidden) || WindowsPath.IsIn(hidden, folder)) || IsHiddenInHome(real))
            ? "it is one of the home's hidden folders" : null;
    }

    private static IEnumerable<string> Known(IEnumerable<Environment.SpecialFolder> folders) => folders.Select(Environment.GetFolderPath).Where(static path => path.Length > 0);

    private static bool IsHiddenInHome(string real) => Known([Environment.SpecialFolder.UserProfile])
        .Any(home => WindowsPath.IsIn(real, home) && Path.GetRelativePath(WindowsPath.RealPath(home)!, real).StartsWith('.'));

    private static bool HasLink(string folder)
    {
        for (var part = new DirectoryInfo(folder); part is not null; part = part.Parent)
        {
            if (part.Parent is not null && part.Attributes.HasFlag(FileAttributes.ReparsePoint))
                return true;
        }
        return false;
    }
}
