using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>The limits of decoding an image, checked before memory is allocated.</summary>
/// <param name="MaxPixels">The most pixels of one frame, before scaling.</param>
/// <param name="MaxFrames">The most frames; further frames are left out.</param>
/// <param name="MaxBytes">The most memory for all frames' pixels as delivered.</param>
/// <param name="MaxMilliseconds">The longest time for decoding.</param>
internal readonly record struct ImageLimits(long MaxPixels, int MaxFrames, long MaxBytes, int MaxMilliseconds);

/// <summary>Parent → image decoder: decode an image. Its bytes are in <see cref="Data"/>, or in a sealed memory file sent with the message.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Data">The bytes; empty if they come in a memory file.</param>
/// <param name="MaxWidth">The image is scaled down to fit, keeping its shape; 0 for no limit.</param>
/// <param name="MaxHeight">The same for its height.</param>
/// <param name="Limits">Limits of decoding; an image beyond them fails.</param>
/// <param name="KeepReady">The most memory to prepare for the next image's pixels, in bytes.</param>
internal readonly record struct DecodeImage(int Length, ReadOnlyMemory<byte> Data, int MaxWidth, int MaxHeight, ImageLimits Limits, int KeepReady) : IWireMessage<DecodeImage>, IPayloadRequest<DecodeImage>
{
    /// <summary>The longest file, in bytes.</summary>
    public const int MaxLength = 256 << 20;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.DecodeImage;

    /// <inheritdoc/>
    public DecodeImage WithoutData() => this with { Data = default };

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(9);
        writer.Write(Length);
        writer.Write(Data.Span);
        writer.Write(MaxWidth);
        writer.Write(MaxHeight);
        writer.Write(Limits.MaxPixels);
        writer.Write(Limits.MaxFrames);
        writer.Write(Limits.MaxBytes);
        writer.Write(Limits.MaxMilliseconds);
        writer.Write(KeepReady);
    }

    /// <inheritdoc/>
    public static DecodeImage Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 9, nameof(DecodeImage));
        return new DecodeImage(
            (int)Wire.ReadRange(ref reader, "DecodeImage.Length", 0, MaxLength),
            Wire.ReadPayload(ref reader, "DecodeImage.Data"),
            (int)Wire.ReadRange(ref reader, "DecodeImage.MaxWidth", 0, int.MaxValue),
            (int)Wire.ReadRange(ref reader, "DecodeImage.MaxHeight", 0, int.MaxValue),
            new ImageLimits(
                Wire.ReadRange(ref reader, "DecodeImage.MaxPixels", 1, long.MaxValue),
                (int)Wire.ReadRange(ref reader, "DecodeImage.MaxFrames", 1, int.MaxValue),
                Wire.ReadRange(ref reader, "DecodeImage.MaxBytes", 1, int.MaxValue),
                (int)Wire.ReadRange(ref reader, "DecodeImage.MaxMilliseconds", 1, int.MaxValue)),
            (int)Wire.ReadRange(ref reader, "DecodeImage.KeepReady", 0, int.MaxValue));
    }
}

/// <summary>
/// Image decoder → parent: the pixels, in a sealed memory file. It holds the frames one after another, each of
/// <c>Width × Height</c> pixels of four bytes: red, green, blue, alpha (not premultiplied), rows from the top.
/// </summary>
/// <param name="Format">The format, such as <c>png</c>.</param>
/// <param name="SourceWidth">The width in the file, in pixels.</param>
/// <param name="SourceHeight">The height in the file, in pixels.</param>
/// <param name="Width">The width as delivered.</param>
/// <param name="Height">The height as delivered.</param>
/// <param name="Delays">How long each frame is shown, in milliseconds; one entry per frame.</param>
internal readonly record struct ImageDecoded(string Format, int SourceWidth, int SourceHeight, int Width, int Height, IReadOnlyList<int> Delays) : IWireMessage<ImageDecoded>
{
    private const int MaxFrames = 100_000;

    /// <inheritdoc/>
    public static MessageType Type => MessageType.ImageDecoded;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(6);
        writer.Write(Format);
        writer.Write(SourceWidth);
        writer.Write(SourceHeight);
        writer.Write(Width);
        writer.Write(Height);
        writer.WriteArrayHeader(Delays.Count);
        for (var i = 0; i < Delays.Count; i++)
            writer.Write(Delays[i]);
    }

    /// <inheritdoc/>
    public static ImageDecoded Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 6, nameof(ImageDecoded));
        var format = Wire.ReadText(ref reader, "ImageDecoded.Format");
        var size = new int[4];
        for (var i = 0; i < size.Length; i++)
            size[i] = (int)Wire.ReadRange(ref reader, "ImageDecoded.Size", 1, int.MaxValue);
        var delays = new int[Wire.ReadCount(ref reader, "ImageDecoded.Delays", MaxFrames)];
        for (var i = 0; i < delays.Length; i++)
            delays[i] = (int)Wire.ReadRange(ref reader, "ImageDecoded.Delays", 0, int.MaxValue);
        if (delays.Length == 0)
            throw new WireFormatException("ImageDecoded.Delays is empty.");
        return new ImageDecoded(format, size[0], size[1], size[2], size[3], delays);
    }
}

/// <summary>Why an image was not decoded.</summary>
public enum DecodeFailure
{
    /// <summary>The file is not an image of a known format.</summary>
    UnknownFormat = 0,

    /// <summary>The file breaks its format's rules, or ends too early.</summary>
    Malformed = 1,

    /// <summary>The image's size, frames or pixels exceed a limit.</summary>
    TooLarge = 2,

    /// <summary>The library that decodes the format is not installed; the message names the package.</summary>
    LibraryMissing = 3,

    /// <summary>Decoding took longer than allowed; the process must not be used again.</summary>
    TimedOut = 4,

    /// <summary>There is not enough memory.</summary>
    NoMemory = 5,
}

/// <summary>Image decoder → parent: the image was not decoded.</summary>
/// <param name="Kind">Why it was not decoded.</param>
/// <param name="Message">One sentence.</param>
internal readonly record struct DecodeFailed(DecodeFailure Kind, string Message) : IWireMessage<DecodeFailed>
{
    /// <inheritdoc/>
    public static MessageType Type => MessageType.DecodeFailed;

    /// <inheritdoc/>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)Kind);
        writer.Write(Message);
    }

    /// <inheritdoc/>
    public static DecodeFailed Read(ref MessagePackReader reader)
    {
        Wire.ReadArrayOf(ref reader, 2, nameof(DecodeFailed));
        return new DecodeFailed(
            (DecodeFailure)Wire.ReadRange(ref reader, "DecodeFailed.Kind", 0, (int)DecodeFailure.NoMemory),
            Wire.ReadText(ref reader, "DecodeFailed.Message"));
    }
}
