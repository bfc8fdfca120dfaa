using System.Text;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class TerminalSpecs : CommandSpecs
{
    private static Spawn Terminal(params string[] arguments) => new([.. arguments]) { Output = CommandOutput.Terminal, Columns = 100, Rows = 30 };

    private static WriteInput Keys(string keys) => new(Encoding.UTF8.GetBytes(keys));

    [Fact]
    public async Task A_command_has_a_terminal_of_its_own()
    {
        var snapshot = await RunAsync(Terminal("sh", "-c", "tty; stty size; ps -o tty= -p $$; echo tested >/dev/tty"));
        var lines = snapshot.Output.ToString().Split("\r\n");
        Assert.StartsWith("/dev/pts/", lines[0], StringComparison.Ordinal);
        Assert.Equal("30 100", lines[1]);
        Assert.Equal(lines[0]["/dev/".Length..], lines[2].Trim());
        Assert.Equal("tested", lines[3]);
    }

    [Fact]
    public async Task Output_right_before_the_exit_is_not_lost()
    {
        for (var i = 0; i < 20; i++)
        {
            var snapshot = await RunAsync(Terminal("sh", "-c", "head -c 20000 /dev/zero | tr '\\0' x; echo end"));
            Assert.Equal(20_005, snapshot.Position);
            Assert.EndsWith("end\r\n", snapshot.Output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Resizing_is_seen()
    {
        var command = await SpawnAsync(Terminal("bash", "-c", "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done"));
        await UntilOutputAsync(command, "ready");
        command.Session.Tell(new ResizeTerminal(132, 43));
        Assert.Contains("43 132", (await EndOfAsync(command)).Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Control_C_interrupts_the_foreground_job_and_the_shell_goes_on()
    {
        var command = await SpawnAsync(Terminal("bash", "--norc", "-i"));
        command.Session.Tell(Keys("sh -c 'echo run-$((1+1)); exec sleep 1000'\n"), TestActor);
        await UntilOutputAsync(command, "run-2");
        command.Session.Tell(Keys("\u0003"), TestActor);
        command.Session.Tell(Keys("echo status-$?\n"), TestActor);
        await UntilOutputAsync(command, "status-130");
        command.Session.Tell(Keys("exit 7\n"), TestActor);
        Assert.Equal(7, (await EndOfAsync(command)).Exit!.ExitCode);
    }

    [Fact]
    public async Task Closing_a_terminal_session_takes_background_jobs_with_it()
    {
        var command = await SpawnAsync(Terminal("bash", "--norc", "-i"));
        command.Session.Tell(Keys("nohup sleep 1000 >/dev/null & echo job-$((1+1))\n"), TestActor);
        await UntilOutputAsync(command, "job-2");
        await KillAsync(command);
        Assert.Empty(ProcessTable.ChildrenOf(command.ProcessId));
    }

    [Fact]
    public async Task Output_waits_for_a_slow_subscriber()
    {
        var probe = CreateTestProbe();
        var command = await SpawnAsync(Terminal("yes") with { Subscription = new Subscribe(probe) { Credit = 100 } });
        await probe.FishForMessageAsync(static message => message is OutputChunk, Deadline.Long);
        var snapshot = await command.Session.Ask<CommandSnapshot>(GetSnapshot.Instance, Deadline.Long);
        Assert.InRange(snapshot.Position, 100, 512 << 10);
        Assert.Equal(CommandStatus.Killed, (await KillAsync(command, TimeSpan.Zero)).Status);
    }
}
