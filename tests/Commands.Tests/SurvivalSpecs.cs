using System.Diagnostics;
using System.Globalization;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Attacks of commands on their runner, with many commands in one runner.</summary>
public sealed class SurvivalSpecs() : CommandSpecs("actorbrowser.commands { capacity = 600, share-worlds = on }")
{
    [Fact]
    public async Task Ten_gigabytes_of_output_leave_memory_flat()
    {
        const long Bytes = 10_000_000_000;
        await RunShellAsync("head -c 100000000 /dev/zero");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var command = await SpawnAsync(new Spawn(["head", "-c", Bytes.ToString(CultureInfo.InvariantCulture), "/dev/zero"]));
        // A busy machine takes long for ten gigabytes.
        var snapshot = (await Browser.Ask<Waited>(new Wait(command.Handle), TimeSpan.FromMinutes(4))).Snapshot;
        Assert.Equal(Bytes, snapshot.Position);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 16 << 20);
    }

    [Fact]
    public async Task Five_hundred_sessions_at_once_on_no_more_threads()
    {
        await RunShellAsync("true");
        var commands = new List<Spawned>();
        foreach (var batch in Enumerable.Range(0, 500).Chunk(50))
            commands.AddRange(await Task.WhenAll(batch.Select(_ => SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe }))));
        var runner = ProcessTable.ParentOf(commands[0].ProcessId);
        Assert.InRange(Directory.GetDirectories($"/proc/{runner}/task").Length, 1, 40);
        Assert.Equal(500, commands.Select(static command => command.ProcessId).Distinct().Count());
        foreach (var command in commands)
            command.Session.Tell(CloseInput.Instance);
        foreach (var command in commands)
            Assert.Equal(0, (await EndOfAsync(command)).Exit!.ExitCode);
    }

    [Fact]
    public async Task A_runner_without_descriptors_refuses_and_goes_on_afterwards()
    {
        var first = await SpawnAsync(new Spawn(["cat"]) { Input = CommandInput.Pipe });
        var runner = ProcessTable.ParentOf(first.ProcessId);
        using (var limit = Process.Start("prlimit", [$"--pid={runner}", "--nofile=90:"]))
            await limit.WaitForExitAsync();
        var open = new List<Spawned>();
        SpawnRefused? refused = null;
        while (refused is null && open.Count < 400)
        {
            var answer = await Browser.Ask<IEvent>(new Spawn(["cat"]) { Output = CommandOutput.Terminal }, Deadline.Long);
            refused = answer as SpawnRefused;
            if (answer is Spawned spawned)
                open.Add(spawned);
        }
        Assert.Equal((SpawnFailure.NoResources, 24), (refused!.Kind, refused.Errno));
        foreach (var command in open)
            await KillAsync(command, TimeSpan.Zero);
        Assert.Equal("again\n", (await RunShellAsync("echo again")).Output.ToString());
        await KillAsync(first, TimeSpan.Zero);
    }

    [Fact]
    public async Task A_fork_bomb_is_ended_with_its_session()
    {
        // Bounded: a failing test must not make the machine unusable.
        var bomb = await ShellAsync("f() { [ $1 -gt 0 ] && { f $(($1-1)) & f $(($1-1)) & }; sleep 1000; }; f 7; wait");
        await ProcessTable.Until(() => Marked(bomb) > 30, Deadline.Long);
        await KillAsync(bomb, TimeSpan.Zero);
        Assert.Equal(0, Marked(bomb));
        Assert.Equal("fine\n", (await RunShellAsync("echo fine")).Output.ToString());
    }

    [Fact]
    public async Task A_runner_killed_at_any_stage_answers_every_command_once()
    {
        for (var round = 0; round < 6; round++)
        {
            var first = await ShellAsync("echo started; sleep 1000");
            var runner = ProcessTable.ParentOf(first.ProcessId);
            var asked = Enumerable.Range(0, 10).Select(i => Browser.Ask<IEvent>(Spawn.Shell($"head -c {i * 100_000} /dev/zero; sleep {i % 3 * 1000}"), Deadline.Long)).ToArray();
            await Signals.SendAsync(runner, "KILL");
            foreach (var answer in await Task.WhenAll(asked))
            {
                if (answer is Spawned spawned && ProcessTable.ParentOf(spawned.ProcessId) is not 0 and var parent && parent != runner)
                    await KillAsync(spawned, TimeSpan.Zero);
                else if (answer is Spawned lost)
                    Assert.NotNull((await EndOfAsync(lost)).Exit);
                else
                    Assert.Equal(SpawnFailure.Unavailable, Assert.IsType<SpawnRefused>(answer).Kind);
            }
            Assert.Equal(ExitCause.RunnerLost, (await EndOfAsync(first)).Exit!.Cause);
        }
        Assert.Equal("next\n", (await RunShellAsync("echo next")).Output.ToString());
    }

    [Fact]
    public async Task A_storm_of_signals_to_the_runner_interrupts_nothing()
    {
        var command = await ShellAsync("for i in 1 2 3 4 5; do head -c 3000000 /dev/zero; sleep 0.1; done; echo end >&2");
        var runner = ProcessTable.ParentOf(command.ProcessId);
        using var storm = Process.Start(new ProcessStartInfo("sh", ["-c", $"for i in $(seq 2000); do kill -CONT {runner} || exit; done"]) { RedirectStandardError = true })!;
        var snapshot = await EndOfAsync(command);
        Assert.Equal((15_000_004, "end\n"), (snapshot.Position, snapshot.Error.ToString()));
        storm.Kill();
        await storm.WaitForExitAsync().Soon();
    }

    [Fact]
    public async Task A_thousand_commands_leave_no_descriptor_and_no_process()
    {
        for (var i = 0; i < 20; i++)
            await RunShellAsync("true");
        var anchor = await ShellAsync("sleep 1000");
        var runner = ProcessTable.ParentOf(anchor.ProcessId);
        int Open() => Directory.GetFileSystemEntries($"/proc/{runner}/fd").Length;
        var readable = Environment.UserName == "root";
        var before = readable ? Open() : 0;
        var ours = ProcessTable.OpenDescriptors();
        foreach (var batch in Enumerable.Range(0, 1000).Chunk(20))
            await Task.WhenAll(batch.Select(async i => Assert.Equal($"{i}\n", (await RunShellAsync($"echo {i}")).Output.ToString())));
        if (readable)
            Assert.InRange(Open(), 0, before + 5);
        Assert.InRange(ProcessTable.OpenDescriptors(), 0, ours + 5);
        await KillAsync(anchor, TimeSpan.Zero);
    }

    private static int Marked(Spawned command)
    {
        // The parent of each process of the session is the runner or another process of the session.
        var found = new HashSet<int> { command.ProcessId };
        for (var before = 0; before != found.Count;)
        {
            before = found.Count;
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && found.Contains(ProcessTable.ParentOf(pid)))
                    found.Add(pid);
            }
        }
        return found.Count(ProcessTable.IsRunning);
    }
}
