using ActorBrowser.Interop;

namespace ActorBrowser.Agents;

/// <summary>The folder of one session: the embedder's, or a private one that ends with the session.</summary>
internal sealed class AgentWorkspace : IDisposable
{
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
        if (_isOwn)
            FilledFolder.Remove(Path);
    }
}
