namespace ActorBrowser.Transport;

/// <summary>An embedder's role: it sends and receives RoleMessage or, if it is typed, requests and their replies, and no message of a built-in role.</summary>
internal static class EmbedderContract
{
    /// <summary>The contract of a role that ActorBrowser does not know.</summary>
    /// <param name="role">Its name.</param>
    internal static RoleContract For(string role) => new(
        role,
        fromChild: [MessageType.RoleMessage, MessageType.RoleReply],
        toChild: [MessageType.RoleMessage, new(MessageType.RoleRequest, 0, 1), MessageType.FetchBodyChunk, MessageType.Credit, MessageType.CancelWork]);
}
