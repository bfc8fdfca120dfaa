using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>TurboJPEG (turbojpeg.h, API 2).</summary>
internal static unsafe class JpegCodec
{
    private const int Rgba = 7;
    private const int Cmyk = 11;
    private const int CmykSpace = 3;
    private const int YcckSpace = 4;

    private static readonly delegate* unmanaged<nint> Open = (delegate* unmanaged<nint>)CodecLibrary.Jpeg.Function("tjInitDecompress");
    private static readonly delegate* unmanaged<nint, byte*, nuint, int*, int*, int*, int*, int> Header = (delegate* unmanaged<nint, byte*, nuint, int*, int*, int*, int*, int>)CodecLibrary.Jpeg.Function("tjDecompressHeader3");
    private static readonly delegate* unmanaged<nint, byte*, nuint, byte*, int, int, int, int, int, int> Decompress = (delegate* unmanaged<nint, byte*, nuint, byte*, int, int, int, int, int, int>)CodecLibrary.Jpeg.Function("tjDecompress2");
    private static readonly delegate* unmanaged<nint, byte*> Error = (delegate* unmanaged<nint, byte*>)CodecLibrary.Jpeg.Function("tjGetErrorStr2");
    private static readonly delegate* unmanaged<nint, int> ErrorCode = (delegate* unmanaged<nint, int>)CodecLibrary.Jpeg.Function("tjGetErrorCode");
    private static readonly delegate* unmanaged<nint, int> Close = (delegate* unmanaged<nint, int>)CodecLibrary.Jpeg.Function("tjDestroy");

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="CodecException">The file is not a JPEG.</exception>
    public static (int Width, int Height) Measure(ReadOnlySpan<byte> file)
    {
        var handle = Open();
        try
        {
            fixed (byte* bytes = file)
                return Measure(handle, bytes, file.Length, out _);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Decodes into rows of red, green, blue, alpha, at full size, a half, a quarter or an eighth.</summary>
    /// <param name="file">The file.</param>
    /// <param name="divisor">1, 2, 4 or 8; sizes are rounded up.</param>
    /// <param name="pixels">Exactly as many bytes as that size needs.</param>
    /// <exception cref="CodecException">The file is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, int divisor, Span<byte> pixels)
    {
        var handle = Open();
        try
        {
            fixed (byte* bytes = file)
            fixed (byte* target = pixels)
            {
                var (width, height) = Measure(handle, bytes, file.Length, out var space);
                width = (width + divisor - 1) / divisor;
                height = (height + divisor - 1) / divisor;
                if ((long)width * height * 4 != pixels.Length)
                    throw new CodecException("the image's size differs from the one measured");
                var ink = space is CmykSpace or YcckSpace;
                // After a warning, such as for a file that ends early, there is a picture whose rest is grey.
                if (Decompress(handle, bytes, (nuint)file.Length, target, width, 0, height, ink ? Cmyk : Rgba, 0) != 0 && ErrorCode(handle) != 0)
                    throw Failed(handle);
                if (ink)
                    FromInk(pixels);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static (int Width, int Height) Measure(nint handle, byte* bytes, int length, out int space)
    {
        int width = 0, height = 0, sampling = 0, colours = -1;
        // This call fails on sampling factors it has no name for, but fills in the rest; the decoder accepts them.
        if (Header(handle, bytes, (nuint)length, &width, &height, &sampling, &colours) != 0 && ErrorCode(handle) != 0 && !(sampling < 0 && width > 0 && height > 0 && colours >= 0))
            throw Failed(handle);
        space = colours;
        return (width, height);
    }

    // JPEG files store inverted CMYK: 255 means no ink.
    private static void FromInk(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var key = pixels[i + 3];
            pixels[i] = (byte)((pixels[i] * key + 127) / 255);
            pixels[i + 1] = (byte)((pixels[i + 1] * key + 127) / 255);
            pixels[i + 2] = (byte)((pixels[i + 2] * key + 127) / 255);
            pixels[i + 3] = 255;
        }
    }

    private static CodecException Failed(nint handle) => new(Marshal.PtrToStringUTF8((nint)Error(handle)) ?? "TurboJPEG gives no reason");
}
