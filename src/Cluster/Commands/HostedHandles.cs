namespace ActorBrowser.Cluster;

/// <summary>The handles of the commands that a browser node has started for other nodes: those of its own program are none of theirs. Thread-safe.</summary>
internal sealed class HostedHandles
{
    // Far more than a registry keeps.
    private const int Most = 65_536;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _handles = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();

    internal void Add(string handle)
    {
        lock (_lock)
        {
            if (_handles.Add(handle))
                _oldest.Enqueue(handle);
            if (_oldest.Count > Most)
                _handles.Remove(_oldest.Dequeue());
        }
    }

    internal bool Contains(string handle)
    {
        lock (_lock)
            return _handles.Contains(handle);
    }
}
