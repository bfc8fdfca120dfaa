using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>An action on the page cannot be done, with a typed reason. Nothing has changed.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">One sentence.</param>
/// <param name="field">The name of the field that it is about; empty for none.</param>
internal sealed class ActFailedException(ActFailure kind, string message, string field = "") : Exception(message)
{
    internal ActFailure Kind { get; } = kind;

    internal string Field { get; } = field;
}
