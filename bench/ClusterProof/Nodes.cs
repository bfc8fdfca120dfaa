namespace ActorBrowser.ClusterProof;

/// <summary>The browser nodes that run.</summary>
/// <param name="front">The member that they join.</param>
/// <param name="network">Null if all are on loopback.</param>
internal sealed class Nodes(Front front, Network? network) : IDisposable
{
    private readonly List<NodeProcess> _all = [];
    private int _last;

    internal IReadOnlyList<NodeProcess> All => _all;

    /// <summary>Starts nodes until there are so many, and waits until the front is linked to all of them.</summary>
    internal async Task FillAsync(int count)
    {
        var numbers = Enumerable.Range(_last + 1, count - _all.Count).ToArray();
        _last += numbers.Length;
        _all.AddRange(await Task.WhenAll(numbers.Select(number => NodeProcess.StartAsync($"n{number}", number, network, front.Address, front.IsQuick))));
        await front.LinkedAsync(count);
    }

    /// <summary>The node has exited.</summary>
    internal void Remove(NodeProcess node)
    {
        _all.Remove(node);
        node.Dispose();
    }

    /// <summary>The node below which a process runs; null for none.</summary>
    internal NodeProcess? Above(int pid)
    {
        for (; pid > 1; pid = ProcessTree.ParentOf(pid))
        {
            if (_all.Find(node => node.Pid == pid) is { } found)
                return found;
        }
        return null;
    }

    /// <summary>This program's descendants that are no node and run below none.</summary>
    internal IReadOnlyList<ProcessId> Orphans()
    {
        var below = _all.SelectMany(static node => node.Descendants()).Select(static process => process.Pid).ToHashSet();
        return [.. ProcessTree.Below(Environment.ProcessId).Where(process => !below.Contains(process.Pid) && _all.TrueForAll(node => node.Pid != process.Pid))];
    }

    internal async Task StopAsync()
    {
        await Task.WhenAll(_all.Select(static node => node.StopAsync(Patience.Long)));
        Dispose();
    }

    public void Dispose()
    {
        foreach (var node in _all.ToArray())
            Remove(node);
    }
}
