namespace ActorBrowser.Interop;

/// <summary>libwebp (decode.h), and libwebpdemux (demux.h) for animations.</summary>
internal static unsafe class WebPCodec
{
    private const int DemuxVersion = 0x0107;
    private const int Rgba = 1;

    private static readonly delegate* unmanaged<byte*, nuint, int*, int*, int> GetInfo = (delegate* unmanaged<byte*, nuint, int*, int*, int>)CodecLibrary.WebP.Function("WebPGetInfo");
    private static readonly delegate* unmanaged<byte*, nuint, byte*, nuint, int, byte*> DecodeInto = (delegate* unmanaged<byte*, nuint, byte*, nuint, int, byte*>)CodecLibrary.WebP.Function("WebPDecodeRGBAInto");

    /// <summary>Whether a file's header declares an animation.</summary>
    /// <param name="file">The file.</param>
    public static bool IsAnimated(ReadOnlySpan<byte> file) => file.Length > 20 && file[12..16].SequenceEqual("VP8X"u8) && (file[20] & 2) != 0;

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file.</param>
    /// <exception cref="CodecException">The file is not a WebP.</exception>
    public static (int Width, int Height) Measure(ReadOnlySpan<byte> file)
    {
        int width, height;
        fixed (byte* bytes = file)
            return GetInfo(bytes, (nuint)file.Length, &width, &height) != 0 ? (width, height) : throw new CodecException("the header is damaged");
    }

    /// <summary>Decodes a still picture into rows of red, green, blue, alpha.</summary>
    /// <param name="file">The file.</param>
    /// <param name="width">As measured.</param>
    /// <param name="pixels">Exactly as many bytes as its measured size needs.</param>
    /// <exception cref="CodecException">The file is damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> file, int width, Span<byte> pixels)
    {
        fixed (byte* bytes = file)
        fixed (byte* target = pixels)
        {
            if (DecodeInto(bytes, (nuint)file.Length, target, (nuint)pixels.Length, width * 4) is null)
                throw new CodecException("the picture is damaged");
        }
    }

    /// <summary>Decodes an animation; each frame is composed with those before it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="begin">Receives width, height and number of frames before any frame is decoded.</param>
    /// <param name="take">Receives each frame's pixels, valid only during the call, and its end in milliseconds; returns false to stop.</param>
    /// <exception cref="CodecException">The file is damaged.</exception>
    public static void DecodeAnimation(ReadOnlySpan<byte> file, Action<int, int, int> begin, TakeFrame take)
    {
        ArgumentNullException.ThrowIfNull(begin);
        ArgumentNullException.ThrowIfNull(take);
        var open = (delegate* unmanaged<Data*, Options*, int, nint>)CodecLibrary.WebPDemux.Function("WebPAnimDecoderNewInternal");
        var info = (delegate* unmanaged<nint, Info*, int>)CodecLibrary.WebPDemux.Function("WebPAnimDecoderGetInfo");
        var next = (delegate* unmanaged<nint, byte**, int*, int>)CodecLibrary.WebPDemux.Function("WebPAnimDecoderGetNext");
        var more = (delegate* unmanaged<nint, int>)CodecLibrary.WebPDemux.Function("WebPAnimDecoderHasMoreFrames");
        var close = (delegate* unmanaged<nint, void>)CodecLibrary.WebPDemux.Function("WebPAnimDecoderDelete");
        fixed (byte* bytes = file)
        {
            var data = new Data { Bytes = bytes, Length = (nuint)file.Length };
            var options = new Options { ColourMode = Rgba };
            var decoder = open(&data, &options, DemuxVersion);
            if (decoder == 0)
                throw new CodecException("the animation is damaged");
            try
            {
                Info about;
                if (info(decoder, &about) == 0)
                    throw new CodecException("the animation's header is damaged");
                begin((int)about.Width, (int)about.Height, (int)about.Frames);
                while (more(decoder) != 0)
                {
                    byte* pixels;
                    int ends;
                    if (next(decoder, &pixels, &ends) == 0)
                        throw new CodecException("a frame is damaged");
                    if (!take(new ReadOnlySpan<byte>(pixels, checked((int)(about.Width * about.Height * 4))), ends))
                        return;
                }
            }
            finally
            {
                close(decoder);
            }
        }
    }

    /// <summary>Takes a frame.</summary>
    /// <param name="pixels">Valid only during the call.</param>
    /// <param name="ends">When the frame ends, in milliseconds from the start.</param>
    public delegate bool TakeFrame(ReadOnlySpan<byte> pixels, int ends);

    private struct Data
    {
        internal byte* Bytes;
        internal nuint Length;
    }

    private struct Options
    {
        internal int ColourMode;
        internal int UseThreads;
        internal fixed uint Padding[7];
    }

    private struct Info
    {
        internal uint Width;
        internal uint Height;
        internal uint Loops;
        internal uint Background;
        internal uint Frames;
        internal fixed uint Padding[4];
    }
}
