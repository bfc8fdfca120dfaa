using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class ClientSpecs : CommandSpecs
{
    private CommandClient Commands => BrowserClient.For(Browser).Commands;

    [Fact]
    public async Task A_program_is_run_in_one_line()
    {
        var result = await Commands.RunAsync("printf", "%s-%s", "a", "b").Soon();
        Assert.Equal(((int?)0, "a-b", ""), (result.Exit!.ExitCode, result.Output.ToString(), result.Error.ToString()));
        var refused = await Assert.ThrowsAsync<CommandRefusedException>(() => Commands.RunAsync("no-such-program").Soon());
        Assert.Equal((SpawnFailure.NotFound, 2), (refused.Kind, refused.Errno));
    }

    [Fact]
    public async Task A_cancelled_run_keeps_its_output_and_its_end()
    {
        using var soon = new CancellationTokenSource();
        var folder = Directory.CreateTempSubdirectory();
        var running = Commands.RunAsync(Spawn.Shell("trap 'echo bye; exit 7' TERM; echo hello; : > ready; while :; do sleep 0.05; done") with { Folder = folder.FullName }, soon.Token);
        await ProcessTable.Until(() => File.Exists(Path.Combine(folder.FullName, "ready")), Deadline.Long);
        await soon.CancelAsync();
        var cancelled = await Assert.ThrowsAsync<CommandCancelledException>(() => running.Soon());
        Assert.Equal(("hello\nbye\n", (int?)7, soon.Token), (cancelled.Snapshot.Output.ToString(), cancelled.Snapshot.Exit!.ExitCode, cancelled.CancellationToken));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_before_it_begins_is_cancelled()
    {
        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Commands.RunAsync("sleep", ["1000"], before.Token).Soon());
    }

    [Fact]
    public async Task Each_call_ends_when_the_browser_stops_and_after_it_has_stopped()
    {
        var spawned = await Commands.StartAsync(new Spawn(["sleep", "1000"]));
        var running = Commands.RunAsync("sleep", "1000");
        var events = ReadAsync(spawned.Handle);
        await ProcessTable.Until(() => ProcessTable.IsRunning(spawned.ProcessId), Deadline.Long);
        Sys.Stop(Browser);
        var (last, error) = await events.Soon();
        Assert.True(last is CommandClosed || error is BrowserStoppedException, $"{last} {error}");
        var outcome = await Record.ExceptionAsync(() => running.Soon());
        Assert.True(outcome is null or BrowserStoppedException, $"{outcome}");
        await Assert.ThrowsAsync<BrowserStoppedException>(() => Commands.RunAsync("true").Soon());
        await Assert.ThrowsAsync<BrowserStoppedException>(() => Commands.StartAsync(new Spawn(["true"])).Soon());
        Assert.IsType<BrowserStoppedException>((await ReadAsync("no").Soon()).Error);
        await ProcessTable.Until(() => !ProcessTable.IsRunning(spawned.ProcessId), Deadline.Long);
    }

    private async Task<(IEvent? Last, Exception? Error)> ReadAsync(string handle)
    {
        IEvent? last = null;
        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var happened in Commands.EventsAsync(handle))
                last = happened;
        });
        return (last, error);
    }

    [Fact]
    public async Task Events_are_enumerated_to_the_end_and_again()
    {
        var spawned = await Commands.StartAsync(Spawn.Shell("head -c 2000000 /dev/zero; exit 3"));
        for (var round = 0; round < 2; round++)
        {
            var bytes = 0L;
            await foreach (var happened in Commands.EventsAsync(spawned.Handle))
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
