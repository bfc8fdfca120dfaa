using ActorBrowser.Cluster;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ClusterTests;

/// <summary>What becomes of a command when the node that runs it, or the node that asked for it, is lost.</summary>
public sealed class LostCommandSpecs
{
    [Fact]
    public async Task Whoever_waits_for_a_command_of_a_lost_node_is_told_its_end_once()
    {
        await using var front = await TestNode.StartAsync();
        var lost = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(1);
        var subscriber = new Probe(front.System);
        var writer = new Probe(front.System);
        var waiter = new Probe(front.System);
        var spawned = await front.Cluster.Ask<Spawned>(new Spawn(["sh", "-c", "echo one; exec cat"]) { Input = CommandInput.Pipe, Subscription = new Subscribe(subscriber.Ref) }, Deadline.Long);
        Assert.Equal(4, (await subscriber.NextAsync<OutputChunk>()).Data.Length);
        spawned.Session.Tell(new WriteInput("x"u8.ToArray()), writer.Ref);
        Assert.Equal(1, (await writer.NextAsync<InputTaken>()).Taken);
        front.Cluster.Tell(new Wait(spawned.Handle), waiter.Ref);
        await subscriber.NextAsync<OutputChunk>();
        // Asked and answered, so the wait above has reached the node.
        Assert.Equal(CommandStatus.Running, (await spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long)).Status);

        // As by a partition: the node itself says nothing.
        Akka.Cluster.Cluster.Get(front.System).Down(lost.Address);

