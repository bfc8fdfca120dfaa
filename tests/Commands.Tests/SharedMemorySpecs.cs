namespace ActorBrowser.CommandsTests;

/// <summary>Shared memory counts as memory: a command that fills it ends at its limit, with the reason, whoever enforces the limit.</summary>
public abstract class SharedMemorySpecs(string more) : CommandSpecs($"actorbrowser.sandbox.bases.command.limits.memory = 256 MiB\n{more}")
{
    /// <summary>Takes 800 MiB of one kind, 4 MiB at a time, and says what it has.</summary>
    private const string Hog = """
        exec python3 -u -c '
        import ctypes, mmap, os, sys, time
        def memfd():
            file = os.memfd_create("x")
            os.write(file, piece)
            return file
        def anonymous():
            memory = mmap.mmap(-1, len(piece))
            memory.write(piece)
            return memory
        def mapped():
            file = os.memfd_create("x")
            os.ftruncate(file, len(piece))
            memory = mmap.mmap(file, len(piece))
            memory.write(piece)
            os.close(file)
            return memory
        def segment():
            libc = ctypes.CDLL(None, use_errno=True)
            libc.shmat.restype = ctypes.c_void_p
            number = libc.shmget(0, len(piece), 0o600)
            if number < 0: sys.exit("shmget: " + str(ctypes.get_errno()))
            address = libc.shmat(number, None, 0)
            ctypes.memmove(address, piece, len(piece))
            return libc.shmdt(ctypes.c_void_p(address)) if sys.argv[1] == "detached" else address
        def hidden():
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
            return memfd()
        kept, piece = [], b"x" * (4 << 20)
        take = {"memfd": memfd, "anonymous": anonymous, "mapped": mapped, "attached": segment, "detached": segment, "hidden": hidden}[sys.argv[1]]
        while len(kept) < 200:
            kept.append(take())
            time.sleep(0.01)
        print("has it all")
        time.sleep(3)
        ' KIND
        """;

    [TheoryNeeds("python3")]
    [InlineData("memfd")]
    [InlineData("anonymous")]
    [InlineData("mapped")]
    [InlineData("attached")]
    [InlineData("detached")]
    [InlineData("hidden")]
    public async Task A_hog_of_shared_memory_ends_at_the_limit_of_memory(string kind)
    {
        var other = await ShellAsync("sleep 1000");
        var run = await RunShellAsync(Hog.Replace("KIND", kind, StringComparison.Ordinal));
        Assert.True(run.Exit!.Cause == Transport.ExitCause.MemoryLimit, $"{run.Exit}: {run.Output} {run.Error}");
        Assert.Equal(9, run.Exit.Signal);
        Assert.Equal("", run.Output.ToString());
        Assert.True(ProcessTable.IsRunning(other.ProcessId));
        await KillAsync(other, TimeSpan.Zero);
    }

    [FactNeeds("python3")]
    public async Task Memory_that_processes_share_counts_once()
    {
        // Eight processes map the same 150 MiB, which is also an open memory file.
        var run = await RunShellAsync("""
            exec python3 -c '
            import mmap, os, time
            file = os.memfd_create("x")
            os.ftruncate(file, 150 << 20)
            memory = mmap.mmap(file, 150 << 20)
            for i in range(150): memory.write(b"x" * (1 << 20))
            for i in range(7):
                if os.fork() == 0:
                    total = sum(memory[page] for page in range(0, 150 << 20, 4096))
                    time.sleep(2)
                    os._exit(0)
            for i in range(7): os.wait()
            print("fine")
            '
            """);
        Assert.True(run.Exit is { Cause: Transport.ExitCause.Itself, ExitCode: 0 } && run.Output.ToString() == "fine\n", $"{run.Exit}: {run.Output} {run.Error}");
    }

    [Fact]
    public async Task The_kernel_kills_a_command_before_its_runner_and_the_command_cannot_change_that()
    {
        // The command may run before the runner has its own place again.
        var run = await RunShellAsync("while [ $(cat /proc/1/oom_score_adj) = $(cat /proc/self/oom_score_adj) ]; do :; done; cat /proc/1/oom_score_adj /proc/self/oom_score_adj; (echo 0 > /proc/self/oom_score_adj) 2>/dev/null; cat /proc/self/oom_score_adj; ls /proc/self/fd");
        var lines = run.Output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var own = int.Parse(await File.ReadAllTextAsync("/proc/self/oom_score_adj"), System.Globalization.CultureInfo.InvariantCulture);
        var raised = $"{Math.Min(own + 500, 1000)}";
        Assert.Equal([$"{own}", raised, raised, "0", "1", "2", "3"], lines);
    }
}

/// <summary>The runner counts.</summary>
public sealed class CountedSharedMemorySpecs() : SharedMemorySpecs("actorbrowser.sandbox.hide-layers = [control-group]");

/// <summary>The kernel counts, where this user may create control groups.</summary>
public sealed class GroupedSharedMemorySpecs() : SharedMemorySpecs("");
