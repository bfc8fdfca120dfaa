using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Pixels compared with Pillow's, and damaged files.</summary>
public sealed class ImageSpecs : BrowserSpecs
{
    private const string DebianPictures = "/usr/share/debian-reference";

    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-images-").FullName;

    private async Task<IReadOnlyList<string>> FilesAsync(bool real)
    {
        await Tools.PythonAsync("images.py", real ? [_folder, DebianPictures] : [_folder]);
        return [.. Directory.GetFiles(_folder).Where(static file => !file.EndsWith(".rgba", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    private Task<object> DecodeAsync(byte[] file, int maxWidth = 0, int maxHeight = 0) =>
        Browser.Ask<object>(new Decode(file) { MaxWidth = maxWidth, MaxHeight = maxHeight }, Deadline.Long);

    [FactNeeds("python3-pil", "debian-reference-en", "libpng16-16", "libturbojpeg0", "libwebp7", "libwebpdemux2")]
    public async Task Every_format_gives_the_pixels_that_Pillow_finds()
    {
        var files = await FilesAsync(real: true);
        Assert.InRange(files.Count, 25, int.MaxValue);
        foreach (var file in files)
        {
            using var image = Assert.IsType<DecodedImage>(await DecodeAsync(await File.ReadAllBytesAsync(file)));
            Assert.Equal(Directory.GetFiles(_folder, Path.GetFileName(file) + ".*.rgba").Length, image.Delays.Count);
            for (var frame = 0; frame < image.Delays.Count; frame++)
                AssertSame(file, frame, await File.ReadAllBytesAsync($"{file}.{frame}.rgba"), image.Frame(frame).ToArray());
        }
        Directory.Delete(_folder, true);
    }

    private static void AssertSame(string file, int frame, byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i += 4)
        {
            // The colour of a transparent pixel does not matter.
            if (expected[i + 3] == 0 && actual[i + 3] == 0)
                continue;
            Assert.True(expected.AsSpan(i, 4).SequenceEqual(actual.AsSpan(i, 4)),
                $"{Path.GetFileName(file)}, frame {frame}, pixel {i / 4}: {string.Join(',', actual[i..(i + 4)])} instead of {string.Join(',', expected[i..(i + 4)])}");
        }
    }

    [FactNeeds("python3-pil", "libpng16-16", "libturbojpeg0", "libwebp7", "libwebpdemux2")]
    public async Task Animations_have_their_frames_and_delays_and_large_pictures_are_made_smaller()
    {
        await FilesAsync(real: false);
        using var moving = Assert.IsType<DecodedImage>(await DecodeAsync(await File.ReadAllBytesAsync(Path.Combine(_folder, "moving.webp"))));
        Assert.Equal([50, 60, 70, 80, 90, 100], moving.Delays);
        using var small = Assert.IsType<DecodedImage>(await DecodeAsync(await File.ReadAllBytesAsync(Path.Combine(_folder, "progressive.jpg")), 20, 1000));
        Assert.Equal((65, 49, 20, 15), (small.SourceWidth, small.SourceHeight, small.Width, small.Height));
        Directory.Delete(_folder, true);
    }

    [Fact]
    public async Task Memory_made_ready_for_the_next_image_carries_nothing_of_the_last_and_fits_whatever_comes()
    {
        var random = new Random(17);
        // The same size, slightly smaller, much smaller, larger: the spare is used as it is, cut, left for another image, or replaced.
        foreach (var (width, height) in ((int, int)[])[(700, 600), (700, 600), (700, 599), (700, 400), (40, 30), (700, 600), (900, 900), (900, 900), (899, 700)])
        {
            var pixels = new byte[width * height * 4];
            random.NextBytes(pixels);
            using var image = Assert.IsType<DecodedImage>(await DecodeAsync(Bitmap(width, height, pixels)));
            Assert.Equal((width, height), (image.Width, image.Height));
            Assert.True(image.Frame(0).SequenceEqual(pixels), $"{width} × {height}");
            Assert.Equal(pixels.Length, image.Frame(0).Length);
        }
    }

    // 24 bits a pixel, from the bottom; makes the given pixels opaque.
    private static byte[] Bitmap(int width, int height, byte[] pixels)
    {
        var row = ((width * 3) + 3) & ~3;
        var file = new byte[54 + (row * height)];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in ((int, int)[])[(2, file.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16)), (34, row * height)])
            BitConverter.TryWriteBytes(file.AsSpan(at), value);
        for (var i = 0; i < width * height; i++)
        {
            var to = 54 + ((height - 1 - (i / width)) * row) + (i % width * 3);
            (file[to], file[to + 1], file[to + 2]) = (pixels[(i * 4) + 2], pixels[(i * 4) + 1], pixels[i * 4]);
            pixels[(i * 4) + 3] = 255;
        }
        return file;
    }

    [FactNeeds("libpng16-16")]
    public async Task What_is_no_image_or_too_large_is_refused_with_the_reason()
    {
        Assert.Equal(DecodeFailure.UnknownFormat, Assert.IsType<DecodeRefused>(await DecodeAsync("hello"u8.ToArray())).Kind);
        // A GIF that declares 65535 × 65535 pixels takes no memory.
        Assert.Equal(DecodeFailure.TooLarge, Assert.IsType<DecodeRefused>(await DecodeAsync([.. "GIF89a"u8, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 1, 0, 0])).Kind);
        Assert.Equal(DecodeFailure.Malformed, Assert.IsType<DecodeRefused>(await DecodeAsync([0x89, .. "PNG"u8, 13, 10, 26, 10, 0, 0])).Kind);
    }

    [FactNeeds("python3-pil", "libpng16-16", "libturbojpeg0", "libwebp7", "libwebpdemux2")]
    public async Task Ten_thousand_damaged_files_cost_at_most_their_decoders()
    {
        var originals = (await FilesAsync(real: false)).Select(File.ReadAllBytes).ToArray();
        Directory.Delete(_folder, true);
        await DecodeAsync(originals[0]);
        var descriptors = ProcessTable.OpenDescriptors();
        var random = new Random(7);
        var damaged = Enumerable.Range(0, 10_000).Select(_ => Damage(originals[random.Next(originals.Length)], random)).ToArray();
        var (decoded, refused, lost) = (0, 0, 0);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < damaged.Length;)
            {
                switch (await DecodeAsync(damaged[i]))
                {
                    case DecodedImage image:
                        image.Dispose();
                        Interlocked.Increment(ref decoded);
                        break;
                    // A decoder that has timed out has also exited.
                    case DecodeRefused { Kind: null or DecodeFailure.TimedOut }:
                        Interlocked.Increment(ref lost);
                        break;
                    default:
                        Interlocked.Increment(ref refused);
                        break;
                }
            }
        })));
        Assert.Equal(10_000, decoded + refused + lost);
        Assert.InRange(decoded, 1, 9_999);
        var crashes = await Browser.Ask<CrashProtocol.Crashes>(new CrashProtocol.GetCrashes(), Deadline.Long);
        Assert.Equal(Math.Min(lost, 50), crashes.Reports.Count);
        Assert.IsType<DecodedImage>(await DecodeAsync(originals[0])).Dispose();
        // Spares and idle processes hold some descriptors; decoded images hold none.
        await ProcessTable.Until(() => ProcessTable.OpenDescriptors() <= descriptors + 40, Deadline.Long);
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var copy = (byte[])original.Clone();
        for (var i = random.Next(1, 8); i > 0; i--)
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? copy[..random.Next(1, copy.Length)] : copy;
    }
}
