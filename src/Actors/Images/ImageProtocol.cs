using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>Messages to decode images in decoder processes.</summary>
public static class ImageProtocol
{
    /// <summary>Decodes an image. Answered by <see cref="DecodedImage"/>, which the asker then owns, or by <see cref="DecodeRefused"/>.</summary>
    /// <param name="File">The file's bytes; must not change afterwards.</param>
    public sealed record Decode(ReadOnlyMemory<byte> File) : TracedMessage, IValidated
    {
        /// <summary>The longest <see cref="Site"/>, in characters.</summary>
        internal const int LongestSite = 4096;

        /// <summary>Scales the image down to this width; 0 for its own.</summary>
        public int MaxWidth { get; init; }

        /// <summary>Scales the image down to this height; 0 for its own.</summary>
        public int MaxHeight { get; init; }

        /// <summary>The site the image belongs to: images of different sites are never decoded by the same process.</summary>
        public string Site { get; init; } = "";

        /// <summary>Cancelled when the result is no longer wanted.</summary>
        public CancellationToken Cancellation { get; init; }

        object? IValidated.Refusal()
        {
            if (File.IsEmpty)
                return new DecodeRefused(DecodeFailure.TooLarge, "The file is empty.");
            if (MaxWidth < 0 || MaxHeight < 0)
                return new DecodeRefused(DecodeFailure.TooLarge, $"MaxWidth × MaxHeight is {MaxWidth} × {MaxHeight}; neither may be negative, and 0 means the image's own size.");
            return Site is { Length: <= LongestSite } ? null : new DecodeRefused(null, Site is null
                ? "The site is null; use an empty text for no site."
                : $"The site has {Site.Length} characters; at most {LongestSite} are allowed.");
        }
    }

    /// <summary>The image was not decoded.</summary>
    /// <param name="Kind">Why; null if the process was lost or none was available.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record DecodeRefused(DecodeFailure? Kind, string Message) : INoSerializationVerificationNeeded
    {
        /// <summary>How the decoder ended, if that is the reason.</summary>
        public ChildProcessProtocol.ChildExited? Exited { get; init; }
    }
}

/// <summary>An image was not decoded.</summary>
/// <param name="refused">The refusal.</param>
public sealed class ImageException(ImageProtocol.DecodeRefused refused) : Exception(refused?.Message)
{
    /// <summary>The refusal: its kind, one sentence, and how the decoder ended if that is the reason.</summary>
    public ImageProtocol.DecodeRefused Refused { get; } = refused ?? throw new ArgumentNullException(nameof(refused));
}

/// <summary>
/// Pixels, mapped read-only from a sealed memory file. The owner disposes it. Without copying if this machine decoded the image and runs Linux; the
/// memory file of another node of a cluster stays there, and its pixels are copied into one here.
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

    /// <summary>The format, such as <c>png</c>.</summary>
    public string Format { get; }

    /// <summary>The width in the file, in pixels.</summary>
    public int SourceWidth { get; }

    /// <summary>The height in the file, in pixels.</summary>
    public int SourceHeight { get; }

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>How long each frame is shown, in milliseconds; one entry for each frame.</summary>
    public IReadOnlyList<int> Delays { get; }

    /// <summary>The process that decoded it.</summary>
    public int ProcessId { get; }

    /// <summary>One frame: rows from the top, four bytes for each pixel (red, green, blue, alpha, not premultiplied). Do not use it after Dispose.</summary>
    /// <param name="frame">0 for the first.</param>
    public ReadOnlySpan<byte> Frame(int frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)frame, (uint)Delays.Count);
        return _memory.GetSpan().Slice(frame * _frameBytes, _frameBytes);
    }

    /// <summary>All frames, one after another.</summary>
    internal ReadOnlySpan<byte> Pixels => _memory.GetSpan();

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_memory).Dispose();

    /// <summary>How many bytes all frames have.</summary>
    internal static Int128 LengthOf(in ImageDecoded image) => (Int128)image.Width * image.Height * 4 * image.Delays.Count;

    /// <summary>Takes over an image from a decoder, after checking it.</summary>
    /// <param name="image">The decoder's description.</param>
    /// <param name="pixels">The memory file; closed here.</param>
    /// <param name="processId">The decoder.</param>
    /// <param name="violation">The problem, if any; there is then no image.</param>
    internal static DecodedImage? Open(in ImageDecoded image, SafeDescriptor pixels, int processId, out ProtocolViolation? violation)
    {
        violation = null;
        using (pixels)
        {
            if (!SharedMemory.IsSupported)
                return null;
            var bytes = LengthOf(image);
            try
            {
                var problem = "is too small for it";
                if (bytes > 0 && bytes <= int.MaxValue && SharedMemory.OpenFrozen(pixels, (int)bytes, out problem) is { } memory)
                    return new DecodedImage(image, memory, processId);
                violation = new ProtocolViolation(ViolationKind.Descriptors, $"An image of {bytes} bytes arrived in a memory file that {problem}.");
                return null;
            }
            catch (SystemCallException e)
            {
                violation = new ProtocolViolation(ViolationKind.Descriptors, $"An image of {bytes} bytes arrived in a memory file that cannot be read: {e.Message}");
                return null;
            }
        }
    }
}
