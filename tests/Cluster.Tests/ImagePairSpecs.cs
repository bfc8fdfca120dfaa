using ActorBrowser.Transport;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>Images asked on one node and decoded by another, at sizes around each limit.</summary>
public sealed class ImagePairSpecs(CommandNodes nodes) : IClassFixture<CommandNodes>
{
    // Four bytes a pixel.
    private const int Part = (64 << 10) / 4;

    private const int Window = CommandNodes.Window / 4;

    [Fact]
    public async Task Pixels_arrive_whole_at_each_size()
    {
        foreach (var (width, height) in new[]
        {
            (1, 1), (Part - 1, 1), (Part, 1), (Part + 1, 1), ((Window / 2) - 1, 1), (Window / 2, 1), ((Window / 2) + 1, 1), (2, Window / 2), (3, (Window / 3) + 1), (Part, 100),
        })
        {
            var file = Bitmap(width, height, out var pixels);
            using var image = await nodes.Front.Client.DecodeAsync(new Decode(file)).Soon();
            Assert.Equal((width, height, width, height, 1, "bmp"), (image.Width, image.Height, image.SourceWidth, image.SourceHeight, image.Delays.Count, image.Format));
            Assert.True(image.Frame(0).SequenceEqual(pixels), $"{width} × {height} has other pixels.");
            Assert.True(image.ProcessId > 0);
        }
    }

    [Fact]
    public async Task A_refusal_and_a_cancellation_come_back()
    {
        Assert.Equal(DecodeFailure.UnknownFormat, (await Assert.ThrowsAsync<ImageException>(() => nodes.Front.Client.DecodeAsync(new Decode("hello"u8.ToArray())).Soon())).Refused.Kind);
        Assert.Equal(DecodeFailure.TooLarge, (await Assert.ThrowsAsync<ImageException>(() => nodes.Front.Client.DecodeAsync(new Decode(default)).Soon())).Refused.Kind);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => nodes.Front.Client.DecodeAsync(new Decode(Bitmap(3, 3, out _)), cancel.Token).Soon());
    }

    [Fact]
    public async Task Hostile_memory_refuses_its_image_and_nothing_else()
    {
        using var memory = new HostileMemory(1000);
        Assert.Contains("memory", (await Assert.ThrowsAsync<ImageException>(() => nodes.Front.Client.DecodeAsync(new Decode(memory.Memory)).Soon())).Message, StringComparison.Ordinal);
        (await nodes.Front.Client.DecodeAsync(new Decode(Bitmap(3, 3, out _))).Soon()).Dispose();
    }

    [Fact]
    public async Task An_image_whose_node_is_lost_is_decoded_by_another_one()
    {
        await using var front = await TestNode.StartAsync();
        var lost = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        var file = Bitmap(100, 100, out var pixels);
        // Its decoder is a process that must be started first.
        var decoding = front.Client.DecodeAsync(new Decode(file));
        Akka.Cluster.Cluster.Get(front.System).Down(lost.Address);
        await using var other = await TestNode.StartAsync(front, isBrowser: true);
        using var image = await decoding.Soon();
        Assert.True(image.Frame(0).SequenceEqual(pixels));
        await lost.CrashAsync();
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task An_image_that_is_larger_than_this_node_accepts_is_refused()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true);
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.max-image = 400");
        await front.LinkedAsync(1);
        (await front.Client.DecodeAsync(new Decode(Bitmap(10, 10, out _))).Soon()).Dispose();
        Assert.Contains("404 bytes", (await Assert.ThrowsAsync<ImageException>(() => front.Client.DecodeAsync(new Decode(Bitmap(101, 1, out _))).Soon())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_that_do_not_fit_their_image_are_refused_and_complete_ones_cannot_change()
    {
        var small = new ImageDecoded("png", 2, 1, 2, 1, [0]);
        Assert.NotNull(ReceivedPixels.Open(new ImageDecoded("png", 1, 1, int.MaxValue, int.MaxValue, [0]), 1, long.MaxValue, out _));
        Assert.NotNull(ReceivedPixels.Open(small, 1, 7, out _));
        Assert.Null(ReceivedPixels.Open(small, 1, 8, out var pixels));
        using (pixels)
        {
            Assert.NotNull(pixels!.Add(1, new byte[4]));
            Assert.NotNull(pixels.Add(0, new byte[9]));
            Assert.NotNull(pixels.Add(0, default));
            Assert.Null(pixels.Add(0, new byte[] { 1, 2, 3, 4 }));
            Assert.NotNull(pixels.Add(0, new byte[4]));
            Assert.Null(pixels.Add(4, new byte[] { 5, 6, 7, 8 }));
            Assert.Null(pixels.Complete(out var image));
            Assert.NotNull(pixels.Add(8, new byte[1]));
            using (image)
                Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], image!.Frame(0).ToArray());
        }
    }

    // 24 bits a pixel, from the bottom.
    private static byte[] Bitmap(int width, int height, out byte[] pixels)
    {
        pixels = new byte[width * height * 4];
        new Random(width).NextBytes(pixels);
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
}
