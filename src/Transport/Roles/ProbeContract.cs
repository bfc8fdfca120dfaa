namespace ActorBrowser.Transport;

/// <summary>The probe, which tries what a profile holds: it speaks as an embedder's role does. Its arguments are its targets.</summary>
internal static class ProbeContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "probe";

    internal static RoleContract Value { get; } = EmbedderContract.For(Name);
}
