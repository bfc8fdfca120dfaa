using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Each command has its own world: files, processes, an end.</summary>
public sealed class WorldSpecs : CommandSpecs, IDisposable
{
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/ab-worlds-{Guid.NewGuid():n}").FullName;

    private Task<CommandSnapshot> RunAsync(string line, string profile = "command-workspace") => RunAsync(Spawn.Shell(line) with { Profile = profile, Folder = _folder });

    private string File(string name, string text = "as it was\n")
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : System.IO.File.GetUnixFileMode(path);

    public new void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("command-none")]
    [InlineData("command-read-only")]
    [InlineData("command-workspace")]
    [InlineData("command-networked")]
    public async Task What_is_not_granted_is_not_there(string profile)
    {
        var run = await RunAsync("for f in /home /mnt /media /srv /boot /run/user /var/log /var/lib /etc/shadow /etc/ssh /etc/sudoers /proc/1/root/home /proc/$PPID/cwd/../../home; do [ -e $f ] && ls -ld $f; done; ls /dev", profile);
        Assert.Equal("fd full null ptmx pts random shm stderr stdin stdout tty urandom zero", run.Output.ToString().Trim().Replace('\n', ' '));
    }

    [Fact]
    public async Task It_sees_no_process_but_its_runner_and_its_own()
    {
        var other = await ShellAsync("sleep 1000");
        var run = await RunAsync("for p in /proc/[0-9]*; do cat $p/comm; done | sort -u | tr '\\n' ' '; kill -9 1; kill -9 -1; echo");
        Assert.DoesNotContain("sleep", run.Output.ToString(), StringComparison.Ordinal);
        Assert.True(ProcessTable.IsRunning(other.ProcessId));
        await KillAsync(other, TimeSpan.Zero);
    }

    [Fact]
    public async Task Its_end_is_the_end_of_what_has_left_session_and_mark()
    {
        var length = Random.Shared.Next(100_000, 999_999).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var run = await RunAsync($"bash -c 'ulimit -R unlimited; setsid -f setsid -f sleep {length} >/dev/null 2>&1 </dev/null'; sleep 0.2");
        Assert.Equal(0, run.Exit!.ExitCode);
        await ProcessTable.Until(() => ProcessTable.WithArgument(length).Count == 0, Deadline.Long);
    }

    [Fact]
    public async Task Two_commands_see_neither_each_other_s_temporary_files_nor_processes_unless_they_share_a_world()
    {
        Assert.Equal("", (await Task.WhenAll(RunAsync("touch /tmp/mine; sleep 0.5; ls /tmp | grep -v mine"), RunAsync("touch /tmp/yours; sleep 0.5; ls /tmp | grep -v yours"))).Aggregate("", static (all, run) => all + run.Output));
        Spawn Shared(string line) => Spawn.Shell(line) with { World = "together", Folder = _folder };
        await RunAsync(Shared("echo kept > /tmp/kept"));
        Assert.Equal("kept\n", (await RunAsync(Shared("cat /tmp/kept"))).Output.ToString());
        Assert.Equal("", (await RunAsync("cat /tmp/kept 2>/dev/null")).Output.ToString());
    }

    [Theory]
    [InlineData(".git/hooks/pre-commit", "echo mine > .git/hooks/pre-commit")]
    [InlineData(".git/hooks/pre-commit", "rm .git/hooks/pre-commit; echo mine > .git/hooks/pre-commit")]
    [InlineData(".git/hooks/pre-commit", "mv .git/hooks .git/other; mkdir .git/hooks; echo mine > .git/hooks/pre-commit")]
    [InlineData(".git/hooks/pre-commit", "mv .git other; mkdir -p .git/hooks; echo mine > .git/hooks/pre-commit")]
    [InlineData(".git/hooks/pre-commit", "rm -rf .git; mkdir -p .git/hooks; echo mine > .git/hooks/pre-commit")]
    [InlineData(".git/config", "echo mine > other; mv -f other .git/config")]
    [InlineData(".git/config", "chmod 777 .git/config; touch -d @0 .git/config; echo mine > .git/config")]
    [InlineData(".envrc", "echo mine > .envrc; ln -f .envrc other; echo mine > other")]
    [InlineData(".bashrc", "rm -f .bashrc; ln -s /tmp/x .bashrc")]
    [InlineData(".vscode/tasks.json", "mv .vscode other; mkdir .vscode; echo mine > .vscode/tasks.json")]
    public async Task What_others_run_of_its_folder_cannot_be_changed(string name, string line)
    {
        var path = File(name);
        var mode = ModeOf(path);
        await RunAsync($"({line}) 2>/dev/null; echo x > beside");
        Assert.Equal("as it was\n", await System.IO.File.ReadAllTextAsync(path));
        Assert.Equal(mode, ModeOf(path));
        Assert.True(System.IO.File.Exists(Path.Combine(_folder, "beside")));
    }

    [FactNeeds("git")]
    public async Task Git_works_all_the_same()
    {
        var run = await RunAsync("git init -q . && git config user.email a@b && git config user.name a && echo x > a && git add a && git commit -qm one && git log --oneline | wc -l");
        Assert.Equal(("1\n", ""), (run.Output.ToString(), run.Error.ToString()));
        var next = await RunAsync("echo y >> a && git commit -qam two && git checkout -qb other && git log --oneline | wc -l");
        Assert.Equal(("2\n", ""), (next.Output.ToString(), next.Error.ToString()));
        Assert.NotEqual(0, (await RunAsync("git config core.hooksPath /tmp")).Exit!.ExitCode);
    }

    [Fact]
    public async Task What_is_granted_to_read_is_there_and_cannot_be_changed()
    {
        var beside = Directory.CreateDirectory($"/var/tmp/ab-granted-{Guid.NewGuid():n}").FullName;
        await System.IO.File.WriteAllTextAsync(beside + "/a", "granted\n");
        System.IO.File.CreateSymbolicLink(_folder + "-link", beside);
        foreach (var path in new[] { beside, _folder + "-link" })
        {
            var run = await RunAsync(Spawn.Shell($"cat {path}/a; echo x > {path}/a; chmod 777 {path}/a; touch {path}/b") with { Folder = _folder, Read = [path] });
            Assert.Equal("granted\n", run.Output.ToString());
        }
        Assert.Equal("granted\n", await System.IO.File.ReadAllTextAsync(beside + "/a"));
        Assert.False(System.IO.File.Exists(beside + "/b"));
        foreach (var wrong in new[] { "relative", "/", "/a/../b" })
            Assert.Equal(SpawnFailure.InvalidRequest, (await RefusedAsync(new Spawn(["true"]) { Read = [wrong] })).Kind);
        System.IO.File.Delete(_folder + "-link");
        Directory.Delete(beside, true);
    }

    [Fact]
    public async Task A_folder_above_what_is_granted_in_the_workspace_cannot_be_renamed()
    {
        Directory.CreateDirectory(_folder + "/app/bin/tools");
        await System.IO.File.WriteAllTextAsync(_folder + "/app/bin/tools/run", "mine\n");
        var run = await RunAsync(Spawn.Shell("mv app app2; mv app/bin app/bin2; mv app/bin/tools app/bin/tools2; touch app/new app/bin/new; find app app2 -type f | sort") with { Folder = _folder, Read = [_folder + "/app/bin/tools"] });
        Assert.Equal("app/bin/new\napp/bin/tools/run\napp/new\n", run.Output.ToString());
        Assert.Equal("mine\n", await System.IO.File.ReadAllTextAsync(_folder + "/app/bin/tools/run"));
    }

    [Fact]
    public async Task A_link_that_a_command_may_have_made_in_its_folder_leads_no_read_grant_elsewhere()
    {
        var beside = Directory.CreateDirectory($"/var/tmp/ab-granted-{Guid.NewGuid():n}").FullName;
        await System.IO.File.WriteAllTextAsync(beside + "/a", "secret\n");
        var link = Path.Combine(_folder, "link");
        System.IO.File.CreateSymbolicLink(link, beside);
        var run = await RunAsync(Spawn.Shell($"cat link/a; cat {beside}/a") with { Folder = _folder, Read = [link] });
        Assert.Equal("", run.Output.ToString());
        Directory.Delete(beside, true);
    }

    [Fact]
    public async Task A_command_leaves_no_file_that_runs_as_its_owner()
    {
        var run = await RunAsync("umask 0; echo x > a; chmod u+s a; chmod 6755 a; cp /bin/true b; chmod 4755 b; mkdir c; chmod g+s c; chmod 755 a b c; stat -c %a a b c");
        Assert.Equal("755\n755\n755\n", run.Output.ToString());
    }

    [Fact]
    public async Task A_command_cannot_limit_its_runner()
    {
        var run = await RunAsync("prlimit --pid 1 --nofile=5:5; prlimit --pid $$ --nofile > /dev/null || echo; echo alive");
        Assert.EndsWith("alive\n", run.Output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, run.Exit!.ExitCode);
    }

    [Fact]
    public async Task What_the_kernel_counts_for_the_user_a_command_has_a_share_of()
    {
        var most = Interop.ProcessLimits.Get(Interop.ProcessLimit.PendingSignals).Hard;
        var run = await RunAsync("bash -c 'ulimit -Hi; ulimit -Hc'; stat -f -c %c /tmp; head -c 1 /proc/slabinfo | wc -c");
        var lines = run.Output.ToString().Split('\n');
        Assert.InRange(ulong.Parse(lines[0], System.Globalization.CultureInfo.InvariantCulture), 1UL, Math.Max(most / 16, 128));
        Assert.Equal("0", lines[1]);
        Assert.InRange(long.Parse(lines[2], System.Globalization.CultureInfo.InvariantCulture), 1024, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 10 / 8192 + 1024);
        Assert.Equal("0", lines[3]);
    }

    [Fact]
    public async Task A_terminal_is_its_world_s_only_one()
    {
        using var terminal = Interop.PseudoTerminal.Open(80, 24, out var ours);
        var run = await RunAsync(Spawn.Shell($"ls /dev/pts; tty; [ -e {ours} ] && tty | grep -qv {ours} && echo there") with { Output = CommandOutput.Terminal, Folder = _folder });
        Assert.Matches(@"^0\s+ptmx\s+/dev/pts/0\s+$", run.Output.ToString());
    }

    [Fact]
    public async Task The_pid_that_is_told_is_the_parent_s_to_use()
    {
        var command = await ShellAsync("sleep 1000");
        // The shell may become the program at this moment, and then has no command line for an instant.
        await ProcessTable.Until(() => System.IO.File.ReadAllText($"/proc/{command.ProcessId}/cmdline").Replace('\0', ' ').Contains("sleep 1000", StringComparison.Ordinal), Deadline.Long);
        await KillAsync(command, TimeSpan.Zero);
        Assert.False(ProcessTable.IsRunning(command.ProcessId));
    }
}
