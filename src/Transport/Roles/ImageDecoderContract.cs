namespace ActorBrowser.Transport;

/// <summary>The image decoder: one image at a time. It has no arguments.</summary>
internal static class ImageDecoderContract
{
    /// <summary>The role's name.</summary>
    internal const string Name = "image-decoder";

    internal static RoleContract Value { get; } = new(
        Name,
        // The pixels come in a sealed memory file.
        fromChild: [new(MessageType.ImageDecoded, 1, 1), MessageType.DecodeFailed],
        toChild: [new(MessageType.DecodeImage, 0, 1), MessageType.FetchBodyChunk, MessageType.CancelWork]);
}
