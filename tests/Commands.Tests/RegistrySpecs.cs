using System.Globalization;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>The registry's required behaviour, by name.</summary>
public sealed class RegistrySpecs() : CommandSpecs("actorbrowser.commands.capacity = 3")
{
    [Fact]
    public async Task Spawn_poll_wait_captures_stdout_with_exit_0()
    {
        var command = await ShellAsync("echo out; echo err >&2");
        var snapshot = await EndOfAsync(command);
        Assert.Equal(("exited", (int?)0, "out\n", "err\n"), (snapshot.StatusText, snapshot.Exit!.ExitCode, snapshot.Output.ToString(), snapshot.Error.ToString()));
        var polled = await Browser.Ask<CommandSnapshot>(new Poll(command.Handle), Deadline.Long);
        Assert.Equal(CommandStatus.Exited, polled.Status);
        Assert.Equal(command.ProcessId, polled.ProcessId);
        foreach (var time in new[] { polled.StartedAtText, polled.EndedAtText! })
            Assert.True(DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var parsed) && parsed.Offset == TimeSpan.Zero && time.EndsWith('Z'), time);
    }

    [Fact]
    public async Task Poll_shows_running_then_exited()
    {
        var command = await SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe });
        Assert.Equal("running", (await Browser.Ask<CommandSnapshot>(new Poll(command.Handle), Deadline.Long)).StatusText);
        command.Session.Tell(CloseInput.Instance);
        Assert.Equal("exited", (await EndOfAsync(command)).StatusText);
    }

    [Fact]
    public async Task Kill_terminates()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var snapshot = await KillAsync(command);
        Assert.Equal((CommandStatus.Killed, ExitCause.Kill, (int?)15), (snapshot.Status, snapshot.Exit!.Cause, snapshot.Exit.Signal));
        Assert.False(ProcessTable.IsRunning(command.ProcessId));
        Assert.Equal(CommandStatus.Killed, (await KillAsync(command)).Status);
    }

    [Fact]
    public async Task Timeout_kills()
    {
        var snapshot = await RunAsync(new Spawn(["sleep", "1000"]) { TotalTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(("timed_out", ExitCause.TotalTimeout), (snapshot.StatusText, snapshot.Exit!.Cause));
        Assert.False(ProcessTable.IsRunning(snapshot.ProcessId));
    }

    [Fact]
    public async Task Wait_timeout_leaves_it_running()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var waited = await Browser.Ask<Waited>(new Wait(command.Handle, TimeSpan.FromMilliseconds(50)), Deadline.Long);
        Assert.Equal((true, CommandStatus.Running), (waited.TimedOut, waited.Snapshot.Status));
        Assert.True(ProcessTable.IsRunning(command.ProcessId));
        await KillAsync(command, TimeSpan.Zero);
    }

    [Fact]
    public async Task Unknown_handle_errors_on_every_operation_but_release()
    {
        foreach (var operation in new IRegistryCommand[] { new Poll("no"), new Wait("no"), new KillCommand("no") })
            Assert.Equal(new UnknownHandle("no"), await Browser.Ask<IEvent>(operation, Deadline.Long));
        Assert.Equal(new Released("no", Found: false), await Browser.Ask<IEvent>(new Release("no"), Deadline.Long));
    }

    [Fact]
    public async Task Release_frees_and_kills_what_still_runs()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        Assert.Equal(new Released(command.Handle, Found: true), await Browser.Ask<IEvent>(new Release(command.Handle), Deadline.Long));
        Assert.False(ProcessTable.IsRunning(command.ProcessId));
        Assert.IsType<UnknownHandle>(await Browser.Ask<IEvent>(new Poll(command.Handle), Deadline.Long));
    }

    [Fact]
    public async Task Concurrent_spawns_are_isolated()
    {
        var commands = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => ShellAsync($"echo {i}; cat /proc/self/fdinfo/3 2>/dev/null; exit {i}")));
        for (var i = 0; i < 3; i++)
        {
            var snapshot = await EndOfAsync(commands[i]);
            Assert.Equal(($"{i}\n", (int?)i), (snapshot.Output.ToString(), snapshot.Exit!.ExitCode));
        }
        Assert.Equal(3, commands.Select(static command => command.Handle).Distinct().Count());
    }

    [Fact]
    public async Task Over_capacity_the_oldest_finished_entry_goes_first()
    {
        var running = await SpawnAsync(new Spawn(["sleep", "1000"]));
        var ended = await ShellAsync("exit 1");
        await EndOfAsync(ended);
        var later = await ShellAsync("exit 2");
        await EndOfAsync(later);
        await ShellAsync("exit 3");
        Assert.IsType<UnknownHandle>(await Browser.Ask<IEvent>(new Poll(ended.Handle), Deadline.Long));
        Assert.IsType<CommandSnapshot>(await Browser.Ask<IEvent>(new Poll(later.Handle), Deadline.Long));
        Assert.Equal(CommandStatus.Running, (await Browser.Ask<CommandSnapshot>(new Poll(running.Handle), Deadline.Long)).Status);
    }

    [Fact]
    public async Task With_all_running_the_oldest_is_killed_with_a_warning_and_gone_before_it_leaves()
    {
        var commands = new List<Spawned>();
        for (var i = 0; i < 3; i++)
            commands.Add(await ShellAsync("trap '' TERM; echo ready; sleep 1000"));
        await UntilOutputAsync(commands[0], "ready");
        await EventFilter.Warning(contains: commands[0].Handle).ExpectOneAsync(async () =>
        {
            var fourth = await SpawnAsync(new Spawn(["sleep", "1000"]));
            Assert.False(ProcessTable.IsRunning(commands[0].ProcessId));
            Assert.True(ProcessTable.IsRunning(fourth.ProcessId));
        });
        Assert.IsType<UnknownHandle>(await Browser.Ask<IEvent>(new Poll(commands[0].Handle), Deadline.Long));
    }

    [Fact]
    public async Task One_that_has_to_make_room_before_its_runner_is_up_does()
    {
        // No command has run yet: these wait for the runner's start, and are ended all the same.
        var first = Enumerable.Range(0, 3).Select(_ => SpawnAsync(new Spawn(["sleep", "1000"]))).ToArray();
        var fourth = await SpawnAsync(new Spawn(["sleep", "1000"]));
        try
        {
            Assert.False(ProcessTable.IsRunning((await first[0]).ProcessId));
        }
        catch (InvalidOperationException refused)
        {
            // A command that was ended before there was a runner has never begun.
            Assert.Contains("before there was a runner", refused.Message, StringComparison.Ordinal);
        }
        Assert.True(ProcessTable.IsRunning(fourth.ProcessId));
        await Task.WhenAll(first[1..]);
    }
}
