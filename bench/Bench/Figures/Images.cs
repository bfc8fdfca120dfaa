using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;
using Akka.Actor;

namespace ActorBrowser.Bench.Figures;

/// <summary>Decodes an image of 12 megapixels to mapped pixels, and compares a warm decoder with a new one.</summary>
internal sealed class ImageDecoding : IFigure
{
    // A bitmap of one pixel: its time is the round trip to the decoder.
    private static readonly byte[] Tiny = Convert.FromHexString("424D3A0000000000000036000000280000000100000001000000010018000000000004000000130B0000130B000000000000000000000000FF00");

    private const int Pixels = 4000 * 3000 * 4;

    private static readonly byte[] s_pixels = new byte[Pixels];

    public string Name => "images";

    public async Task<IReadOnlyList<Row>> MeasureAsync(BenchContext context)
    {
        var path = Path.Combine(context.Scratch, "large.jpg");
        // With noise as from a camera's sensor: 3.7 MB, about the size of a phone's photo with as many pixels.
        NativeProcess.Run("/usr/bin/python3", "-c", "from PIL import Image; size = (4000, 3000); Image.blend(Image.effect_mandelbrot(size, (-2, -1.5, 1, 1.5), 100),"
            + $" Image.effect_noise(size, 24), 0.3).convert('RGB').save({Quote(path)}, quality=90)");
        var file = await File.ReadAllBytesAsync(path);
        await using var browser = await Browser.StartAsync(context, "actorbrowser.pools.image-decoder { max-uses = 1000000, spares = 0 }");
        var ours = new Contender("in a decoder, mapped", "ms", () => TimeAsync(async () => (await DecodeAsync(browser, file)).Dispose()));
        var theirs = new Contender("TurboJPEG in process, into malloc's memory", "ms", () => TimeAsync(() =>
        {
            DecodeInProcess(file);
            return Task.CompletedTask;
        }));
        var warmed = new Contender("TurboJPEG in process, into memory in use already", "ms", () => TimeAsync(() =>
        {
            JpegCodec.Decode(file, 1, s_pixels);
            return Task.CompletedTask;
        }));
        await ours.Sample();
        await theirs.Sample();
        await warmed.Sample();
        var large = await Contender.InterleaveAsync(context.Pick(5, 15), ours, theirs, warmed);
        var warm = new Contender("a warm decoder", "ms", () => TimeAsync(async () => (await DecodeAsync(browser, Tiny)).Dispose()));
        var cold = new Contender("one that is started", "ms", async () =>
        {
            await using var fresh = await Browser.StartAsync(context, "actorbrowser.pools.image-decoder.spares = 0");
            return await TimeAsync(async () => (await DecodeAsync(fresh, Tiny)).Dispose());
        });
        await warm.Sample();
        await cold.Sample();
        var first = await Contender.InterleaveAsync(context.Pick(5, 15), warm, cold);
        return
        [
            new Row("JPEG of 12 megapixels to mapped pixels", large[0], large[1], Target.AtMost(1.1)),
            new Row("JPEG of 12 megapixels to mapped pixels", large[0], large[2], null),
            new Row("acquire to first answer", first[0], first[1], Target.AtMost(0.05)),
        ];
    }

    // As a C program does: the pixels go into memory allocated for them, as with our decoder.
    private static unsafe void DecodeInProcess(byte[] file)
    {
        var pixels = NativeMemory.Alloc(Pixels);
        JpegCodec.Decode(file, 1, new Span<byte>(pixels, Pixels));
        NativeMemory.Free(pixels);
    }

    private static async Task<DecodedImage> DecodeAsync(Browser browser, byte[] file) =>
        await browser.Actor.Ask<object>(new ImageProtocol.Decode(file)) as DecodedImage ?? throw new InvalidOperationException("The image was not decoded.");

    private static async Task<double> TimeAsync(Func<Task> action)
    {
        var started = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static string Quote(string path) => $"'{path}'";
}
