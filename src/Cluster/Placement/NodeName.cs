using Akka.Cluster;

namespace ActorBrowser.Cluster;

/// <summary>A node's name in sentences, handles and offers: its address and incarnation.</summary>
internal static class NodeName
{
    internal static string Of(UniqueAddress node) => $"{node.Address.Host}:{node.Address.Port}#{(uint)node.Uid:x}";
}
