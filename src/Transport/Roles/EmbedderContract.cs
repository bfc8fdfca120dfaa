namespace ActorBrowser.Transport;

/// <summary>An embedder's role: its own messages, in either direction, and nothing that any built-in role says.</summary>
internal static class EmbedderContract
{
    /// <summary>The contract of a role that ActorBrowser does not know.</summary>
    /// <param name="role">Its name.</param>
    internal static RoleContract For(string role) => new(role, fromChild: [MessageType.RoleMessage], toChild: [MessageType.RoleMessage]);
}
