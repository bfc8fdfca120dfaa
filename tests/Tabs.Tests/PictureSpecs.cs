using Akka.Actor;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.TabsTests;

/// <summary>Pictures as browsers show them: all sampling factors, upright, animated, and the readable part of a damaged one.</summary>
public sealed class PictureSpecs : BrowserSpecs
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-pictures-").FullName;

    [FactNeeds("python3-pil", "libjpeg-turbo-progs", "libpng16-16", "libturbojpeg0")]
    public async Task Each_picture_is_what_Pillow_makes_of_it()
    {
        var lines = await Tools.PythonAsync("pictures.py", _folder);
        Assert.InRange(lines.Length, 20, int.MaxValue);
        foreach (var line in lines)
        {
            // A name, a tolerance, then for each frame its file and its duration.
            var parts = line.Split(' ');
            var file = await File.ReadAllBytesAsync(Path.Combine(_folder, parts[0]));
            using var image = Assert.IsType<DecodedImage>(await Browser.Ask<object>(new Decode(file), Deadline.Long));
            Assert.Equal((parts[0], parts[2..].Length / 2, $"{image.Width}x{image.Height}"), (parts[0], image.Delays.Count, parts[1].Split(':')[1]));
            for (var frame = 0; frame < image.Delays.Count; frame++)
            {
                Assert.Equal(int.Parse(parts[3 + (frame * 2)], System.Globalization.CultureInfo.InvariantCulture), image.Delays[frame]);
                AssertNear(parts[0], frame, int.Parse(parts[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture), await File.ReadAllBytesAsync(Path.Combine(_folder, parts[2 + (frame * 2)])), image.Frame(frame));
            }
        }
        Directory.Delete(_folder, true);
    }

    [FactNeeds("python3-pil", "libjpeg-turbo-progs", "libpng16-16", "libturbojpeg0")]
    public async Task An_upright_picture_is_made_smaller_upright()
    {
        await Tools.PythonAsync("pictures.py", _folder);
        var file = await File.ReadAllBytesAsync(Path.Combine(_folder, "turned-6.jpg"));
        using var image = Assert.IsType<DecodedImage>(await Browser.Ask<object>(new Decode(file) { MaxWidth = 4 }, Deadline.Long));
        Assert.Equal((32, 48, 4, 6), (image.SourceWidth, image.SourceHeight, image.Width, image.Height));
        Directory.Delete(_folder, true);
    }

    private static void AssertNear(string name, int frame, int tolerance, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(expected[i] - actual[i]) > tolerance && !(expected[i | 3] == 0 && actual[i | 3] == 0))
                Assert.Fail($"{name}, frame {frame}, byte {i}: {actual[i]} instead of {expected[i]}");
        }
    }
}
