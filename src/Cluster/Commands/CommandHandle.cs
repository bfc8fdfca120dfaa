namespace ActorBrowser.Cluster;

/// <summary>A command's handle on a cluster: <c>HANDLE@NODE</c>, where NODE names the node's incarnation.</summary>
internal static class CommandHandle
{
    /// <summary>A command's handle on the cluster.</summary>
    /// <param name="local">The handle at its node's browser.</param>
    /// <param name="node">The node's key, <see cref="NodeName"/>.</param>
    internal static string Of(string local, string node) => $"{local}@{NumberOf(node)}";

    /// <summary>Takes a handle apart.</summary>
    /// <returns>False if it names no node.</returns>
    internal static bool TrySplit(string handle, out string local, out string node)
    {
        var at = handle.LastIndexOf('@');
        (local, node) = at < 0 ? (handle, "") : (handle[..at], handle[(at + 1)..]);
        return at > 0 && node.Length > 0;
    }

    /// <summary>Finds a handle's node.</summary>
    /// <returns>The node's key; null if the cluster has no such node.</returns>
    internal static string? NodeOf(string node, NodeTable table) => table.Nodes.FirstOrDefault(one => NumberOf(one.Key) == node)?.Key;

    // The incarnation's number alone: an address may be long, and a handle stands in logs and on command lines.
    private static string NumberOf(string node) => node[(node.LastIndexOf('#') + 1)..];
}
