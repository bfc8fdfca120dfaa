using System.Diagnostics;
using System.Globalization;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class TreeSpecs() : CommandSpecs("actorbrowser.commands.drain-timeout = 300ms")
{
    // No other process sleeps for this time: pids that a command prints are those of its world.
    private readonly string _long = Random.Shared.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);

    private bool Sleeps => ProcessTable.WithArgument(_long).Count > 0;

    private string WithLongSleep(string line) => line.Replace("sleep 1000", $"sleep {_long}", StringComparison.Ordinal);

    [Theory]
    [InlineData("sleep 1000 & echo $!; wait")]
    [InlineData("setsid sleep 1000 & echo $!; wait")]
    [InlineData("setsid sh -c 'sleep 1000 & echo $!; wait' & wait")]
    public async Task Kill_reaches_the_whole_tree(string line)
    {
        var command = await ShellAsync(WithLongSleep(line));
        await UntilOutputAsync(command, "\n");
        await ProcessTable.Until(() => Sleeps, Deadline.Long);
        await KillAsync(command);
        Assert.False(ProcessTable.IsRunning(command.ProcessId));
        await ProcessTable.Until(() => !Sleeps, Deadline.Long);
    }

    [Theory]
    [InlineData("sleep 1000 & echo $!")]
    [InlineData("setsid sleep 1000 & sleep 0.2; echo $!")]
    [InlineData("(setsid sh -c 'sleep 1000 & echo $!' &); sleep 0.3")]
    public async Task A_survivor_that_holds_the_pipes_neither_hangs_the_wait_nor_lives_on(string line)
    {
        var snapshot = await RunShellAsync(WithLongSleep(line));
        Assert.Equal((CommandStatus.Exited, (int?)0), (snapshot.Status, snapshot.Exit!.ExitCode));
        await ProcessTable.Until(() => !Sleeps, Deadline.Long);
    }

    [Fact]
    public async Task The_close_says_that_survivors_held_the_output()
    {
        var probe = CreateTestProbe();
        await SpawnAsync(Spawn.Shell("(sleep 0.1; echo late; sleep 1000) & echo early") with { Subscription = new Subscribe(probe) });
        var closed = (CommandClosed)await probe.FishForMessageAsync(static message => message is CommandClosed, Deadline.Long);
        Assert.Equal(11, closed.OutputBytes);
        Assert.InRange(closed.Survivors, 1, 3);
    }

    [Fact]
    public async Task A_daemon_that_let_go_of_everything_is_found_by_kill_and_at_the_end()
    {
        var snapshot = await RunShellAsync(WithLongSleep("setsid sh -c 'setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!'"));
        await ProcessTable.Until(() => !Sleeps, Deadline.Long);
    }

    [Fact]
    public async Task A_command_that_ignores_TERM_is_killed_after_the_grace()
    {
        var command = await ShellAsync("trap '' TERM; echo ready; while :; do sleep 1; done");
        await UntilOutputAsync(command, "ready");
        var started = Stopwatch.GetTimestamp();
        var snapshot = await KillAsync(command);
        Assert.Equal(9, snapshot.Exit!.Signal);
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task A_stopped_command_is_killed_too()
    {
        var command = await ShellAsync("kill -STOP $$");
        await ProcessTable.Until(() => File.ReadAllText($"/proc/{command.ProcessId}/stat").Contains(") T ", StringComparison.Ordinal), Deadline.Long);
        command.Session.Tell(new CommandProtocol.SendSignal(18));
        Assert.Equal(CommandStatus.Exited, (await EndOfAsync(command)).Status);
        var again = await ShellAsync("kill -STOP $$");
        Assert.Equal(CommandStatus.Killed, (await KillAsync(again)).Status);
    }

    [Fact]
    public async Task A_signal_is_the_commands_own_end()
    {
        var command = await SpawnAsync(new Spawn(["sleep", "1000"]));
        command.Session.Tell(new CommandProtocol.SendSignal(10));
        var exit = (await EndOfAsync(command)).Exit!;
        Assert.Equal(((int?)10, 138, ExitCause.Itself), (exit.Signal, exit.ShellCode, exit.Cause));
    }

    [Fact]
    public async Task A_silent_command_ends_at_the_idle_timeout_and_a_busy_one_does_not()
    {
        var silent = await RunAsync(new Spawn(["sleep", "1000"]) { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((CommandStatus.TimedOut, ExitCause.IdleTimeout), (silent.Status, silent.Exit!.Cause));
        var busy = await RunAsync(Spawn.Shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done") with { IdleTimeout = TimeSpan.FromMilliseconds(800) });
        Assert.Equal(CommandStatus.Exited, busy.Status);
    }

    [Fact]
    public async Task Stopping_the_session_ends_the_command()
    {
        var command = await ShellAsync(WithLongSleep("setsid sleep 1000 & echo $!; wait"));
        await UntilOutputAsync(command, "\n");
        await ProcessTable.Until(() => Sleeps, Deadline.Long);
        Sys.Stop(command.Session);
        await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId) && !Sleeps, Deadline.Long);
    }

    [Fact]
    public async Task The_systems_end_ends_all_commands()
    {
        var command = await ShellAsync(WithLongSleep("trap '' TERM HUP; setsid sleep 1000 & echo $!; wait"));
        await UntilOutputAsync(command, "\n");
        await ProcessTable.Until(() => Sleeps, Deadline.Long);
        await Sys.Terminate().Soon();
        await ProcessTable.Until(() => !ProcessTable.IsRunning(command.ProcessId) && !Sleeps, Deadline.Long);
    }

    [Fact]
    public async Task A_runner_that_is_killed_ends_its_commands_with_a_reason_and_a_fresh_one_serves_the_next()
    {
        var command = await ShellAsync(WithLongSleep("trap '' TERM HUP; setsid sleep 1000 & echo $!; wait"));
        await UntilOutputAsync(command, "\n");
        await ProcessTable.Until(() => Sleeps, Deadline.Long);
        await Signals.SendAsync(ProcessTable.ParentOf(command.ProcessId), "KILL");
        var snapshot = await EndOfAsync(command);
        Assert.Equal((CommandStatus.Killed, ExitCause.RunnerLost), (snapshot.Status, snapshot.Exit!.Cause));
        Assert.False(ProcessTable.IsRunning(command.ProcessId));
        Assert.False(Sleeps);
        Assert.Equal("next\n", (await RunShellAsync("echo next")).Output.ToString());
    }

    [Fact]
    public async Task A_command_that_signals_its_group_does_not_take_the_runner_with_it()
    {
        Assert.Equal(9, (await RunShellAsync("kill -KILL 0")).Exit!.Signal);
        Assert.Equal("next\n", (await RunShellAsync("echo next")).Output.ToString());
    }

    [Fact]
    public async Task Limits_end_a_command_with_their_reason()
    {
        var processor = await RunAsync(Spawn.Shell("while :; do :; done") with { Limits = new CommandLimits(0, 1, 0, 0, 0, 0) });
        Assert.Equal(ExitCause.ProcessorTimeLimit, processor.Exit!.Cause);
        var file = await RunAsync(new Spawn(["head", "-c", "100000", "/dev/zero"]) { Limits = new CommandLimits(0, 0, 0, 0, 0, 5000) });
        Assert.Equal((ExitCause.OutputLimit, CommandStatus.Killed), (file.Exit!.Cause, file.Status));
        var path = Path.Combine(Environment.CurrentDirectory, $"written-{Guid.NewGuid():N}");
        var size = await RunAsync(new Spawn(["dd", "if=/dev/zero", $"of={path}", "bs=1000", "count=1000"]) { Limits = new CommandLimits(0, 0, 0, 0, 10_000, 0) });
        File.Delete(path);
        Assert.Equal(ExitCause.FileSizeLimit, size.Exit!.Cause);
    }

    [Fact]
    public async Task The_exit_says_what_was_used()
    {
        var exit = (await RunShellAsync("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done")).Exit!;
        Assert.InRange(exit.UserTime + exit.SystemTime, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(20));
        Assert.InRange(exit.PeakMemory, 500_000, 100_000_000);
        Assert.InRange(exit.WallTime, exit.UserTime / 2, Deadline.Long);
    }
}
