using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Chooses the decoder by the file's first bytes; Content-Type and file name are ignored.</summary>
internal static class ImageDecoder
{
    /// <summary>Decodes an image.</summary>
    /// <param name="file">The file.</param>
    /// <param name="request">Size and limits.</param>
    /// <param name="spare">Memory prepared in advance; null for none.</param>
    /// <param name="answer">The answer for the parent.</param>
    /// <returns>The sealed pixels; the caller owns them.</returns>
    /// <exception cref="DecodeFailedException">The image cannot be decoded; the exception carries the reason.</exception>
    /// <exception cref="CodecException">A codec library rejects the file.</exception>
    internal static SafeDescriptor Decode(ReadOnlySpan<byte> file, in DecodeImage request, SparePixels? spare, out ImageDecoded answer)
    {
        using var target = new PixelTarget(FormatOf(file), request, spare);
        try
        {
            Decode(file, request, target);
        }
        catch (Exception e) when (target.HasFrames && (IsContradiction(e) || e is CodecException or DecodeFailedException { Kind: DecodeFailure.Malformed }))
        {
            // As in browsers, the frames before the damage are shown.
        }
        return target.Finish(out answer);
    }

    /// <summary>Whether the runtime's bounds checks have found bad data, on which the managed decoders rely.</summary>
    internal static bool IsContradiction(Exception e) => e is IndexOutOfRangeException or ArgumentException or OverflowException or InvalidOperationException;

    private static void Decode(ReadOnlySpan<byte> file, in DecodeImage request, PixelTarget target)
    {
        switch (FormatOf(file))
        {
            case "png":
                DecodePng(file, target);
                break;
            case "jpeg":
                DecodeJpeg(file, request, target);
                break;
            case "webp":
                DecodeWebP(file, target);
                break;
            case "gif":
                GifDecoder.Decode(file, target);
                break;
            case "bmp":
                BmpDecoder.Decode(file, target);
                break;
            case "ico":
                IcoDecoder.Decode(file, target);
                break;
            default:
                throw new DecodeFailedException(DecodeFailure.UnknownFormat, "The file is not an image of a known format (PNG, JPEG, WebP, GIF, BMP, ICO).");
        }
    }

    internal static string FormatOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
            return "png";
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "jpeg";
        if (file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8))
            return "gif";
        if (file.Length >= 16 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8))
            return "webp";
        if (file.StartsWith("BM"u8))
            return "bmp";
        return file.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) || file.StartsWith((ReadOnlySpan<byte>)[0, 0, 2, 0]) ? "ico" : "";
    }

    internal static void DecodePng(ReadOnlySpan<byte> file, PixelTarget target)
    {
        Need(CodecLibrary.Png, "PNG");
        if (ApngDecoder.FramesOf(file) is { } frames)
        {
            ApngDecoder.Decode(file, frames, target);
            return;
        }
        var (width, height) = PngCodec.Measure(file);
        target.Begin(width, height, 1);
        var pixels = target.Frame(width, height);
        try
        {
            PngCodec.Decode(file, pixels);
        }
        catch (CodecException) when (PngRemains.Of(file, out var rows) is { } whole)
        {
            // As in browsers, the rows that can be read are shown and the rest is transparent.
            PngCodec.Decode(whole, pixels);
            pixels[(rows * width * 4)..].Clear();
        }
        target.Complete(width, height, 0);
    }

    private static void DecodeJpeg(ReadOnlySpan<byte> file, in DecodeImage request, PixelTarget target)
    {
        Need(CodecLibrary.Jpeg, "JPEG");
        var (width, height) = JpegCodec.Measure(file);
        if (width <= 0 || height <= 0)
            throw new DecodeFailedException(DecodeFailure.Malformed, "The JPEG is damaged or incomplete: its size cannot be read.");
        var orientation = ExifOrientation.OfJpeg(file);
        var turns = ExifOrientation.Turns(orientation);
        target.Begin(turns ? height : width, turns ? width : height, 1);
        // libjpeg can decode at a fraction of the size: a quarter of the width and height is a sixteenth of the work.
        var (wantedWidth, wantedHeight) = PixelTarget.Fit(width, height, turns ? request.MaxHeight : request.MaxWidth, turns ? request.MaxWidth : request.MaxHeight);
        var divisor = 1;
        while (divisor < 8 && width / (divisor * 2) >= wantedWidth && height / (divisor * 2) >= wantedHeight)
            divisor *= 2;
        (width, height) = ((width + divisor - 1) / divisor, (height + divisor - 1) / divisor);
        if (orientation == 1)
        {
            JpegCodec.Decode(file, divisor, target.Frame(width, height));
            target.Complete(width, height, 0);
            return;
        }
        var lying = new byte[width * height * 4];
        JpegCodec.Decode(file, divisor, lying);
        var (uprightWidth, uprightHeight) = turns ? (height, width) : (width, height);
        ExifOrientation.Apply(lying, width, height, orientation, target.Frame(uprightWidth, uprightHeight));
        target.Complete(uprightWidth, uprightHeight, 0);
    }

    private static void DecodeWebP(ReadOnlySpan<byte> file, PixelTarget target)
    {
        Need(CodecLibrary.WebP, "WebP");
        if (WebPCodec.IsAnimated(file))
        {
            DecodeWebPAnimation(file, target);
            return;
        }
        var (width, height) = WebPCodec.Measure(file);
        target.Begin(width, height, 1);
        WebPCodec.Decode(file, width, target.Frame(width, height));
        target.Complete(width, height, 0);
    }

    private static void DecodeWebPAnimation(ReadOnlySpan<byte> file, PixelTarget target)
    {
        Need(CodecLibrary.WebPDemux, "animated WebP");
        var (width, height, before) = (0, 0, 0);
        WebPCodec.DecodeAnimation(
            file,
            (w, h, frames) =>
            {
                (width, height) = (w, h);
                target.Begin(w, h, frames);
            },
            (pixels, ends) =>
            {
                pixels.CopyTo(target.Frame(width, height));
                var more = target.Complete(width, height, ends - before);
                before = ends;
                return more;
            });
    }

    private static void Need(CodecLibrary library, string format)
    {
        if (OperatingSystem.IsWindows())
            throw new DecodeFailedException(DecodeFailure.LibraryMissing, $"{format} images are not decoded on Windows, which has none of the libraries for them; GIF, BMP and ICO are.");
        if (!library.IsLoaded)
            throw new DecodeFailedException(DecodeFailure.LibraryMissing, $"{format} images need {library.File}: install the Debian package {library.Package}.");
    }
}
