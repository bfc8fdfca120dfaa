using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>libpng's simplified interface (png.h, png_image_*): eight bits per channel, sRGB.</summary>
internal static unsafe class PngCodec
{
    private const uint Version = 1;
    private const uint Rgba = 3;
    private const uint SixteenBitsAreSrgb = 4;

    private static readonly delegate* unmanaged<Image*, void*, nuint, int> Begin = (delegate* unmanaged<Image*, void*, nuint, int>)CodecLibrary.Png.Function("png_image_begin_read_from_memory");
    private static readonly delegate* unmanaged<Image*, void*, void*, int, void*, int> Finish = (delegate* unmanaged<Image*, void*, void*, int, void*, int>)CodecLibrary.Png.Function("png_image_finish_read");
    private static readonly delegate* unmanaged<Image*, void> Free = (delegate* unmanaged<Image*, void>)CodecLibrary.Png.Function("png_image_free");

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="CodecException">The file is not a PNG.</exception>
    public static (int Width, int Height) Measure(ReadOnlySpan<byte> file)
    {
        fixed (byte* bytes = file)
        {
            var image = new Image { Version = Version };
            try
            {
                return Begin(&image, bytes, (nuint)file.Length) != 0 ? ((int)image.Width, (int)image.Height) : throw Failed(image);
            }
            finally
            {
                Free(&image);
            }
        }
    }

    /// <summary>Decodes into rows of red, green, blue, alpha.</summary>
    /// <param name="file">The file.</param>
    /// <param name="pixels">Exactly as many bytes as its measured size needs.</param>
    /// <exception cref="CodecException">The file is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, Span<byte> pixels)
    {
        fixed (byte* bytes = file)
        fixed (byte* target = pixels)
        {
            var image = new Image { Version = Version };
            try
            {
                if (Begin(&image, bytes, (nuint)file.Length) == 0)
                    throw Failed(image);
                if ((long)image.Width * image.Height * 4 != pixels.Length)
                    throw new CodecException("the image's size differs from the one measured");
                image.Format = Rgba;
                image.Flags |= SixteenBitsAreSrgb;
                // 1 is a warning, such as for a wrong profile; 2 and above are errors.
                if (Finish(&image, null, target, checked((int)image.Width * 4), null) == 0)
                    throw Failed(image);
            }
            finally
            {
                Free(&image);
            }
        }
    }

    private static CodecException Failed(in Image image)
    {
        fixed (byte* message = image.Message)
            return new CodecException(Marshal.PtrToStringUTF8((nint)message) ?? "libpng gives no reason");
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Image
    {
        internal nint Opaque;
        internal uint Version;
        internal uint Width;
        internal uint Height;
        internal uint Format;
        internal uint Flags;
        internal uint ColormapEntries;
        internal uint WarningOrError;
        internal fixed byte Message[64];
    }
}
