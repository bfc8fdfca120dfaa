using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The effects of a failure of a runner's actor: rows of docs/failure-modes.md, "Restarts". The runners are played.</summary>
public sealed class RunnerRestartSpecs() : PlayedChildSpecs("OFF")
{
    private async Task<IActorRef> RunnerAsync(IActorRef browser, int number) =>
        await Sys.ActorSelection(browser.Path / "commands" / $"runner-{number}").ResolveOne(Deadline.Long);

    private async Task<FakeChild> ReadyRunnerAsync()
    {
        var runner = await Launcher.NextAsync();
        await runner.BecomeReadyAsync();
        return runner;
    }

    private static async Task<ulong> BeginAsync(FakeChild runner)
    {
        var request = await runner.NextAsync();
        Assert.Equal(MessageType.SpawnRequest, request.Type);
        runner.Send(request.Id, new SpawnReady(42, 0));
        return request.Id;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_runner_that_fails_or_is_stopped_ends_its_command_once_and_the_next_gets_another(bool byPill)
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));
        browser.Tell(new Spawn(["true"]) { Subscription = new Subscribe(Owner.Ref) }, TestActor);
        var process = await ReadyRunnerAsync();
        await BeginAsync(process);
        var spawned = await ExpectMsgAsync<Spawned>(Deadline.Long);
        var waiting = browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long);

        (await RunnerAsync(browser, 1)).Tell(byPill ? PoisonPill.Instance : Poison.Instance, ActorRefs.NoSender);

        Assert.Equal(ExitCause.RunnerLost, (await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long)).Exit.Cause);
        await Owner.ExpectMsgAsync<CommandClosed>(Deadline.Long);
        Assert.Equal(ExitCause.RunnerLost, (await waiting).Snapshot.Exit!.Cause);
        await process.Exited.Soon();
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);

        // With another profile; a kind of runner requested twice has a spare, too.
        browser.Tell(new Spawn(["true"]) { Profile = "command-read-only" }, TestActor);
        await BeginAsync(await ReadyRunnerAsync());
        await ExpectMsgAsync<Spawned>(Deadline.Long);
    }

    [Theory]
    [InlineData(73, null, "", ExitCause.MemoryLimit)]
    [InlineData(null, 6, "Out of memory.", ExitCause.MemoryLimit)]
    [InlineData(null, 9, "", ExitCause.RunnerLost)]
    public async Task A_runner_that_ends_itself_at_its_limit_ends_its_command_at_that_limit(int? code, int? signal, string line, ExitCause cause)
    {
        Sys.ActorOf(BrowserActor.Props(Settings(), Launcher)).Tell(new Spawn(["true"]) { Subscription = new Subscribe(Owner.Ref) }, TestActor);
        var process = await ReadyRunnerAsync();
        await BeginAsync(process);
        await ExpectMsgAsync<Spawned>(Deadline.Long);
        process.Channel.Dispose();
        process.Exit(code, signal, line);
        Assert.Equal(cause, (await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long)).Exit.Cause);
    }

    [Theory]
    [InlineData("memory", ExitCause.MemoryLimit)]
    [InlineData("processes", ExitCause.ProcessLimit)]
    [InlineData("descriptors", ExitCause.RunnerLost)]
    public async Task A_runner_that_a_heartbeat_finds_at_its_limit_ends_its_command_at_that_limit(string limit, ExitCause cause)
    {
        Sys.ActorOf(BrowserActor.Props(Settings("actorbrowser.child { heartbeat-interval = 10ms, heartbeat-timeout = 1h }"), Launcher))
            .Tell(new Spawn(["true"]) { Subscription = new Subscribe(Owner.Ref) }, TestActor);
        var process = await ReadyRunnerAsync();
        await BeginAsync(process);
        await ExpectMsgAsync<Spawned>(Deadline.Long);
        process.Limit = () => limit;
        // The kill closes a real child's channel.
        await process.Exited.Soon();
        process.Channel.Dispose();
        Assert.Equal(cause, (await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long)).Exit.Cause);
    }

    [Fact]
    public async Task A_session_that_fails_ends_its_command_and_answers_each_who_waits_once()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));
        browser.Tell(new Spawn(["true"]) { Subscription = new Subscribe(Owner.Ref) }, TestActor);
        var process = await ReadyRunnerAsync();
        await BeginAsync(process);
        var spawned = await ExpectMsgAsync<Spawned>(Deadline.Long);
        var waiting = spawned.Session.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long);
        spawned.Session.Tell(Poison.Instance);
        Assert.Equal(CommandStatus.Killed, (await waiting).Snapshot.Status);
        await Owner.ExpectMsgAsync<CommandExited>(Deadline.Long);
        await Owner.ExpectMsgAsync<CommandClosed>(Deadline.Long);
        Assert.Equal(MessageType.Terminate, (await process.NextAsync()).Type);
        Assert.Equal(CommandStatus.Killed, (await browser.Ask<CommandSnapshot>(new Poll(spawned.Handle), Deadline.Long)).Status);
        await Owner.ExpectNoMsgAsync(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_command_that_waits_for_its_process_is_refused_and_others_feel_nothing()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));
        browser.Tell(new Spawn(["true"]), TestActor);
        var first = await ReadyRunnerAsync();
        var id = await BeginAsync(first);
        var other = await ExpectMsgAsync<Spawned>(Deadline.Long);
        Launcher.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        browser.Tell(new Spawn(["false"]) { Profile = "command-read-only" }, Owner.Ref);
        await browser.Ask<Handles>(ListHandles.Instance, Deadline.Long);

        (await RunnerAsync(browser, 2)).Tell(Poison.Instance, ActorRefs.NoSender);

        Assert.Equal(SpawnFailure.Unavailable, (await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long)).Kind);
        Launcher.Hold.SetResult();
        Assert.Equal(0, first.Kills);
        first.Send(id, new Exit(0, 0, false, ExitCause.Itself, default, default, 0, default));
        first.Send(id, new Closed(0));
        Assert.Equal(0, (await browser.Ask<Waited>(new Wait(other.Handle), Deadline.Long)).Snapshot.Exit!.ExitCode);
    }

    [Fact]
    public async Task A_runner_that_was_shared_is_not_given_to_the_next_command()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));
        for (var i = 1; i <= 2; i++)
        {
            browser.Tell(new Spawn(["true"]) { World = "one" }, TestActor);
            await BeginAsync(await ReadyRunnerAsync());
            var spawned = await ExpectMsgAsync<Spawned>(Deadline.Long);
            (await RunnerAsync(browser, i)).Tell(Poison.Instance, ActorRefs.NoSender);
            Assert.Equal(ExitCause.RunnerLost, (await browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long)).Snapshot.Exit!.Cause);
        }
    }
}
