using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A page cannot be loaded, or a query about it fails, with a typed reason.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">One sentence.</param>
internal sealed class DocumentFailedException(DocumentFailure kind, string message) : Exception(message)
{
    internal DocumentFailure Kind { get; } = kind;
}
