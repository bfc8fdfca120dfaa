using System.Net;

namespace ActorBrowser.ChildEntrypoints.Network;

/// <summary>
/// Carries content header fields for a request without content: .NET keeps such fields only on a content object, and gives
/// each content a Content-Length, which such a request must not have.
/// </summary>
internal sealed class HeadersOnlyContent : HttpContent
{
    /// <summary>Removes the length that .NET has just set on the request. Call it before the fields are written.</summary>
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
