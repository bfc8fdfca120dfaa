using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>The effects of the command profiles on real programs.</summary>
public sealed class ConfinementSpecs : CommandSpecs
{
    private static string NewFolder() => Directory.CreateDirectory($"/var/tmp/ab-commands-{Guid.NewGuid():n}").FullName;

    private Task<CommandSnapshot> RunIn(string profile, string folder, string line) => RunAsync(Spawn.Shell(line) with { Profile = profile, Folder = folder });

    [Fact]
    public async Task A_workspace_is_written_and_nothing_beside_it()
    {
        var folder = NewFolder();
        var beside = NewFolder();
        Assert.Equal(0, (await RunIn("command-workspace", folder, "echo x > a && mkdir b && mv a b/c && cat b/c && rm -r b")).Exit!.ExitCode);
        var refused = await RunIn("command-workspace", folder, $"echo x > {beside}/a");
        Assert.NotEqual(0, refused.Exit!.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(beside));
        Assert.Equal($"It reported 'Directory nonexistent' for {beside}/a, which the profile command-workspace may have caused.", refused.Exit.Blocked);
        Directory.Delete(folder, true);
        Directory.Delete(beside, true);
    }

    [Fact]
    public async Task Temporary_files_go_to_a_world_s_own_folders_and_nothing_to_the_machine_s()
    {
        var folder = NewFolder();
        var name = $"ab-escaped-{Guid.NewGuid():n}";
        var run = await RunIn("command-workspace", folder, $"echo x > $(mktemp) && echo $TMPDIR && stat -c %a /tmp && for f in /tmp /var/tmp /dev/shm ~; do touch $f/{name} && ls $f; done");
        Assert.Equal("/tmp\n700\n", run.Output.ToString()[..9]);
        Assert.Equal("", run.Error.ToString());
        foreach (var place in new[] { "/tmp", "/var/tmp", "/dev/shm", Environment.GetEnvironmentVariable("HOME")! })
            Assert.False(File.Exists(Path.Combine(place, name)));
        Assert.Equal("", (await RunIn("command-workspace", folder, "ls /tmp ~")).Output.ToString().Replace("/tmp:", "", StringComparison.Ordinal).Replace(Environment.GetEnvironmentVariable("HOME") + ":", "", StringComparison.Ordinal).Trim());
        Directory.Delete(folder, true);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("link/inner")]
    public async Task A_link_given_as_the_folder_is_neither_written_nor_read(string name)
    {
        var folder = NewFolder();
        var beside = NewFolder();
        Directory.CreateDirectory(Path.Combine(beside, "inner"));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), beside);
        Assert.NotEqual(0, (await RunIn("command-workspace", Path.Combine(folder, name), "ls inner a || echo x > a")).Exit!.ExitCode);
        Assert.Empty(Directory.GetFiles(beside, "*", SearchOption.AllDirectories));
        Directory.Delete(folder, true);
        Directory.Delete(beside, true);
    }

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/var/tmp")]
    [InlineData("/usr/local/bin")]
    [InlineData("/etc/cron.d")]
    [InlineData("/proc/self/root/etc")]
    public async Task A_system_folder_given_as_the_folder_is_not_written(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        var name = $"ab-escaped-{Guid.NewGuid():n}";
        // The folders for temporary files exist, and are private.
        Assert.Equal(folder is "/tmp" or "/var/tmp", (await RunIn("command-workspace", folder, $"touch {name}")).Exit!.ExitCode == 0);
        Assert.False(File.Exists(Path.Combine(folder, name)));
    }

    [Fact]
    public async Task A_workspace_that_was_made_anew_is_written_again()
    {
        var folder = NewFolder();
        for (var i = 0; i < 3; i++)
        {
            var run = await RunIn("command-workspace", folder, "echo x > a && cat a");
            Assert.Equal(("x\n", ""), (run.Output.ToString(), run.Error.ToString()));
            Directory.Delete(folder, true);
            Directory.CreateDirectory(folder);
        }
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task Two_workspaces_at_once_do_not_see_each_other_s_permission()
    {
        string[] folders = [NewFolder(), NewFolder()];
        var runs = await Task.WhenAll(folders.Select((folder, i) => RunIn("command-workspace", folder, $"echo mine > own; echo theirs > {folders[1 - i]}/other; cat own")));
        Assert.All(runs, static run => Assert.Equal("mine\n", run.Output.ToString()));
        foreach (var folder in folders)
        {
            Assert.Equal(["own"], Directory.GetFiles(folder).Select(Path.GetFileName));
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task A_link_out_of_the_workspace_leads_nowhere_new()
    {
        var folder = NewFolder();
        var beside = NewFolder();
        File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(beside, "target"));
        Assert.NotEqual(0, (await RunIn("command-workspace", folder, "echo x > link")).Exit!.ExitCode);
        Assert.NotEqual(0, (await RunIn("command-workspace", folder, $"echo x > ../{Path.GetFileName(beside)}/y")).Exit!.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(beside));
        Directory.Delete(folder, true);
        Directory.Delete(beside, true);
    }

    [Fact]
    public async Task Read_only_reads_and_writes_nothing_not_even_temporary_files()
    {
        var folder = NewFolder();
        var run = await RunIn("command-read-only", folder, "cat /etc/passwd > /dev/null && ls / > /dev/null && ! touch a 2>/dev/null && ! touch /tmp/ab-read-only 2>/dev/null && echo held");
        Assert.Equal("held\n", run.Output.ToString());
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task None_sees_programs_and_no_personal_files()
    {
        var folder = NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "personal"), "secret");
        var run = await RunIn("command-none", folder, "echo 6 7 | awk '{ print $1 * $2 }'; ls -A; cat personal 2>/dev/null; cat /etc/shadow 2>/dev/null; ls -d /home /run /mnt /srv /boot /var/log 2>/dev/null; echo end");
        Assert.Equal("42\nend\n", run.Output.ToString());
        Directory.Delete(folder, true);
    }

    [Theory]
    [InlineData("command-none")]
    [InlineData("command-read-only")]
    [InlineData("command-workspace")]
    public async Task Without_a_network_an_attempt_is_refused_by_name_and_the_session_says_so(string profile)
    {
        var run = await RunAsync(new Spawn(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9"]) { Profile = profile, Folder = "/" });
        Assert.StartsWith($"The profile {profile} refused: socket(AF_INET, SOCK_STREAM", run.Exit!.Blocked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_network_profile_a_program_connects()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var run = RunAsync(new Spawn(["bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; cat <&3"]) { Profile = "command-networked", Folder = "/", Egress = [$"127.0.0.1:{port}"] });
        using var client = await listener.AcceptTcpClientAsync().WaitAsync(Deadline.Long);
        await client.GetStream().WriteAsync("hello"u8.ToArray());
        client.Close();
        var snapshot = await run;
        Assert.Equal("hello", snapshot.Output.ToString());
        Assert.Null(snapshot.Exit!.Blocked);
    }

    [Fact]
    public async Task A_violation_is_the_session_s_that_made_it()
    {
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => RunAsync(Spawn.Shell(i % 2 == 0 ? "unshare -n true; exit 1" : "exit 1") with { Folder = "/" })));
        Assert.All(runs.Where(static (_, i) => i % 2 == 0), static run => Assert.Contains("unshare", run.Exit!.Blocked, StringComparison.Ordinal));
        Assert.All(runs.Where(static (_, i) => i % 2 == 1), static run => Assert.Null(run.Exit!.Blocked));
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_or_runs_nothing_is_refused_with_a_sentence()
    {
        Assert.StartsWith("The sandbox profile 'nonsense' does not exist; the profiles are ", (await RefusedAsync(new Spawn(["true"]) { Profile = "nonsense" })).Message);
        var renderer = await RefusedAsync(new Spawn(["true"]) { Profile = "renderer" });
        Assert.Equal((SpawnFailure.InvalidRequest, "The sandbox profile 'renderer' cannot run commands: it forbids executing programs."), (renderer.Kind, renderer.Message));
    }

    [Fact]
    public async Task A_set_user_id_program_gains_nothing()
    {
        var run = await RunShellAsync("grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status");
        Assert.Equal("NoNewPrivs:\t1\nCapEff:\t0000000000000000\n", run.Output.ToString());
    }
}
