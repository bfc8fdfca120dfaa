namespace ActorBrowser;

/// <summary>Which file a plugin's children load. The role's actor keeps it when it is restarted.</summary>
/// <param name="path">The assembly's full path.</param>
internal sealed class PluginSource(string path)
{
    /// <summary>The assembly that new children load.</summary>
    internal string Path { get; set; } = path;

    /// <summary>Completes a path: a relative one is in the program's folder.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal static string Complete(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = System.IO.Path.GetFullPath(path, AppContext.BaseDirectory);
        return File.Exists(full) ? full : throw new FileNotFoundException($"There is no plugin '{full}'.", full);
    }
}
