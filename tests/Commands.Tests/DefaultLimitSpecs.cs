using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Default limits: a flood ends with its reason, and no other command is affected.</summary>
public sealed class DefaultLimitSpecs() : CommandSpecs("""
    actorbrowser.sandbox.bases.command.limits { memory = 400 MiB, processes = 200, temporary = 64 MiB, descriptors = 4000 }
    """)
{
    private async Task<CommandSnapshot> FloodAsync(string line)
    {
        var beside = await ShellAsync("sleep 1000");
        var snapshot = await RunAsync(Spawn.Shell(line) with { TotalTimeout = TimeSpan.FromSeconds(60) });
        Assert.True(ProcessTable.IsRunning(beside.ProcessId));
        Assert.Equal("fine\n", (await RunShellAsync("echo fine")).Output.ToString());
        await KillAsync(beside, TimeSpan.Zero);
        return snapshot;
    }

    [FactNeeds("python3")]
    public async Task A_hog_ends_at_the_limit_of_memory()
    {
        var exit = (await FloodAsync("exec python3 -c 'x = []\nwhile True: x.append(bytearray(1 << 20))'")).Exit!;
        // If the kernel refuses memory, the program exits by itself; if it kills the program, the exit says why.
        Assert.True(exit.Cause == ExitCause.MemoryLimit || exit is { Cause: ExitCause.Itself, ExitCode: 1 }, exit.ToString());
    }

    [FactNeeds("python3")]
    public async Task Many_hogs_end_at_the_limit_of_memory_together()
    {
        var exit = (await FloodAsync("for i in 1 2 3 4 5 6 7 8; do python3 -c 'import time; x = bytearray(100 << 20); time.sleep(1000)' & done; wait; echo all died; kill -9 $$")).Exit!;
        Assert.Equal(ExitCause.MemoryLimit, exit.Cause);
    }

    [FactNeeds("python3")]
    public async Task A_fork_bomb_ends_at_the_limit_of_processes()
    {
        var exit = (await FloodAsync("exec python3 -c 'import os\nwhile True:\n try: os.fork()\n except OSError: pass'")).Exit!;
        Assert.True(exit.Cause is ExitCause.ProcessLimit or ExitCause.MemoryLimit, exit.ToString());
    }

    [Fact]
    public async Task In_a_user_namespace_it_cannot_take_all_that_its_user_may_watch()
    {
        // Root's instances are counted only for root as a whole.
        if (Environment.UserName != "root")
            Assert.Equal("32\n0\n", (await RunShellAsync("cd /proc/sys/user; cat max_inotify_instances max_user_namespaces")).Output.ToString());
    }

    [Fact]
    public async Task Descriptors_end_at_the_limit_of_all_processes_together()
    {
        var exit = (await FloodAsync("exec bash -c 'for i in 1 2 3 4 5; do (for ((j = 0; j < 900; j++)); do exec {f}</dev/null; done; kill -STOP $BASHPID) & done; wait'")).Exit!;
        Assert.Equal(ExitCause.DescriptorLimit, exit.Cause);
    }

    [Fact]
    public async Task Watches_of_files_end_before_its_user_has_none_left()
    {
        var exit = (await FloodAsync("i=0; while [ $i -lt 150 ]; do tail -f /etc/passwd > /dev/null 2>&1 & i=$((i + 1)); done; sleep 3; exit 1")).Exit!;
        // In a user namespace the kernel refuses; the runner counts root's.
        Assert.True(exit.Cause == ExitCause.DescriptorLimit || exit is { Cause: ExitCause.Itself, ExitCode: 1 }, exit.ToString());
        Assert.True(Interop.Watches.IsOneLeft());
    }

    [Fact]
    public async Task Temporary_files_end_at_their_limit()
    {
        var run = await FloodAsync("for f in /tmp /var/tmp /dev/shm ~; do head -c 100000000 /dev/zero > $f/x; stat -c %s $f/x; rm $f/x; done");
        Assert.All(run.Output.ToString().Trim().Split('\n'), static size => Assert.InRange(long.Parse(size, System.Globalization.CultureInfo.InvariantCulture), 1, 64 << 20));
        Assert.Contains("No space left", run.Error.ToString(), StringComparison.Ordinal);
    }
}
