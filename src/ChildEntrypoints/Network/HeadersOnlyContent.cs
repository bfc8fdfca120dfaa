using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Carries header fields that describe content for a request that has none: .NET keeps those fields on a content alone, and
/// gives each content a Content-Length, which such a request must not have.
/// </summary>
internal sealed class HeadersOnlyContent : HttpContent
{
    /// <summary>Takes the length back that .NET has just given the request. Called before these fields are written.</summary>
    internal void HideLength() => Headers.ContentLength = null;

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => Task.CompletedTask;
}
