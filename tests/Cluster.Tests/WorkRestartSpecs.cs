using ActorBrowser.Cluster;
using ActorBrowser.TestChild;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>What others hear when an actor of a command, an image or a role's request fails, on either node.</summary>
public sealed class WorkRestartSpecs(RoleNodes nodes) : IClassFixture<RoleNodes>
{
    private const string Hosted = $"/user/{NodeHost.Name}/*/*";

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_command_s_conversation_that_fails_tells_each_who_waits_once_and_the_command_ends(bool there)
    {
        var subscriber = new Probe(nodes.Front.System);
        var waiter = new Probe(nodes.Front.System);
        var spawned = await nodes.Front.Cluster.Ask<Spawned>(new Spawn(["sleep", "100"]) { Subscription = new Subscribe(subscriber.Ref) }, Deadline.Long);
        nodes.Front.Cluster.Tell(new Wait(spawned.Handle), waiter.Ref);
        Assert.Equal(CommandStatus.Running, (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Status);
        if (there)
            nodes.Browser.System.ActorSelection(Hosted).Tell(Poison.Instance);
        else
            spawned.Session.Tell(Poison.Instance);
        var cause = there ? ExitCause.NodeLost : ExitCause.Kill;
        Assert.Equal(cause, (await subscriber.NextAsync<CommandExited>()).Exit.Cause);
        Assert.Equal(cause, (await subscriber.NextAsync<CommandClosed>()).Exit.Cause);
        Assert.Equal(cause, (await waiter.NextAsync<Waited>()).Snapshot.Exit!.Cause);
        // What the node itself says of it.
        Assert.Equal(ExitCause.Kill, (await nodes.Front.Cluster.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot.Exit!.Cause);
        await subscriber.NothingAsync();
        await waiter.NothingAsync();
    }

    [Fact]
    public async Task An_actor_s_stand_in_that_fails_ends_its_conversation_as_if_that_had_failed()
    {
        var subscriber = new Probe(nodes.Front.System);
        var spawned = await nodes.Front.Cluster.Ask<Spawned>(new Spawn(["sleep", "100"]) { Subscription = new Subscribe(subscriber.Ref) }, Deadline.Long);
        Assert.Equal(CommandStatus.Running, (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Status);
        nodes.Browser.System.ActorSelection($"{Hosted}/*").Tell(Poison.Instance);
        Assert.Equal(ExitCause.NodeLost, (await subscriber.NextAsync<CommandClosed>()).Exit.Cause);
        Assert.Equal(ExitCause.Kill, (await nodes.Front.Cluster.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot.Exit!.Cause);
    }

    [Fact]
    public async Task A_list_of_handles_whose_actor_fails_is_answered_with_what_it_has()
    {
        var asker = new Probe(nodes.Front.System);
        var cluster = new Probe(nodes.Front.System);
        var collector = nodes.Front.System.ActorOf(HandlesCollector.Props(asker.Ref, cluster.Ref, ["a", "b"]));
        collector.Tell(new HandlesConversation.Listed("a", [("cmd-1@1", true)]));
        collector.Tell(Poison.Instance);
        Assert.Equal("cmd-1@1", Assert.Single((await asker.NextAsync<Handles>()).Entries).Handle);
        await asker.NothingAsync();
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task A_request_to_a_role_whose_actor_fails_is_answered_once(bool there)
    {
        var client = RoleClient<TypedRole>.For(nodes.Role);
        var local = (await nodes.Browser.System.ActorSelection("/user/browser").Ask<RoleProtocol.RoleFound>(new RoleProtocol.GetRole("typed"), Deadline.Long)).Role;
        var events = new Probe(nodes.Browser.System);
        await local.Ask<RoleProtocol.Subscribed>(new RoleProtocol.Subscribe(events.Ref), Deadline.Long);
        var asked = client.AskAsync<Done>(new Work("wait"));
        await events.NextAsync<Noted>();
        if (there)
            nodes.Browser.System.ActorSelection(Hosted).Tell(Poison.Instance);
        else
            nodes.Front.System.ActorSelection($"/user/{ClusterStart.Name}/$*").Tell(Poison.Instance);
        if (there)
            await Assert.ThrowsAsync<ChildLostException>(() => asked.Soon());
        else
            await Assert.ThrowsAsync<BrowserStoppedException>(() => asked.Soon());
        Assert.Equal("works", (await client.AskAsync<Done>(new Work("works")).Soon()).Text);
    }

    [Fact]
    public async Task A_role_s_actor_of_the_cluster_is_restarted_and_what_is_under_way_goes_on()
    {
        var client = RoleClient<TypedRole>.For(nodes.Role);
        var stream = client.StreamAsync<int>(new Count(50, "slowly")).GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync().AsTask().Soon());
        nodes.Role.Tell(Poison.Instance);
        var last = 1;
        while (await stream.MoveNextAsync().AsTask().Soon())
            last = stream.Current;
        Assert.Equal(50, last);
        Assert.Equal("works", (await client.AskAsync<Done>(new Work("works")).Soon()).Text);
    }

    [Fact]
    public async Task An_image_s_conversation_that_fails_is_a_refusal_once()
    {
        var asker = new Probe(nodes.Front.System);
        // Its decoder is a process, which takes longer to start than a message.
        nodes.Front.Cluster.Tell(new ImageProtocol.Decode("no image"u8.ToArray()), asker.Ref);
        nodes.Front.System.ActorSelection($"/user/{ClusterStart.Name}/$*").Tell(Poison.Instance);
        Assert.IsType<ImageProtocol.DecodeRefused>(await asker.NextAsync());
        await asker.NothingAsync();
        Assert.Equal(DecodeFailure.UnknownFormat, Assert.IsType<ImageProtocol.DecodeRefused>(await nodes.Front.Cluster.Ask<object>(new ImageProtocol.Decode("no image"u8.ToArray()), Deadline.Long)).Kind);
    }
}
