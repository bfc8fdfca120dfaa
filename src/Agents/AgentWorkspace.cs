namespace ActorBrowser.Agents;

/// <summary>The folder of one session: the embedder's, or a private one that ends with the session.</summary>
internal sealed class AgentWorkspace : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly bool _isOwn;

    internal AgentWorkspace(string? folder)
    {
        _isOwn = folder is null;
        // CreateTempSubdirectory makes a folder of mode 0700 with a name that nobody can guess.
        Path = folder ?? Directory.CreateTempSubdirectory("actorbrowser-agent-").FullName;
    }

    internal string Path { get; }

    public void Dispose()
    {
        if (!_isOwn || !Directory.Exists(Path))
            return;
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (UnauthorizedAccessException) when (!OperatingSystem.IsWindows())
        {
            // A command may have taken its own folders' modes away.
            Open(Path);
            Directory.Delete(Path, recursive: true);
        }
    }

    private static void Open(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        File.SetUnixFileMode(folder, Private);
        foreach (var below in new DirectoryInfo(folder).EnumerateDirectories())
        {
            // What a link leads to is not ours.
            if (below.LinkTarget is null)
                Open(below.FullName);
        }
    }
}
