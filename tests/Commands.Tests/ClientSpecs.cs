using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class ClientSpecs : CommandSpecs
{
    private CommandSessions Commands => CommandSessions.For(Browser);

    [Fact]
    public async Task A_program_is_run_in_one_line()
    {
        var result = await Commands.RunAsync("printf", "%s-%s", "a", "b").Soon();
        Assert.Equal(((int?)0, "a-b", ""), (result.Exit!.ExitCode, result.Output.ToString(), result.Error.ToString()));
        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => Commands.RunAsync("no-such-program").Soon());
        Assert.Equal((SpawnFailure.NotFound, 2), (refused.Kind, refused.Errno));
    }

    [Fact]
    public async Task A_run_is_cancelled_gracefully_or_forcefully()
    {
        var spawn = Spawn.Shell("trap 'exit 0' TERM; while :; do sleep 0.05; done");
        using var graceful = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Commands.RunAsync(spawn, graceful.Token).Soon());
        using var forceful = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Commands.RunAsync(new Spawn(["sleep", "1000"]), default, forceful.Token).Soon());
    }

    [Fact]
    public async Task Events_are_enumerated_to_the_end_and_again()
    {
        var spawned = await Commands.StartAsync(Spawn.Shell("head -c 2000000 /dev/zero; exit 3"));
        for (var round = 0; round < 2; round++)
        {
            var bytes = 0L;
            await foreach (var happened in Commands.EventsAsync(Sys, spawned.Handle))
            {
                bytes += happened switch
                {
                    OutputChunk chunk => chunk.Data.Length,
                    OutputGap gap => gap.Bytes,
                    _ => 0,
                };
                if (happened is CommandClosed closed)
                    Assert.Equal((3, 2_000_000), (closed.Exit.ExitCode, closed.OutputBytes));
            }
            Assert.Equal(2_000_000, bytes);
        }
    }

    [Fact]
    public async Task A_session_s_end_can_be_watched()
    {
        var spawned = await Commands.StartAsync(new Spawn(["true"]));
        Watch(spawned.Session);
        await ExpectTerminatedAsync(spawned.Session, Deadline.Long);
        Assert.Equal(CommandStatus.Exited, (await EndOfAsync(spawned)).Status);
    }

    [Fact]
    public async Task A_session_survives_its_subscriber()
    {
        var probe = CreateTestProbe();
        var spawned = await Commands.StartAsync(Spawn.Shell("echo one; sleep 0.3; echo two") with { Subscription = new Subscribe(probe) { Credit = 1 } });
        await probe.FishForMessageAsync(static message => message is OutputChunk, Deadline.Long);
        Sys.Stop(probe);
        Assert.Equal("one\ntwo\n", (await EndOfAsync(spawned)).Output.ToString());
    }
}
