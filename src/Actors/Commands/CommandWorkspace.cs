using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>A command's folder, opened once without following links, so that the folder checked is the folder granted.</summary>
internal static class CommandWorkspace
{
    private static readonly HashSet<string> NoWorkspaces = new(StringComparer.Ordinal) { "/", "/home", "/root", "/var", "/tmp", "/var/tmp", "/dev/shm" };

    // Neither these folders nor anything below them.
    private static readonly string[] SystemFolders =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/cache", "/var/lib", "/var/log", "/var/spool"];

    /// <summary>The folder that a command starts in; null if its name is not valid text, or if it is this process's current folder and was deleted.</summary>
    internal static string? FolderOf(Spawn spawn)
    {
        try
        {
            var folder = spawn.Folder is { } given ? Path.GetFullPath(Encoding.UTF8.GetString(given.Bytes.Span)) : Environment.CurrentDirectory;
            return folder.Contains('\uFFFD', StringComparison.Ordinal) ? null : folder.Length > 1 ? Path.TrimEndingDirectorySeparator(folder) : folder;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Says why a folder is never a workspace, as a sentence; null if it is one, does not exist, or has no name.</summary>
    internal static string? RefusalOf(string? folder)
    {
        if (folder is null)
            return null;
        Open(Path.TrimEndingDirectorySeparator(folder), out var refusal)?.Dispose();
        return refusal is null ? null : $"no command gets {folder} because {refusal}: it does not see that folder's files, and what it writes there is lost.";
    }

    /// <summary>Says why no session of an agent gets a folder, as a phrase; null if it may have it, or there is none.</summary>
    /// <param name="folder">A full path.</param>
    internal static string? RefusalForAgents(string folder)
    {
        if (OperatingSystem.IsWindows())
            return Directory.Exists(folder) ? WindowsWorkspace.Refusal(folder) : null;
        // Its commands would start in an empty folder of that name.
        Open(folder.Length > 1 ? Path.TrimEndingDirectorySeparator(folder) : folder, out var refusal)?.Dispose();
        return refusal;
    }

    /// <summary>Opens the folder.</summary>
    /// <param name="folder">An absolute path.</param>
    /// <param name="refusal">Why the folder is never a workspace, as a phrase; null if it is one or does not exist.</param>
    /// <returns>The folder; null if it is no workspace.</returns>
    internal static SafeDescriptor? Open(string folder, out string? refusal)
    {
        refusal = null;
        // On Windows no layer grants a folder, so no command is given one.
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
            return null;
        refusal = NoWorkspaces.Contains(folder) ? "it is a system folder"
            : Array.Exists(SystemFolders, system => PolicyPaths.IsIn(folder, system)) ? "it is below a system folder"
            : PersonalFolders.Refusal(folder);
        if (refusal is not null)
            return null;
        var open = OperatingSystem.IsLinux() ? PathProbe.OpenFolderWithoutLinks(Encoding.UTF8.GetBytes(folder), out var errno) : PathProbe.OpenFolder(Encoding.UTF8.GetBytes(folder), out errno);
        if (errno == 0 && (OperatingSystem.IsLinux() || new DirectoryInfo(folder).LinkTarget is null))
            return open;
        // By the time the folder is used, a link (made by a command, for example) may lead anywhere.
        refusal = "its path contains a link";
        open.Dispose();
        return null;
    }
}
