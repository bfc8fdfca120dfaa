using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>A runner's own folder for temporary files: its user's alone, and without anything of other processes.</summary>
internal static class CommandTemporary
{
    /// <summary>Makes one where a profile grants it; null where not.</summary>
    /// <param name="policy">The profile.</param>
    /// <param name="problem">Null, or why there is none although the profile grants it.</param>
    internal static string? Make(SandboxPolicy policy, out string? problem)
    {
        problem = null;
        if (!policy.Files.Any(static rule => rule.Path == PolicyPaths.Temporary))
            return null;
        try
        {
            return Directory.CreateTempSubdirectory("actorbrowser-commands-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"The profile {policy.Name} grants a temporary folder, and none can be made (TMPDIR says where): {e.Message}";
            return null;
        }
    }

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
