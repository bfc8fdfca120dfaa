using System.Buffers.Binary;
using ActorBrowser.Interop;
using static ActorBrowser.ChildEntrypoints.Images.PngChunks;

namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>
/// Animated PNG: each frame is written as a separate PNG, decoded by libpng and drawn on a canvas. As in browsers, a file with
/// contradictory animation chunks is shown as a still image.
/// </summary>
internal static class ApngDecoder
{
    /// <summary>The frames of an animation; null if the file has no valid animation.</summary>
    internal static List<Frame>? FramesOf(ReadOnlySpan<byte> file)
    {
        var chunks = Read(file);
        if (chunks is not [{ Type: Types.Header, Length: 13 } header, ..])
            return null;
        var (width, height) = (Number(file, header.At), Number(file, header.At + 4));
        var (animated, seenData, sequence) = (false, false, 0u);
        var frames = new List<Frame>();
        foreach (var chunk in chunks)
        {
            // Of a file that ends early, the frames before its end are shown.
            if (chunk.IsCut && frames.Count > 1)
                break;
            switch (chunk.Type)
            {
                case Types.AnimationControl when !seenData && chunk.Length == 8:
                    animated = true;
                    break;
                case Types.FrameControl when animated:
                    if (chunk.Length != 26 || Number(file, chunk.At) != sequence++ || FrameAt(file, chunk, width, height) is not { } frame)
                        return null;
                    frames.Add(frame);
                    break;
                case Types.Data:
                    seenData = true;
                    if (frames is [var first])
                        first.Data.Add(chunk);
                    break;
                case Types.FrameData when animated:
                    if (chunk.Length < 4 || Number(file, chunk.At) != sequence++ || frames.Count == 0)
                        return null;
                    frames[^1].Data.Add(new Chunk(chunk.Type, chunk.At + 4, chunk.Length - 4));
                    break;
                default:
                    break;
            }
        }
        frames.RemoveAll(static frame => frame.Data.Count == 0);
        return animated && frames.Count > 0 ? frames : null;
    }

    /// <summary>Draws frames until the target wants no more.</summary>
    internal static void Decode(ReadOnlySpan<byte> file, List<Frame> frames, PixelTarget target)
    {
        var chunks = Read(file);
        var (width, height) = ((int)Number(file, chunks[0].At), (int)Number(file, chunks[0].At + 4));
        target.Begin(width, height, frames.Count);
        var canvas = new byte[width * height * 4];
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            var pixels = new byte[frame.Width * frame.Height * 4];
            try
            {
                PngCodec.Decode(AsFile(file, chunks, frame), pixels);
            }
            catch (CodecException) when (i > 0)
            {
                // The frames before the damaged one still make an animation.
                return;
            }
            var before = frame.Dispose == Disposal.Previous ? (byte[])canvas.Clone() : null;
            Draw(frame, pixels, canvas, width);
            canvas.CopyTo(target.Frame(width, height));
            if (!target.Complete(width, height, frame.Delay))
                return;
            if (before is not null && i > 0)
                canvas = before;
            else if (frame.Dispose != Disposal.None)
                Clear(frame, canvas, width);
        }
    }

    private static Frame? FrameAt(ReadOnlySpan<byte> file, in Chunk chunk, uint width, uint height)
    {
        var data = chunk.In(file);
        var (w, h, x, y) = (Number(data, 4), Number(data, 8), Number(data, 12), Number(data, 16));
        if (w == 0 || h == 0 || (ulong)x + w > width || (ulong)y + h > height || (ulong)w * h > int.MaxValue / 4 || data[24] > 2 || data[25] > 1)
            return null;
        int parts = BinaryPrimitives.ReadUInt16BigEndian(data[22..]);
        var delay = BinaryPrimitives.ReadUInt16BigEndian(data[20..]) * 1000 / (parts == 0 ? 100 : parts);
        return new Frame((int)x, (int)y, (int)w, (int)h, delay, (Disposal)data[24], data[25] == 1, []);
    }

    private static byte[] AsFile(ReadOnlySpan<byte> file, List<Chunk> chunks, Frame frame)
    {
        var alone = new List<byte>();
        alone.AddRange(Signature);
        var header = chunks[0].In(file).ToArray();
        BinaryPrimitives.WriteInt32BigEndian(header, frame.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), frame.Height);
        Write(alone, Types.Header, header);
        foreach (var chunk in chunks.Skip(1).TakeWhile(static chunk => chunk.Type != Types.Data))
        {
            if (chunk.Type is not (Types.AnimationControl or Types.FrameControl or Types.FrameData))
                Write(alone, chunk.Type, chunk.In(file));
        }
        foreach (var data in frame.Data)
            Write(alone, Types.Data, data.In(file));
        Write(alone, Types.End);
        return [.. alone];
    }

    private static void Draw(Frame frame, ReadOnlySpan<byte> pixels, Span<byte> canvas, int width)
    {
        for (var y = 0; y < frame.Height; y++)
        {
            var from = pixels.Slice(y * frame.Width * 4, frame.Width * 4);
            var to = canvas.Slice((((frame.Y + y) * width) + frame.X) * 4, frame.Width * 4);
            if (!frame.BlendsOver)
            {
                from.CopyTo(to);
                continue;
            }
            for (var x = 0; x < from.Length; x += 4)
                Blend(from.Slice(x, 4), to.Slice(x, 4));
        }
    }

    private static void Blend(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int above = from[3], below = to[3] * (255 - above) / 255;
        if (above == 255 || to[3] == 0)
        {
            from.CopyTo(to);
            return;
        }
        if (above == 0)
            return;
        for (var i = 0; i < 3; i++)
            to[i] = (byte)(((from[i] * above) + (to[i] * below)) / (above + below));
        to[3] = (byte)(above + below);
    }

    private static void Clear(Frame frame, Span<byte> canvas, int width)
    {
        for (var y = 0; y < frame.Height; y++)
            canvas.Slice((((frame.Y + y) * width) + frame.X) * 4, frame.Width * 4).Clear();
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    /// <summary>What happens to a frame's area before the next frame is drawn.</summary>
    internal enum Disposal
    {
        None = 0,
        Background = 1,
        Previous = 2,
    }

    /// <summary>One frame: where it is drawn, for how many milliseconds it is shown, and the chunks that hold its data.</summary>
    internal sealed record Frame(int X, int Y, int Width, int Height, int Delay, Disposal Dispose, bool BlendsOver, List<Chunk> Data);
}
