using System.Runtime.Versioning;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Each row of docs/failure-modes.md, "Restarts": what a failed actor keeps, what it ends, and who is told.</summary>
[SupportedOSPlatform("linux")]
public sealed class RestartSpecs() : PlayedChildSpecs("OFF")
{
    private static ActorBrowserSettings Single => Settings("actorbrowser.pools.image-decoder { spares = 0, max-processes = 1 }");

    [Fact]
    public async Task A_browser_that_fails_keeps_everything_and_tells_the_sender_alone()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Single, Launcher));
        var early = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        var spawned = (await early).Child;
        var before = await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        var image = browser.Ask<DecodedImage>(new ImageProtocol.Decode(new byte[] { 1 }), Deadline.Long);
        var decoder = await Launcher.NextAsync();
        await decoder.BecomeReadyAsync();
        var request = await decoder.NextAsync();
        var unready = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        var second = await Launcher.NextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => browser.Ask<object>(Poison.Instance, Deadline.Long));

        await second.BecomeReadyAsync();
        await unready;
        SendPixels(decoder, request.Id);
        (await image).Dispose();
        var after = await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        Assert.Equal((before.Network, before.Fetch, before.Commands), (after.Network, after.Fetch, after.Commands));
        Assert.Equal(2, after.Spawned.Count);
        Assert.Contains(spawned, after.Spawned);
        Assert.Equal(0, child.Kills + decoder.Kills);
    }

    [Fact]
    public async Task An_image_service_that_fails_answers_each_asker_once_and_leaves_no_process_lent()
    {
        var pool = Sys.ActorOf(WorkerPool.Props("image-decoder", Single, Single.Images.Decoders, Launcher));
        var images = Sys.ActorOf(ImageService.Props(Single.Images, pool));
        images.Tell(new ImageProtocol.Decode(new byte[] { 1 }), Owner.Ref);
        images.Tell(new ImageProtocol.Decode(new byte[] { 2 }), Owner.Ref);
        var decoder = await Launcher.NextAsync();
        await decoder.BecomeReadyAsync();
        await decoder.NextAsync();
        images.Tell(Poison.Instance);
        for (var i = 0; i < 2; i++)
            await Owner.ExpectMsgAsync<ImageProtocol.DecodeRefused>(Deadline.Long);
        images.Tell(new ImageProtocol.Decode(new byte[] { 3 }), Owner.Ref);
        var next = await Launcher.NextAsync();
        await next.BecomeReadyAsync();
        SendPixels(next, (await next.NextAsync()).Id);
        (await Owner.ExpectMsgAsync<DecodedImage>(Deadline.Long)).Dispose();
        Assert.True(decoder.Kills > 0);
    }

    [Fact]
    public async Task A_pool_that_fails_tells_who_waits_and_who_has_a_process_and_begins_anew()
    {
        var pool = Sys.ActorOf(WorkerPool.Props("image-decoder", Single, Single.Images.Decoders, Launcher));
        pool.Tell(new WorkerPool.Acquire(1, "a"), Owner.Ref);
        var decoder = await Launcher.NextAsync();
        await decoder.BecomeReadyAsync();
        await Owner.ExpectMsgAsync<WorkerPool.Leased>(Deadline.Long);
        pool.Tell(new WorkerPool.Acquire(2, "b"), Owner.Ref);
        pool.Tell(Poison.Instance, Owner.Ref);
        var told = new[] { await Owner.ExpectMsgAsync<object>(Deadline.Long), await Owner.ExpectMsgAsync<object>(Deadline.Long) };
        Assert.Equal(2, told.OfType<WorkerPool.Refused>().Single().Lease);
        Assert.Equal(1, told.OfType<WorkerPool.WorkerLost>().Single().Lease);
        await decoder.Exited.Soon();
        pool.Tell(new WorkerPool.Acquire(3, "c"), Owner.Ref);
        await (await Launcher.NextAsync()).BecomeReadyAsync();
        await Owner.ExpectMsgAsync<WorkerPool.Leased>(Deadline.Long);
    }

    [Fact]
    public async Task A_spawned_child_whose_actor_fails_before_it_is_ready_is_told_to_its_asker()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Single, Launcher));
        var spawning = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        await Launcher.NextAsync();
        var children = await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long);
        children.Spawned.Single().Tell(Poison.Instance);
        await Assert.ThrowsAsync<ChildLostException>(() => spawning);
        Assert.Empty((await browser.Ask<BrowserProtocol.Children>(BrowserProtocol.GetChildren.Instance, Deadline.Long)).Spawned);
    }

    /// <summary>Ten thousand invalid messages from a hostile sender, while another child answers.</summary>
    [Fact]
    public async Task Wrong_fields_of_the_browser_s_and_children_s_messages_are_answered_to_their_sender_and_disturb_nobody()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Single, Launcher));
        var spawning = browser.Ask<BrowserProtocol.ChildSpawned>(new BrowserProtocol.SpawnChild("echo"), Deadline.Long);
        var innocent = await Launcher.NextAsync();
        await innocent.BecomeReadyAsync();
        var child = (await spawning).Child;
        object[] wrongToBrowser =
        [
            new BrowserProtocol.SpawnChild(null!), new BrowserProtocol.SpawnChild(""), new BrowserProtocol.SpawnChild("a/b"),
            new BrowserProtocol.SpawnChild("\0"), new BrowserProtocol.SpawnChild(new string('a', 100_000)), new BrowserProtocol.SpawnChild("echo") { RoleArgs = new byte[2 << 20] },
        ];
        object[] wrongToChild = [new Subscribe(null!), new SendToRole(1, new byte[2 << 20])];
        for (var i = 0; i < 1000; i++)
        {
            foreach (var wrong in wrongToBrowser)
                browser.Tell(wrong, Owner.Ref);
            foreach (var wrong in wrongToChild)
                child.Tell(wrong, Owner.Ref);
            for (var answer = 0; answer < wrongToBrowser.Length + wrongToChild.Length; answer++)
                await Owner.ExpectMsgAsync<Akka.Actor.Status.Failure>(Deadline.Long);
        }
        var asking = child.Ask<RoleAnswer>(new SendToRole(1, default), Deadline.Long);
        innocent.Send((await innocent.NextAsync()).Id, new RoleMessage(1, default));
        await asking;
        Assert.Equal(1, Launcher.Launches);
    }

    private static void SendPixels(FakeChild child, ulong id)
    {
        var file = SharedMemory.Create("pixels", 16);
        SharedMemory.Add(file, Seals.Write | Seals.Shrink | Seals.Grow);
        child.Channel.Write(id, new ImageDecoded("png", 2, 2, 2, 2, [0]), [file]);
        child.Channel.Flush();
    }
}
