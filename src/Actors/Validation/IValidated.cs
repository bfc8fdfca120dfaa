namespace ActorBrowser;

/// <summary>A command that can be invalid: it checks itself before any actor acts on it.</summary>
/// <remarks>Implemented explicitly, so that an embedder does not see it. <see cref="Entry"/> calls it once, where the message enters.</remarks>
internal interface IValidated
{
    /// <summary>Checks every field: null, range, undefined enum value, size.</summary>
    /// <returns>Null, or the reply that refuses the command: the protocol's own refusal if it has one, else <c>Status.Failure</c>.</returns>
    object? Refusal();
}
