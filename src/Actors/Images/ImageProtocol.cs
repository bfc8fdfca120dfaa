using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Decodes images in decoder processes.</summary>
public static class ImageProtocol
{
    /// <summary>Decode this image. Answered by <see cref="DecodedImage"/>, whose owner the asker becomes, or by <see cref="DecodeRefused"/>.</summary>
    /// <param name="File">Its bytes; not changed afterwards.</param>
    public sealed record Decode(ReadOnlyMemory<byte> File) : INoSerializationVerificationNeeded, IValidated
    {
        /// <summary>The longest <see cref="Site"/>, in characters.</summary>
        internal const int LongestSite = 4096;

        /// <summary>Scaled down to fit; 0 for its own width.</summary>
        public int MaxWidth { get; init; }

        /// <summary>Scaled down to fit; 0 for its own height.</summary>
        public int MaxHeight { get; init; }

        /// <summary>Whom it is for: images of different sites are never decoded by the same process.</summary>
        public string Site { get; init; } = "";

        /// <summary>Nobody waits any more.</summary>
        public CancellationToken Cancellation { get; init; }

        object? IValidated.Refusal()
        {
            if (File.IsEmpty)
                return new DecodeRefused(DecodeFailure.TooLarge, "The file has 0 bytes; an image has at least 1.");
            if (MaxWidth < 0 || MaxHeight < 0)
                return new DecodeRefused(DecodeFailure.TooLarge, $"The size to fit, {MaxWidth} × {MaxHeight}, is negative; 0 stands for the image's own.");
            return Site is { Length: <= LongestSite } ? null : new DecodeRefused(null, Site is null
                ? "The site is null; an image that belongs to none has an empty one."
                : $"The site has {Site.Length} characters; at most {LongestSite} are allowed.");
        }
    }

    /// <summary>There are no pixels.</summary>
    /// <param name="Kind">Why; null when the process was lost or none could be had.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record DecodeRefused(DecodeFailure? Kind, string Message) : INoSerializationVerificationNeeded
    {
        /// <summary>How the decoder ended, where that is the reason.</summary>
        public ChildProcessProtocol.ChildExited? Exited { get; init; }
    }
}

/// <summary>An image was not decoded.</summary>
/// <param name="refused">Why.</param>
public sealed class ImageException(ImageProtocol.DecodeRefused refused) : Exception(refused?.Message)
{
    /// <summary>Why: its kind, a sentence, and how the decoder ended where that is the reason.</summary>
    public ImageProtocol.DecodeRefused Refused { get; } = refused ?? throw new ArgumentNullException(nameof(refused));
}

/// <summary>
/// Pixels, mapped read-only from a sealed memory file; no copy is made of them. Its owner disposes it.
/// </summary>
public sealed class DecodedImage : IDisposable, INoSerializationVerificationNeeded
{
    private readonly MappedMemory _memory;
    private readonly int _frameBytes;

    private DecodedImage(in ImageDecoded image, MappedMemory memory, int processId)
    {
        (Format, SourceWidth, SourceHeight, Width, Height, Delays) = (image.Format, image.SourceWidth, image.SourceHeight, image.Width, image.Height, image.Delays);
        _memory = memory;
        _frameBytes = image.Width * image.Height * 4;
        ProcessId = processId;
    }

    /// <summary>Such as <c>png</c>.</summary>
    public string Format { get; }

    /// <summary>As the file has it, in pixels.</summary>
    public int SourceWidth { get; }

    /// <summary>As the file has it, in pixels.</summary>
    public int SourceHeight { get; }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>How long each frame is shown, in milliseconds; one entry a frame.</summary>
    public IReadOnlyList<int> Delays { get; }

    /// <summary>The process that decoded it.</summary>
    public int ProcessId { get; }

    /// <summary>A frame: rows from the top, four bytes a pixel: red, green, blue, alpha, not premultiplied. Not to be used after Dispose.</summary>
    /// <param name="frame">0 for the first.</param>
    public ReadOnlySpan<byte> Frame(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)frame, (uint)Delays.Count);
        return _memory.GetSpan().Slice(frame * _frameBytes, _frameBytes);
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_memory).Dispose();

    /// <summary>Takes over what a decoder sent, if it is what it says.</summary>
    /// <param name="image">What it says.</param>
    /// <param name="pixels">The file; closed here.</param>
    /// <param name="processId">The decoder.</param>
    /// <param name="violation">What is wrong with it, if anything: then there is no image.</param>
    internal static DecodedImage? Open(in ImageDecoded image, SafeDescriptor pixels, int processId, out ProtocolViolation? violation)
    {
        violation = null;
        using (pixels)
        {
            if (!OperatingSystem.IsLinux())
                return null;
            var bytes = (Int128)image.Width * image.Height * 4 * image.Delays.Count;
            var seals = SharedMemory.SealsOf(pixels);
            if (bytes > int.MaxValue || (seals & (Seals.Write | Seals.Shrink)) != (Seals.Write | Seals.Shrink) || SharedMemory.LengthOf(pixels) < (long)bytes)
            {
                violation = new ProtocolViolation(ViolationKind.Descriptors, $"An image of {bytes} bytes came in a file with the seals {seals}: it could change, or end, while it is read.");
                return null;
            }
            try
            {
                return new DecodedImage(image, new MappedMemory(pixels, (int)bytes, writable: false), processId);
            }
            catch (SystemCallException e)
            {
                violation = new ProtocolViolation(ViolationKind.Descriptors, $"An image of {bytes} bytes came in a file that cannot be read: {e.Message}");
                return null;
            }
        }
    }
}
