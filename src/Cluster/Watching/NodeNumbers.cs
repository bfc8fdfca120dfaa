namespace ActorBrowser.Cluster;

/// <summary>
/// Numbers of processes that are unique over nodes: a node's own numbers, with the node's number above their 32 bits. Below 2^53, which
/// a page's script holds exactly. A node keeps its number as long as this one runs, so that no order reaches another node's process.
/// </summary>
internal sealed class NodeNumbers
{
    private const int Bits = 32;
    private const int MostNodes = 1 << 20;

    private readonly Dictionary<string, long> _ofNode = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _nodes = [];

    /// <summary>A process's number among those of all nodes. Negative ones stay negative.</summary>
    internal long Of(string node, long number)
    {
        if (!_ofNode.TryGetValue(node, out var high))
        {
            high = (_ofNode.Count + 1) % MostNodes;
            _ofNode.Add(node, high);
            _nodes[high] = node;
        }
        return number < 0 ? -((high << Bits) | -number) : (high << Bits) | number;
    }

    /// <summary>The node and its own number; null if no node has such a number.</summary>
    internal (string Node, long Number)? Split(long number)
    {
        var size = Math.Abs(number);
        return _nodes.TryGetValue(size >> Bits, out var node) ? (node, Math.Sign(number) * (size & uint.MaxValue)) : null;
    }
}
