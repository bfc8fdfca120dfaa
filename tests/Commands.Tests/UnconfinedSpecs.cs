using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>With the sandbox off, the runner is started in another way.</summary>
public sealed class UnconfinedSpecs() : CommandSpecs("actorbrowser.sandbox.enabled = off")
{
    [Fact]
    public async Task Commands_run_end_and_leave_nothing_without_a_sandbox()
    {
        var ended = await RunShellAsync("echo out; sleep 1000 & exit 3");
        Assert.Equal(("out\n", 3), (ended.Output.ToString(), ended.Exit!.ExitCode));
        var killed = await KillAsync(await ShellAsync("sleep 1000 & sleep 1000"), TimeSpan.Zero);
        Assert.Equal((9, CommandStatus.Killed), (killed.Exit!.Signal, killed.Status));
        Assert.Equal("3\n", (await RunAsync(Spawn.Shell("sleep 0.01 & sleep 0.02 & wait; echo 3"))).Output.ToString());
    }
}
