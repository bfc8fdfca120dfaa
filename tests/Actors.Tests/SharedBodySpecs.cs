using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Bodies in memory shared with a child, which the test plays, sometimes as a hostile one.</summary>
[SupportedOSPlatform("linux")]
[Trait("Tier", "Fast")]
public sealed class SharedBodySpecs : TestKit
{
    private readonly FakeLauncher _launcher = new();
    private readonly IActorRef _browser;

    public SharedBodySpecs() : base("akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.network.shared-bodies = 256 KiB") =>
        _browser = Sys.ActorOf(BrowserActor.Props(ActorBrowserSettings.From(Sys.Settings.Config), _launcher), "browser");

    private static readonly FetchHeaders Headers = new(200, "1.1", "http://x/", [], [], "", AddressSpace.Public, -1, default);

    private async Task<(FakeChild Child, ulong Id)> BeginAsync()
    {
        _browser.Tell(new Fetch("http://x/") { Streamed = true }, TestActor);
        await ExpectMsgAsync<FetchStarted>(Deadline.Long);
        var child = await _launcher.NextAsync();
        await child.BecomeReadyAsync();
        var request = await child.NextAsync();
        child.Send(request.Id, Headers);
        await ExpectMsgAsync<FetchHeadersArrived>(Deadline.Long);
        return (child, request.Id);
    }

    [Fact]
    public async Task What_a_child_writes_after_a_piece_has_come_changes_nothing()
    {
        var (child, id) = await BeginAsync();
        using var slots = BodySlots.Open(child.Shared!);
        var slot = slots.TryTake();
        slots[slot].Span.Fill(1);
        child.Send(id, new FetchBodySlot(0, slot, BodySlots.SlotBytes));
        var piece = await ExpectMsgAsync<FetchChunk>(Deadline.Long);
        slots[slot].Span.Fill(2);
        Assert.Equal(BodySlots.SlotBytes, piece.Data.Length);
        Assert.Equal(-1, piece.Data.Span.IndexOfAnyExcept((byte)1));
    }

    [Fact]
    public async Task Slots_come_back_half_of_them_at_a_time()
    {
        var (child, id) = await BeginAsync();
        using var slots = BodySlots.Open(child.Shared!);
        // There are four slots.
        var (first, second) = (slots.TryTake(), slots.TryTake());
        child.Send(id, new FetchBodySlot(0, first, 10));
        child.Send(id, new FetchBodySlot(10, second, 10));
        var frame = await child.NextAsync();
        var reader = new MessagePack.MessagePackReader(frame.Body);
        Assert.Equal((MessageType.SlotsFree, (1UL << first) | (1UL << second)), (frame.Type, SlotsFree.Read(ref reader).Slots));
    }

    [Fact]
    public async Task The_memory_cannot_be_made_shorter_by_the_child()
    {
        var (child, _) = await BeginAsync();
        Assert.Equal(Seals.Shrink | Seals.Grow | Seals.Seal, SharedMemory.SealsOf(child.Shared!));
        Assert.Equal(256 << 10, SharedMemory.LengthOf(child.Shared!));
        using var file = new FileStream($"/proc/self/fd/{child.Shared!.Value}", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Assert.ThrowsAny<Exception>(() => file.SetLength(1));
        child.Shared.Dispose();
    }

    [Theory]
    [InlineData(4)]
    [InlineData(63)]
    public async Task A_slot_that_the_child_does_not_have_ends_it(int slot)
    {
        var (child, id) = await BeginAsync();
        child.Send(id, new FetchBodySlot(0, slot, 1));
        var failed = await ExpectMsgAsync<FetchFailed>(Deadline.Long);
        Assert.Equal(FetchErrorKind.ChildLost, failed.Kind);
        Assert.Contains($"slot {slot}", failed.Message, StringComparison.Ordinal);
        child.Shared!.Dispose();
    }

    [Fact]
    public async Task Pieces_in_slots_count_against_the_credit_and_have_their_order()
    {
        var (child, id) = await BeginAsync();
        child.Send(id, new FetchBodySlot(7, 0, 1));
        Assert.Equal(FetchErrorKind.ChildLost, (await ExpectMsgAsync<FetchFailed>(Deadline.Long)).Kind);
        child.Shared!.Dispose();
    }
}
