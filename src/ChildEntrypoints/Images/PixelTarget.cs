using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>An image cannot be decoded; carries the reason for the parent.</summary>
/// <param name="kind">The kind of reason.</param>
/// <param name="message">One sentence.</param>
internal sealed class DecodeFailedException(DecodeFailure kind, string message) : Exception(message)
{
    internal DecodeFailure Kind { get; } = kind;
}

/// <summary>
/// Receives the pixels in a memory file of exactly the size needed, which is allocated after the limits were checked and
/// sealed when complete. Frames larger than requested are scaled down.
/// </summary>
internal sealed class PixelTarget : IDisposable
{
    private readonly DecodeImage _request;
    private readonly string _format;
    private readonly SparePixels? _spare;
    private readonly List<int> _delays = [];
    private SafeDescriptor? _file;
    private MappedMemory? _memory;
    private byte[]? _whole;
    private int _frames;

    internal PixelTarget(string format, in DecodeImage request, SparePixels? spare)
    {
        _format = format;
        _spare = spare;
        _request = request;
    }

    internal int SourceWidth { get; private set; }

    internal int SourceHeight { get; private set; }

    private int Width { get; set; }

    private int Height { get; set; }

    /// <summary>Whether a frame is complete.</summary>
    internal bool HasFrames => _delays.Count > 0;

    private int FrameBytes => Width * Height * 4;

    /// <summary>How many of a file's frames are wanted.</summary>
    internal int FramesWanted(int frames) => Math.Min(frames, _request.Limits.MaxFrames);

    /// <summary>Checks the limits and allocates memory for the frames.</summary>
    /// <param name="width">The file's width, in pixels.</param>
    /// <param name="height">The file's height, in pixels.</param>
    /// <param name="frames">At least 1.</param>
    /// <exception cref="DecodeFailedException">The image is over a limit, or there is not enough memory.</exception>
    internal void Begin(int width, int height, int frames)
    {
        var limits = _request.Limits;
        if (width <= 0 || height <= 0)
            throw new DecodeFailedException(DecodeFailure.Malformed, $"The image declares a size of {width} × {height} pixels.");
        if ((long)width * height > limits.MaxPixels)
            throw new DecodeFailedException(DecodeFailure.TooLarge, $"The image is {width} × {height} pixels; at most {limits.MaxPixels} pixels are allowed.");
        (SourceWidth, SourceHeight) = (width, height);
        (Width, Height) = Fit(width, height, _request.MaxWidth, _request.MaxHeight);
        _frames = FramesWanted(frames);
        var bytes = (long)Width * Height * 4 * _frames;
        if (bytes > limits.MaxBytes || (long)width * height * 4 > int.MaxValue)
            throw new DecodeFailedException(DecodeFailure.TooLarge, $"The image's pixels take {bytes} bytes; at most {limits.MaxBytes} are allowed.");
        if (!SharedMemory.IsSupported)
            throw new DecodeFailedException(DecodeFailure.NoMemory, "Pixels travel in sealed memory files, which this system does not have.");
        try
        {
            if (OperatingSystem.IsLinux() && _spare is not null && _spare.TryTake((int)bytes, out _file, out _memory))
                return;
            _file = SharedMemory.Create("actorbrowser-image", bytes);
            _memory = new MappedMemory(_file, (int)bytes, writable: true);
        }
        catch (SystemCallException e)
        {
            throw new DecodeFailedException(DecodeFailure.NoMemory, $"There is not enough memory for {bytes} bytes of pixels: {e.Message}");
        }
    }

    /// <summary>Returns the buffer for the next frame's pixels, in the file's size; initially transparent.</summary>
    internal Span<byte> Frame(int width, int height)
    {
        if (width == Width && height == Height)
            return _memory!.GetSpan().Slice(_delays.Count * FrameBytes, FrameBytes);
        _whole ??= new byte[width * height * 4];
        return _whole;
    }

    /// <summary>Completes the frame that was written.</summary>
    /// <param name="width">As given to <see cref="Frame"/>.</param>
    /// <param name="height">As given to <see cref="Frame"/>.</param>
    /// <param name="delay">How long it is shown, in milliseconds.</param>
    /// <returns>Whether more frames are wanted.</returns>
    internal bool Complete(int width, int height, int delay)
    {
        if (width != Width || height != Height)
            Scaling.Reduce(_whole, width, height, _memory!.GetSpan().Slice(_delays.Count * FrameBytes, FrameBytes), Width, Height);
        _delays.Add(Math.Max(0, delay));
        return _delays.Count < _frames;
    }

    /// <summary>Seals the memory file.</summary>
    /// <param name="answer">The answer for the parent.</param>
    /// <returns>The file; the caller owns it.</returns>
    internal SafeDescriptor Finish(out ImageDecoded answer)
    {
        if (_delays.Count == 0)
            throw new DecodeFailedException(DecodeFailure.Malformed, "The image has no frame.");
        answer = new ImageDecoded(_format, SourceWidth, SourceHeight, Width, Height, _delays);
        // The kernel refuses to seal against writing while a writable mapping exists.
        ((IDisposable)_memory!).Dispose();
        _memory = null;
        var file = _file!;
        _file = null;
        return SharedMemory.IsSupported ? SharedMemory.Freeze(file) : file;
    }

    public void Dispose()
    {
        ((IDisposable?)_memory)?.Dispose();
        _file?.Dispose();
    }

    internal static (int Width, int Height) Fit(int width, int height, int maxWidth, int maxHeight)
    {
        var scale = Math.Min(maxWidth > 0 ? (double)maxWidth / width : 1, maxHeight > 0 ? (double)maxHeight / height : 1);
        return scale >= 1 ? (width, height) : (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
    }
}
