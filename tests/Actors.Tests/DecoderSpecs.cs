using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ImageProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>An image decoder that sends false answers, played by the test.</summary>
[SupportedOSPlatform("linux")]
[Trait("Tier", "Fast")]
public sealed class DecoderSpecs : TestKit
{
    private readonly FakeLauncher _launcher = new();
    private readonly IActorRef _browser;

    public DecoderSpecs() : base("akka.loglevel = OFF\nakka.log-dead-letters = off\nactorbrowser.pools.image-decoder { spares = 0, max-processes = 1, max-waiting = 1, queue-timeout = 500ms }") =>
        _browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Sys.Settings.Config), _launcher), "browser");

    private async Task<(FakeChild Child, ulong Id)> AskedAsync(byte[]? file = null)
    {
        _browser.Tell(new Decode(file ?? [1, 2, 3]), TestActor);
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        var request = await child.NextAsync();
        Assert.Equal(MessageType.DecodeImage, request.Type);
        return (child, request.Id);
    }

    private static SafeDescriptor Pixels(int bytes, Seals seals, byte fill = 7)
    {
        var file = SharedMemory.Create("test", bytes);
        var memory = new MappedMemory(file, bytes, writable: true);
        memory.GetSpan().Fill(fill);
        ((IDisposable)memory).Dispose();
        if (seals != Seals.None)
            SharedMemory.Add(file, seals);
        return file;
    }

    private static void Answer(FakeChild child, ulong id, SafeDescriptor pixels, int width = 2, int height = 2)
    {
        child.Channel.Write(id, new ImageDecoded("png", width, height, width, height, [0]), [pixels]);
        child.Channel.Flush();
    }

    [Fact]
    public async Task Sealed_pixels_arrive_as_they_are()
    {
        var (child, id) = await AskedAsync();
        Answer(child, id, Pixels(16, Seals.Write | Seals.Shrink | Seals.Grow));
        using var image = await ExpectMsgAsync<DecodedImage>(Deadline.Long);
        Assert.Equal(Enumerable.Repeat((byte)7, 16), image.Frame(0).ToArray());
    }

    [Theory]
    [InlineData((int)Seals.None)]
    [InlineData((int)Seals.Shrink)]
    [InlineData((int)Seals.Write)]
    public async Task Pixels_that_could_still_change_or_end_are_refused_and_their_decoder_is_ended(int seals)
    {
        var (child, id) = await AskedAsync();
        Answer(child, id, Pixels(16, (Seals)seals));
        Assert.Contains("could change or shrink", (await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.InRange(child.Kills, 1, 9);
    }

    [Fact]
    public async Task Pixels_that_are_fewer_than_was_said_are_refused()
    {
        var (child, id) = await AskedAsync();
        Answer(child, id, Pixels(15, Seals.Write | Seals.Shrink), 2, 2);
        Assert.Null((await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Kind);
    }

    [Fact]
    public async Task A_size_beyond_all_memory_is_refused()
    {
        var (child, id) = await AskedAsync();
        Answer(child, id, Pixels(16, Seals.Write | Seals.Shrink), int.MaxValue, int.MaxValue);
        Assert.Null((await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Kind);
    }

    [Fact]
    public async Task A_large_file_rides_in_a_sealed_memory_file()
    {
        var file = new byte[300_000];
        new Random(1).NextBytes(file);
        var (child, _) = await AskedAsync(file);
        Assert.Equal(Seals.Write | Seals.Shrink | Seals.Grow | Seals.Seal, SharedMemory.SealsOf(child.Shared!));
        using var memory = new MappedMemory(child.Shared!, file.Length, writable: false);
        Assert.True(memory.GetSpan().SequenceEqual(file));
        Assert.Throws<SystemCallException>(() => new MappedMemory(child.Shared!, file.Length, writable: true));
    }

    [Fact]
    public async Task A_decoder_that_dies_is_one_answer_and_the_next_image_has_another()
    {
        var (child, _) = await AskedAsync();
        child.Exit(null, 11);
        child.Channel.Dispose();
        Assert.Contains("was lost", (await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Message, StringComparison.Ordinal);
        var (next, id) = await AskedAsync();
        Answer(next, id, Pixels(16, Seals.Write | Seals.Shrink));
        (await ExpectMsgAsync<DecodedImage>(Deadline.Long)).Dispose();
    }

    [Fact]
    public async Task Whoever_finds_no_process_waits_for_so_long_and_in_no_long_queue()
    {
        await AskedAsync();
        _browser.Tell(new Decode(new byte[] { 1 }), TestActor);
        _browser.Tell(new Decode(new byte[] { 1 }), TestActor);
        Assert.Equal("1 requests wait for image-decoder processes already, as many as actorbrowser.pools.image-decoder.max-waiting allows.", (await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Message);
        Assert.Contains("was available within 0.5 s: 1 of 1 are in use", (await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_decoding_is_answered_at_once_and_its_process_not_lent_again()
    {
        using var patience = new CancellationTokenSource();
        _browser.Tell(new Decode(new byte[] { 1 }) { Cancellation = patience.Token }, TestActor);
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        await child.NextAsync();
        await patience.CancelAsync();
        Assert.Equal("The decoding was cancelled.", (await ExpectMsgAsync<DecodeRefused>(Deadline.Long)).Message);
        Assert.Equal(MessageType.CancelWork, (await child.NextAsync()).Type);
        await AskedAsync();
        Assert.InRange(child.Kills, 1, 9);
    }
}
