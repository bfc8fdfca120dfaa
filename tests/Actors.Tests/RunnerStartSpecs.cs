using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>Commands while there is no runner, and commands that cannot start.</summary>
public sealed class RunnerStartSpecs() : PlayedChildSpecs("OFF")
{
    private IActorRef Browse() => Sys.ActorOf(BrowserActor.Props(Settings("actorbrowser.restart { min-backoff = 1ms, max-restarts = 1000000, give-up-for = 1h }"), Launcher));

    [Fact]
    public async Task A_stop_ends_at_once_the_command_that_waits_for_a_runner()
    {
        Launcher.Hold = new TaskCompletionSource();
        var browser = Browse();
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        await browser.Ask<BrowserShutdown.Drained>(new BrowserShutdown.Drain(TimeSpan.FromDays(1)), Deadline.Long);
        Assert.Contains("before there was a runner", (await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_ends_a_command_that_waits_for_a_runner_ends_it_at_once_and_it_never_begins()
    {
        Launcher.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var browser = Browse();
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        var handles = (await browser.Ask<Handles>(ListHandles.Instance, Deadline.Long)).Entries;
        browser.Tell(new KillCommand(handles[0].Handle), TestActor);
        await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long);
        await ExpectMsgAsync<UnknownHandle>(Deadline.Long);
        browser.Tell(new Release(handles[1].Handle), TestActor);
        await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long);
        Assert.True((await ExpectMsgAsync<Released>(Deadline.Long)).Found);
        // A third command, in order of request, is the first that the runner gets.
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        Launcher.Hold.SetResult();
        Assert.Equal(3UL, await FirstRequestAsync());
    }

    // Some of the launched runners are stopped already and some are spares, in any order: takes the first request that any of them gets.
    private async Task<ulong> FirstRequestAsync()
    {
        var first = new TaskCompletionSource<ulong>(TaskCreationOptions.RunContinuationsAsynchronously);
        async Task PlayAsync(FakeChild runner)
        {
            try
            {
                await runner.BecomeReadyAsync();
                first.TrySetResult((await runner.NextAsync()).Id);
            }
            catch (Exception e) when (e is System.Threading.Channels.ChannelClosedException or TimeoutException)
            {
                // Stopped, or a spare to the end.
            }
        }
        var next = Launcher.NextAsync();
        while (await Task.WhenAny(first.Task, next) == next)
        {
            _ = PlayAsync(await next);
            next = Launcher.NextAsync();
        }
        return await first.Task;
    }

    [Fact]
    public async Task A_command_whose_runner_reaches_a_limit_before_it_can_tell_of_the_start_has_run_and_reached_it()
    {
        var browser = Sys.ActorOf(BrowserActor.Props(Settings("actorbrowser.child.heartbeat-interval = 20ms"), Launcher));
        browser.Tell(new Spawn(["bomb"]), Owner.Ref);
        var runner = await Launcher.NextAsync();
        await runner.BecomeReadyAsync();
        Assert.Equal(MessageType.SpawnRequest, (await runner.NextAsync()).Type);
        runner.Limit = static () => "processes";
        var spawned = await Owner.ExpectMsgAsync<Spawned>(Deadline.Long);
        Assert.Equal(0, spawned.ProcessId);
        var end = await browser.Ask<Waited>(new Wait(spawned.Handle), Deadline.Long);
        Assert.Equal(ExitCause.ProcessLimit, end.Snapshot.Exit!.Cause);
    }

    [Fact]
    public async Task A_runner_whose_program_dies_at_its_start_twice_is_told_at_once_and_not_tried_again_for_a_while()
    {
        var browser = Browse();
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        for (var i = 0; i < 2; i++)
            (await Launcher.NextAsync()).Exit(null, 6);
        var refused = await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long);
        Assert.Contains("killed by SIGABRT (6)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, Launcher.Launches);
    }

    [Fact]
    public async Task A_pool_whose_program_dies_at_its_start_twice_refuses_at_once()
    {
        var settings = Settings("actorbrowser.pools.renderer { spares = 0, max-processes = 1 }");
        var pool = Sys.ActorOf(WorkerPool.Props("renderer", settings, settings.Tabs.Renderers, Launcher));
        pool.Tell(new WorkerPool.Acquire(1, "site"), Owner.Ref);
        for (var i = 0; i < 2; i++)
            (await Launcher.NextAsync()).Exit(127);
        Assert.Contains("exit code 127", (await Owner.ExpectMsgAsync<WorkerPool.Refused>(Deadline.Long)).Message, StringComparison.Ordinal);
        Assert.Equal(2, Launcher.Launches);
    }

    [Fact]
    public async Task One_that_is_killed_from_outside_at_its_start_is_started_again_and_again_and_so_is_one_that_works_in_between()
    {
        var browser = Browse();
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        for (var i = 0; i < 4; i++)
            (await Launcher.NextAsync()).Exit(null, 9);
        (await Launcher.NextAsync()).Exit(null, 6);
        var works = await Launcher.NextAsync();
        await works.BecomeReadyAsync();
        await works.NextAsync();
        works.Exit(null, 9);
        Assert.Equal(Transport.SpawnFailure.Unavailable, (await Owner.ExpectMsgAsync<SpawnRefused>(Deadline.Long)).Kind);
        browser.Tell(new Spawn(["true"]), Owner.Ref);
        (await Launcher.NextAsync()).Exit(null, 6);
        await (await Launcher.NextAsync()).BecomeReadyAsync();
    }
}
