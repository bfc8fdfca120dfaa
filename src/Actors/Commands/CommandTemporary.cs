using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>A runner's folder for temporary files: accessible only to its user, and not shared with other processes.</summary>
internal static class CommandTemporary
{
    /// <summary>Creates the folder if the profile grants one; else returns null.</summary>
    /// <param name="policy">The profile.</param>
    /// <param name="problem">Null, or why the folder could not be created.</param>
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
            problem = $"The profile {policy.Name} grants a temporary folder, which could not be created (set TMPDIR to another place): {e.Message}";
            return null;
        }
    }

    /// <summary>Removes the folder with everything that commands left in it.</summary>
    /// <returns>Null, or why some of it is left.</returns>
    internal static string? Remove(string? folder)
    {
        try
        {
            if (folder is not null)
                FilledFolder.Remove(folder);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