        Assert.Equal(ExitCause.NodeLost, (await subscriber.NextAsync<CommandExited>()).Exit.Cause);
        var closed = await subscriber.NextAsync<CommandClosed>();
        Assert.Equal((spawned.Handle, ExitCause.NodeLost, 5L), (closed.Handle, closed.Exit.Cause, closed.OutputBytes));
        var waited = await waiter.NextAsync<Waited>();
        Assert.Equal((CommandStatus.Killed, ExitCause.NodeLost, "sh -c echo one; exec cat"), (waited.Snapshot.Status, waited.Snapshot.Exit!.Cause, waited.Snapshot.Command));
        Assert.True((await writer.NextAsync<InputTaken>()).Ended);
        await Assert.ThrowsAsync<NodeLostException>(() => front.Cluster.Ask<CommandSnapshot>(new Poll(spawned.Handle), Deadline.Long));
        // The session has stopped; what comes late is answered, too.
        await Assert.ThrowsAsync<NodeLostException>(() => spawned.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long));
        Assert.Empty((await front.Cluster.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries);
        await subscriber.NothingAsync();
        await waiter.NothingAsync();
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task A_command_that_its_node_had_not_started_is_refused_and_not_tried_elsewhere()
    {
        await using var front = await TestNode.StartAsync();
        var lost = await TestNode.StartAsync(front, isBrowser: true, hocon: "actorbrowser.commands.capacity = 1");
        await front.LinkedAsync(1);
        var subscriber = new Probe(front.System);
        // The browser keeps an awaited command, so another one waits for room.
        var first = await front.Cluster.Ask<Spawned>(new Spawn(["sleep", "100"]) { IsAwaited = true }, Deadline.Long);
        var running = front.Cluster.Ask<Waited>(new Wait(first.Handle), Deadline.Long);
        var waiting = front.Cluster.Ask<SpawnRefused>(new Spawn(["true"]) { Subscription = new Subscribe(subscriber.Ref) }, Deadline.Long);
        await using var other = await TestNode.StartAsync(front, isBrowser: true);
        await front.LinkedAsync(2);

        Akka.Cluster.Cluster.Get(front.System).Down(lost.Address);

        Assert.Equal(SpawnFailure.NodeLost, (await waiting).Kind);
        Assert.Equal(ExitCause.NodeLost, (await running).Snapshot.Exit!.Cause);
        await subscriber.NothingAsync();
        Assert.Empty((await front.Cluster.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task The_commands_of_a_lost_asker_end_and_those_that_it_awaited_are_forgotten()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true);
        var lost = await TestNode.StartAsync(browser);
        await lost.LinkedAsync(1);
        await browser.LinkedAsync(1);
        var started = await lost.Client.Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        _ = lost.Client.Commands.RunAsync(new Spawn(["sleep", "100"])).ContinueWith(static _ => { }, TaskScheduler.Default);
        await RunningAsync(browser, 2);

        await lost.CrashAsync();
        Akka.Cluster.Cluster.Get(browser.System).Down(lost.Address);

        var waited = await browser.Cluster.Ask<Waited>(new Wait(started.Handle), Deadline.Long);
        Assert.Equal(ExitCause.Kill, waited.Snapshot.Exit!.Cause);
        using var late = new CancellationTokenSource(Deadline.Long);
        while ((await browser.Cluster.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries is not [{ IsOver: true } only] || only.Handle != started.Handle)
            await Task.Delay(20, late.Token);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task A_node_that_keeps_orphans_lets_another_one_pick_them_up()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.orphans = keep");
        var lost = await TestNode.StartAsync(browser);
        await lost.LinkedAsync(1);
        var started = await lost.Client.Commands.StartAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe }).Soon();
        await lost.CrashAsync();
        Akka.Cluster.Cluster.Get(browser.System).Down(lost.Address);

        await using var other = await TestNode.StartAsync(browser);
        await other.LinkedAsync(1);
        var kept = Assert.Single((await other.Cluster.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries);
        Assert.Equal((started.Handle, false), (kept.Handle, kept.IsOver));
        Assert.Equal(2, (await kept.Session.Ask<InputTaken>(new WriteInput("hi"u8.ToArray()), Deadline.Long)).Taken);
        kept.Session.Tell(CloseInput.Instance, ActorRefs.NoSender);
        Assert.Equal("hi", (await other.Cluster.Ask<Waited>(new Wait(kept.Handle), Deadline.Long)).Snapshot.Output.ToString());
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task A_full_node_answers_questions_about_its_commands()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.capacity.commands = 1");
        await using var front = await TestNode.StartAsync(browser, hocon: "actorbrowser.cluster.wait-timeout = 300ms");
        await using var other = await TestNode.StartAsync(browser);
        await front.LinkedAsync(1);
        await other.LinkedAsync(1);
        var running = await front.Client.Commands.StartAsync(new Spawn(["sleep", "100"])).Soon();
        Assert.Equal(SpawnFailure.NodesFull, (await front.Cluster.Ask<SpawnRefused>(new Spawn(["true"]), Deadline.Long)).Kind);
        Assert.Equal(CommandStatus.Running, (await other.Cluster.Ask<CommandSnapshot>(new Poll(running.Handle), Deadline.Long)).Status);
        Assert.Equal(ExitCause.Kill, (await other.Cluster.Ask<CommandSnapshot>(new KillCommand(running.Handle, TimeSpan.Zero), Deadline.Long)).Exit!.Cause);
        await front.RoomAsync(WorkKind.Command);
        Assert.Equal(0, (await front.Client.Commands.RunAsync("true").Soon()).Exit!.ExitCode);
    }

    [Fact]
    public async Task The_policy_bounds_a_command_s_time_and_allows_what_it_names()
    {
        await using var browser = await TestNode.StartAsync(isBrowser: true, hocon: "actorbrowser.cluster.policy.command { longest = 300ms, read = on, world = off, spill-file = on }");
        await using var front = await TestNode.StartAsync(browser);
        await front.LinkedAsync(1);
        Assert.Equal(ExitCause.TotalTimeout, (await front.Client.Commands.RunAsync("sleep", ["100"], default).Soon()).Exit!.Cause);
        var longer = await front.Cluster.Ask<SpawnRefused>(new Spawn(["true"]) { TotalTimeout = TimeSpan.FromSeconds(1) }, Deadline.Long);
        Assert.Contains("command.longest", longer.Message, StringComparison.Ordinal);
        Assert.Contains("command.world", (await front.Cluster.Ask<SpawnRefused>(new Spawn(["true"]) { World = "w" }, Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.Equal(0, (await front.Client.Commands.RunAsync(new Spawn(["true"]) { Read = ["/usr"] }).Soon()).Exit!.ExitCode);
    }

    private static async Task RunningAsync(TestNode node, int commands)
    {
        using var late = new CancellationTokenSource(Deadline.Long);
        while ((await node.Cluster.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries.Count(static entry => !entry.IsOver) != commands)
            await Task.Delay(20, late.Token);
    }
}
