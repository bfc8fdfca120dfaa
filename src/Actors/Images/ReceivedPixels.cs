using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>The pixels of an image that another machine decoded: they arrive in pieces, and are written into a memory file of this one.</summary>
internal sealed class ReceivedPixels : IDisposable
{
    private const string NoMemoryFiles = "Pixels are kept in memory files, which only Linux and Windows have.";

    private readonly ImageDecoded _image;
    private readonly int _processId;
    private readonly SafeDescriptor _file;

    private ReceivedPixels(in ImageDecoded image, int processId, SafeDescriptor file, long length) =>
        (_image, _processId, _file, Length) = (image, processId, file, length);

    /// <summary>How many bytes all frames have.</summary>
    internal long Length { get; }

    /// <summary>How many have arrived.</summary>
    internal long Received { get; private set; }

    /// <summary>Prepares a memory file. It takes memory only for the pixels that arrive.</summary>
    /// <param name="image">The image, as the other machine describes it.</param>
    /// <param name="processId">The decoder, on the other machine.</param>
    /// <param name="most">The most bytes that are accepted.</param>
    /// <param name="pixels">Takes the pixels.</param>
    /// <returns>Null, or what is wrong, as a sentence.</returns>
    internal static string? Open(in ImageDecoded image, int processId, long most, out ReceivedPixels? pixels)
    {
        pixels = null;
        if (!SharedMemory.IsSupported)
            return NoMemoryFiles;
        var bytes = DecodedImage.LengthOf(image);
        if (bytes < 1 || bytes > Math.Min(most, int.MaxValue))
            return $"An image of {bytes} bytes was decoded elsewhere; at most {Math.Min(most, int.MaxValue)} are accepted here.";
        try
        {
            pixels = new ReceivedPixels(image, processId, SharedMemory.Create("pixels", (long)bytes), (long)bytes);
            return null;
        }
        catch (SystemCallException e)
        {
            return $"There is no memory for an image of {bytes} bytes: {e.Message}";
        }
    }

    /// <summary>Writes the next piece.</summary>
    /// <returns>Null, or what is wrong, as a sentence.</returns>
    internal string? Add(long offset, ReadOnlySpan<byte> data)
    {
        if (!SharedMemory.IsSupported)
            return NoMemoryFiles;
        if (offset != Received || data.IsEmpty || data.Length > Length - Received)
            return $"{data.Length} bytes of pixels arrived for the offset {offset}, after {Received} of {Length}.";
        try
        {
            SharedMemory.Write(_file, data, offset);
            Received += data.Length;
            return null;
        }
        catch (SystemCallException e)
        {
            return $"There is no memory for an image of {Length} bytes: {e.Message}";
        }
    }

    /// <summary>Makes the image of pixels that are complete, after the checks of a decoder's image.</summary>
    /// <returns>Null, or what is wrong, as a sentence.</returns>
    internal string? Complete(out DecodedImage? image)
    {
        image = null;
        if (!SharedMemory.IsSupported)
            return NoMemoryFiles;
        try
        {
            // The image has its own descriptor's mapping, and closes what it is given.
            image = DecodedImage.Open(_image, SharedMemory.Freeze(_file.Share()), _processId, out var violation);
            return violation?.Message;
        }
        catch (SystemCallException e)
        {
            return $"An image of {Length} bytes cannot be kept: {e.Message}";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
