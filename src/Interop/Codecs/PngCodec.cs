using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>libpng's simplified interface (png.h, png_image_*): eight bits per channel, sRGB.</summary>
internal static unsafe class PngCodec
{
    private const uint Version = 1;
    private const uint Rgba = 3;
    private const uint Linear = 4;
    private const uint SixteenBitsAreSrgb = 4;

    /// <summary>Where the header says that the image is interlaced.</summary>
    private const int Interlacing = 28;

    private static byte[]? s_srgb;

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
                var sixteenBits = (image.Format & Linear) != 0;
                image.Format = Rgba;
                image.Flags |= SixteenBitsAreSrgb;
                if (sixteenBits && file[Interlacing] == 1)
                {
                    DecodeLinear(ref image, pixels);
                    return;
                }
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

    // libpng 1.6 mixes up the rows of an interlaced image when it reduces 16 bits to 8, so this is done here: its linear format
    // has 16 bits a channel, colours multiplied by alpha, and for an image that declares nothing a gamma of 2.2.
    private static void DecodeLinear(ref Image image, Span<byte> pixels)
    {
        image.Format = Rgba | Linear;
        var linear = (ushort*)NativeMemory.Alloc((nuint)pixels.Length, 2);
        try
        {
            fixed (Image* whole = &image)
            {
                if (Finish(whole, null, linear, checked((int)image.Width * 4), null) == 0)
                    throw Failed(image);
            }
            var srgb = s_srgb ??= MakeSrgb();
            for (var at = 0; at < pixels.Length; at += 4)
            {
                var alpha = linear[at + 3];
                for (var channel = 0; channel < 3; channel++)
                    pixels[at + channel] = alpha == 0 ? (byte)0 : srgb[Math.Min((uint)ushort.MaxValue, (uint)linear[at + channel] * ushort.MaxValue / alpha)];
                pixels[at + 3] = (byte)(((alpha * 255u) + (ushort.MaxValue / 2)) / ushort.MaxValue);
            }
        }
        finally
        {
            NativeMemory.Free(linear);
        }
    }

    private static byte[] MakeSrgb()
    {
        var table = new byte[ushort.MaxValue + 1];
        for (var i = 0; i < table.Length; i++)
            table[i] = (byte)Math.Round(255 * Math.Pow(i / (double)ushort.MaxValue, 1 / 2.2));
        return table;
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
