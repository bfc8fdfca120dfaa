using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Rendering;

/// <summary>A page, or a question about it, ends in a typed error.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">One sentence.</param>
internal sealed class DocumentFailedException(DocumentFailure kind, string message) : Exception(message)
{
    internal DocumentFailure Kind { get; } = kind;
}
