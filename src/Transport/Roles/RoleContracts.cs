namespace ActorBrowser.Transport;

/// <summary>Every role's contract, by its name.</summary>
internal static class RoleContracts
{
    /// <summary>The contracts of the built-in roles.</summary>
    internal static IReadOnlyList<RoleContract> BuiltIn { get; } =
        [CommandRunnerContract.Value, EgressContract.Value, ImageDecoderContract.Value, NetworkContract.Value, ProbeContract.Value, RendererContract.Value, ResolverContract.Value, SecretsContract.Value];

    /// <summary>Whether a role is built in: every child program of this build has it, for any embedder.</summary>
    /// <param name="role">The role's name.</param>
    internal static bool IsBuiltIn(string role) => BuiltIn.Any(contract => contract.Name == role);

    /// <summary>A role's contract; an embedder's role has <see cref="EmbedderContract"/>.</summary>
    /// <param name="role">The role's name.</param>
    internal static RoleContract Of(string role) => BuiltIn.FirstOrDefault(contract => contract.Name == role) ?? EmbedderContract.For(role);
}
