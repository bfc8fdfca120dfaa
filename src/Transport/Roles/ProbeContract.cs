namespace ActorBrowser.Transport;

/// <summary>The probe, which attempts what a sandbox profile must refuse. It uses the messages of an embedder's role. Its arguments are its targets.</summary>
internal static class ProbeContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "probe";

    internal static RoleContract Value { get; } = new(Name, fromChild: [MessageType.RoleMessage], toChild: [MessageType.RoleMessage]);
}
