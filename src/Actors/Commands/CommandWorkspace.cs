using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>The folder of a command, opened once without following a link: what it is is looked at there, and is what is granted.</summary>
internal static class CommandWorkspace
{
    private static readonly HashSet<string> NoWorkspaces = new(StringComparer.Ordinal)
    {
        "/", "/home", "/root", "/var", "/tmp", "/var/tmp", "/dev/shm", Path.TrimEndingDirectorySeparator(Path.GetTempPath()), Home,
    };

    // Neither these nor what is below them.
    private static readonly string[] SystemFolders =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/var/cache", "/var/lib", "/var/log", "/var/spool"];

    private static string Home => Path.TrimEndingDirectorySeparator(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <summary>Where a command starts; null where that is no text, or this process's own folder, which is gone.</summary>
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

    /// <summary>Opens it.</summary>
    /// <param name="folder">An absolute path.</param>
    /// <param name="refusal">Why it is never a workspace, in a phrase; null where it is one, or is not there.</param>
    /// <returns>The folder; null where it is no workspace.</returns>
    internal static SafeDescriptor? Open(string folder, out string? refusal)
    {
        refusal = null;
        if (!Directory.Exists(folder))
            return null;
        refusal = NoWorkspaces.Contains(folder) ? "it is the system's, or somebody's home as a whole"
            : Array.Exists(SystemFolders, system => PolicyPaths.IsIn(folder, system)) ? "it is below a folder of the system's"
            : folder.StartsWith(Home + "/.", StringComparison.Ordinal) ? "it is one of the home's hidden folders"
            : null;
        if (refusal is not null)
            return null;
        var open = OperatingSystem.IsLinux() ? PathProbe.OpenFolderWithoutLinks(Encoding.UTF8.GetBytes(folder), out var errno) : PathProbe.OpenFolder(Encoding.UTF8.GetBytes(folder), out errno);
        if (errno == 0 && (OperatingSystem.IsLinux() || new DirectoryInfo(folder).LinkTarget is null))
            return open;
        // A link, made by a command, say, may lead anywhere by the time the folder is used.
        refusal = "it cannot be reached without a link";
        open.Dispose();
        return null;
    }
}
