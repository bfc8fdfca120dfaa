using System.Globalization;
using System.Text;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>
/// The folders of this user that no command may have as its workspace: the home, and the folder of temporary files, in which the runtimes of
/// other programs, and of this one, leave their diagnostic pipes. Both are compared as the kernel sees them: HOME and TMPDIR may hold links, "//" or "/./".
/// </summary>
internal static class PersonalFolders
{
    // HOME may be set to anything; the account's own home stays the user's. It does not change while this process runs.
    private static readonly Lazy<string?> Account = new(AccountHome);

    /// <summary>Checks a folder.</summary>
    /// <param name="folder">An absolute path; if it contains a link, it is refused later.</param>
    /// <returns>Why it is never a workspace, as a phrase; null if it may be one.</returns>
    internal static string? Refusal(string folder) => Refusal(folder, Homes(), Path.GetTempPath());

    internal static string? Refusal(string folder, IEnumerable<string> homes, string temporary)
    {
        var identity = IdentityOf(folder);
        bool IsOrHolds(string inner) => PolicyPaths.IsIn(inner, folder) || (identity is not null && identity == IdentityOf(inner));
        foreach (var home in homes.Select(RealPath))
        {
            if (IsOrHolds(home))
                return "it is or contains a whole home folder";
            if (folder.StartsWith(home.TrimEnd('/') + "/.", StringComparison.Ordinal))
                return "it is one of the home's hidden folders";
        }
        return IsOrHolds(RealPath(temporary)) ? "it is or contains the folder of temporary files" : null;
    }

    private static (ulong Device, ulong Inode)? IdentityOf(string folder) => OperatingSystem.IsLinux() ? PathProbe.TryIdentify(Encoding.UTF8.GetBytes(folder)) : null;

    private static IEnumerable<string> Homes()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 0)
            yield return home;
        if (OperatingSystem.IsLinux() && Account.Value is { } account)
            yield return account;
    }

    private static string? AccountHome()
    {
        var user = CurrentProcess.UserId.ToString(CultureInfo.InvariantCulture);
        try
        {
            foreach (var line in File.ReadLines("/etc/passwd"))
            {
                if (line.Split(':') is [_, _, var id, _, _, ['/', _, ..] home, ..] && id == user)
                    return home;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No account is known; HOME remains.
        }
        return null;
    }

    /// <summary>Where a path leads, links followed.</summary>
    internal static string RealPath(string path)
    {
        path = Path.GetFullPath(path);
        if (OperatingSystem.IsLinux())
        {
            using var open = PathProbe.OpenFolder(Encoding.UTF8.GetBytes(path), out var errno);
            if (errno == 0 && PathProbe.PathOf(open.Value) is { } real)
                return real;
        }
        return path.Length > 1 ? Path.TrimEndingDirectorySeparator(path) : path;
    }
}
