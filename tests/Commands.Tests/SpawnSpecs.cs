using System.Text;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

public sealed class SpawnSpecs : CommandSpecs
{
    [Fact]
    public async Task What_cannot_be_started_says_why()
    {
        var script = Path.Combine(Environment.CurrentDirectory, $"script-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(script, "no program");
        foreach (var (arguments, folder, kind, errno) in new (string[], string?, SpawnFailure, int)[]
        {
            (["no-such-program"], null, SpawnFailure.NotFound, 2),
            (["/no/such/program"], null, SpawnFailure.NotFound, 2),
            (["/etc/passwd"], null, SpawnFailure.Denied, 13),
            (["/etc"], null, SpawnFailure.NotExecutable, 13),
            (["true"], "/no/such/folder", SpawnFailure.BadFolder, 2),
            (["true"], "/etc/passwd", SpawnFailure.BadFolder, 20),
        })
        {
            var refused = await RefusedAsync(new Spawn([.. arguments]) { Folder = folder is null ? default(CommandText?) : folder });
            Assert.Equal((kind, errno), (refused.Kind, refused.Errno));
            Assert.True(refused.Message.EndsWith('.'), refused.Message);
        }
        Assert.Equal(0, (await RunAsync(new Spawn(["chmod", "+x", script]))).Exit!.ExitCode);
        Assert.Equal(SpawnFailure.NotExecutable, (await RefusedAsync(new Spawn([script]))).Kind);
        File.Delete(script);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_before_anything_is_started()
    {
        foreach (var spawn in new Spawn[]
        {
            new([]), new([""]), new(["a\0b"]), new(["true"]) { TotalTimeout = TimeSpan.FromSeconds(-1) }, new(["true"]) { Columns = 0 },
            new(["true"]) { Input = CommandInput.Descriptor },
            new(["true"]) { Environment = CommandEnvironment.Exact(new Dictionary<string, CommandText> { ["A=B"] = "c" }) },
        })
        {
            Assert.Equal(SpawnFailure.InvalidRequest, (await RefusedAsync(spawn)).Kind);
        }
    }

    [Fact]
    public async Task The_environment_is_nothing_a_list_or_exact()
    {
        Environment.SetEnvironmentVariable("ACTORBROWSER_TEST_SECRET", "secret");
        Assert.DoesNotContain("secret", (await RunAsync(new Spawn(["env"]))).Output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync(new Spawn(["env"]) { Environment = CommandEnvironment.Nothing })).Output.ToString());
        var listed = await RunAsync(new Spawn(["env"]) { Environment = CommandEnvironment.AllowList("ACTORBROWSER_TEST_SECRET") });
        Assert.Equal("ACTORBROWSER_TEST_SECRET=secret\n", listed.Output.ToString());
        var exact = await RunAsync(new Spawn(["env"]) { Environment = CommandEnvironment.Exact(new Dictionary<string, CommandText> { ["A"] = "b c", ["D"] = "" }) });
        Assert.Equal("A=b c\nD=\n", exact.Output.ToString());
    }

    [Fact]
    public async Task A_variable_that_was_changed_or_unset_is_inherited_as_it_is_now()
    {
        const string name = "ACTORBROWSER_TEST_CHANGED";
        foreach (var value in (string?[])["one", "one", "two", null, "three"])
        {
            Environment.SetEnvironmentVariable(name, value);
            var ended = await RunAsync(new Spawn(["env"]) { Environment = CommandEnvironment.AllowList(name) });
            Assert.Equal(value is null ? "" : $"{name}={value}\n", ended.Output.ToString());
        }
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are()
    {
        var big = new string('x', 100_000);
        var arguments = new[] { "a\nb", "", " ", "ä😀", "-n", big };
        var snapshot = await RunAsync(new Spawn(["/bin/sh", "-c", "for a; do printf '%s|' \"$a\"; done", "sh", .. arguments]));
        Assert.Equal(string.Join('|', arguments) + "|", snapshot.Output.ToString());
    }

    [Fact]
    public async Task Paths_need_not_be_text()
    {
        var name = $"actorbrowser-{Guid.NewGuid():N}";
        var folder = Encoding.Latin1.GetBytes($"{Environment.CurrentDirectory}/{name}-\xe9\xff");
        var made = await RunAsync(new Spawn(["mkdir", CommandText.FromBytes(folder)]));
        Assert.Equal(0, made.Exit!.ExitCode);
        var snapshot = await RunAsync(Spawn.Shell($"cd {name}-* && pwd"));
        Assert.Equal(folder, snapshot.Output.Bytes.ToArray()[..^1]);
        // A world can contain only names that are valid text.
        Assert.Equal(SpawnFailure.BadFolder, (await RefusedAsync(new Spawn(["pwd"]) { Folder = CommandText.FromBytes(folder) })).Kind);
        Assert.Equal(0, (await RunAsync(new Spawn(["rmdir", CommandText.FromBytes(folder)]))).Exit!.ExitCode);
    }

    [Fact]
    public async Task A_deleted_folder_is_a_bad_folder()
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var command = await SpawnAsync(Spawn.Shell("echo here; read x; pwd; exit 5") with { Folder = folder, Input = CommandInput.Pipe });
        await UntilOutputAsync(command, "here");
        Directory.Delete(folder);
        command.Session.Tell(CloseInput.Instance, Akka.Actor.ActorRefs.NoSender);
        Assert.Equal(5, (await EndOfAsync(command)).Exit!.ExitCode);
        Assert.Equal(SpawnFailure.BadFolder, (await RefusedAsync(new Spawn(["true"]) { Folder = folder })).Kind);
    }

    [Fact]
    public async Task A_command_has_no_descriptor_but_its_own_three()
    {
        var snapshot = await RunShellAsync("for f in 0 1 2 3 4 5 6 7 8 9 10 11 12; do [ -e /proc/$$/fd/$f ] && printf \"$f \"; done; :");
        Assert.Equal("0 1 2 ", snapshot.Output.ToString());
    }

    [Fact]
    public async Task Signals_are_as_a_fresh_process_has_them()
    {
        var snapshot = await RunShellAsync("grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\\t\\n'");
        // 32 and 33 are the C library's; they are set like that in every program that it spawns.
        Assert.Contains(snapshot.Output.ToString(), new[] { "SigBlk:0000000000000000SigIgn:0000000000000000", "SigBlk:0000000000000000SigIgn:0000000180000000" });
    }

    [Fact]
    public async Task Many_at_once_all_end()
    {
        var commands = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => ShellAsync($"echo {i}")));
        var ends = await Task.WhenAll(commands.Select(EndOfAsync));
        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}\n"), ends.Select(end => end.Output.ToString()));
    }
}
