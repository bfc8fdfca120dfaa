using ActorBrowser.Transport;

namespace ActorBrowser.Cluster;

/// <summary>An image as it is asked of a node: <see cref="ImageProtocol.Decode"/> without its token.</summary>
internal sealed record DecodeOrder(ReadOnlyMemory<byte> File, int MaxWidth, int MaxHeight, string Site)
{
    /// <summary>The asker's span, as W3C Trace Context writes it; null for none.</summary>
    internal string? TraceParent { get; init; }
}

/// <summary>An image was decoded. Its pixels follow, as many at a time as <see cref="PixelCredit"/> allows.</summary>
/// <param name="Image">Its size and its frames.</param>
/// <param name="ProcessId">The process that decoded it, on its node.</param>
internal sealed record PixelsBegin(ImageDecoded Image, int ProcessId);

/// <summary>Pixels: the frames one after another, as in <see cref="ImageDecoded"/>.</summary>
/// <param name="Offset">The offset of the first byte.</param>
/// <param name="Data">Never empty.</param>
internal sealed record Pixels(long Offset, ReadOnlyMemory<byte> Data);

/// <summary>The requester accepts this many bytes more.</summary>
internal sealed record PixelCredit(long Bytes);
