using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>A runner's own folder for temporary files: its user's alone, and without anything of other processes.</summary>
internal static class CommandTemporary
{
    /// <summary>Makes one where a profile grants it; null where not.</summary>
    internal static string? Make(SandboxPolicy policy) =>
        policy.Files.Any(static rule => rule.Path == PolicyPaths.Temporary) ? Directory.CreateTempSubdirectory("actorbrowser-commands-").FullName : null;

    /// <summary>Removes it with all that commands have left in it.</summary>
    /// <returns>Null, or why some of it is still there.</returns>
    internal static string? Remove(string? folder)
    {
        try
        {
            if (folder is not null)
                Directory.Delete(folder, recursive: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
