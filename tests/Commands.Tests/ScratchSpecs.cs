using System.Security.Cryptography;
using System.Text;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>A command works on an overlay of its folder, which is shown, applied or discarded afterwards. Real commands.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ScratchSpecs : CommandSpecs
{
    private readonly string _workspace = Directory.CreateTempSubdirectory("actorbrowser-scratch-").FullName;
    private readonly string _name = $"s-{Guid.NewGuid():n}";

    static ScratchSpecs()
    {
        Environment.SetEnvironmentVariable("XDG_STATE_HOME", Directory.CreateTempSubdirectory("actorbrowser-state-").FullName);
        AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Environment.GetEnvironmentVariable("XDG_STATE_HOME")!, recursive: true);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_workspace, recursive: true);
        foreach (var left in Scratch.List().Where(scratch => scratch.Name == _name))
            left.Discard();
    }

    private string InWorkspace(string name, string? content = null)
    {
        var path = Path.Combine(_workspace, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (content is not null)
            File.WriteAllText(path, content);
        return path;
    }

    // What is older than the scratch cannot have changed meanwhile; a file is dated by a clock that ticks every few milliseconds.
    private async Task<string> RunInScratchAsync(string line)
    {
        var before = DateTime.UtcNow;
        while (true)
        {
            var probe = Path.Combine(Environment.GetEnvironmentVariable("XDG_STATE_HOME")!, _name);
            await File.WriteAllTextAsync(probe, "");
            var dated = File.GetLastWriteTimeUtc(probe);
            File.Delete(probe);
            if (dated > before)
                break;
        }
        var end = await RunAsync(Spawn.Shell(line) with { Folder = _workspace, Scratch = _name });
        Assert.Equal((0, ""), (end.Exit!.ExitCode, end.Error.ToString()));
        return end.Output.ToString();
    }

    // Everything that could change: names, kinds, modes, times, contents.
    private string HashOfTree()
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(_workspace, "*", SearchOption.AllDirectories).Append(_workspace).Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(path);
            text.Append(path).Append(info.Attributes).Append(info.UnixFileMode).Append(info.LastWriteTimeUtc.Ticks).Append(info.LinkTarget);
            if (info.Exists && info.LinkTarget is null)
                text.Append(Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
        }
        return text.ToString();
    }

    private const string ManyChanges = "echo two >> kept; rm gone; rm -r folder; mkdir folder; echo new > folder/new; mkdir -p deep/er; echo x > deep/er/x; ln -s kept link; chmod 755 script; printf 'a\\0b' > binary; mv moved moved-to";

    private void Fill()
    {
        InWorkspace("kept", "one\n");
        InWorkspace("gone", "gone\n");
        InWorkspace("folder/old", "old\n");
        InWorkspace("script", "#!/bin/sh\n");
        InWorkspace("moved", "moved\n");
        File.SetUnixFileMode(InWorkspace("script"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Discarded_the_folder_is_what_it_was_and_the_scratch_is_gone()
    {
        Fill();
        var end = await RunInScratchAsync("true");
        Assert.Equal("", end);
        var before = HashOfTree();
        await RunInScratchAsync(ManyChanges + "; cat kept >/dev/null");
        Assert.Equal(before, HashOfTree());
        var scratch = Scratch.Find(_name);
        Assert.Equal(_workspace, scratch.Workspace);
        Assert.Contains(Scratch.List(), one => one.Name == _name);
        scratch.Discard();
        Assert.Equal(before, HashOfTree());
        Assert.DoesNotContain(Scratch.List(), one => one.Name == _name);
        Assert.Throws<IOException>(() => Scratch.Find(_name));
    }

    [Fact]
    public async Task It_shows_what_changed_and_applied_the_folder_has_it()
    {
        Fill();
        await RunInScratchAsync(ManyChanges);
        var scratch = Scratch.Find(_name);
        var changes = (await scratch.ChangesAsync()).Select(static change => $"{change.Kind} {change.FileKind} {change.Path}");
        Assert.Equal(
        [
            "Added File binary", "Added Folder deep", "Added Folder deep/er", "Added File deep/er/x", "Added File folder/new", "Deleted File folder/old", "Deleted File gone", "Modified File kept",
            "Added Link link", "Deleted File moved", "Added File moved-to", "ModeChanged File script",
        ], changes);
        var diff = await scratch.DiffAsync();
        Assert.Contains("--- a/kept\n+++ b/kept\n@@ -1,1 +1,2 @@\n one\n+two\n", diff, StringComparison.Ordinal);
        Assert.Contains("--- a/gone\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-gone\n", diff, StringComparison.Ordinal);
        Assert.Contains("added link link -> kept\n", diff, StringComparison.Ordinal);
        Assert.Contains("binary, or too long to show: 3 bytes", diff, StringComparison.Ordinal);
        await scratch.ApplyAsync();
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(InWorkspace("kept")));
        Assert.Equal(["binary", "deep", "folder", "kept", "link", "moved-to", "script"], Directory.EnumerateFileSystemEntries(_workspace).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["new"], Directory.EnumerateFileSystemEntries(InWorkspace("folder")).Select(Path.GetFileName));
        Assert.True(File.GetUnixFileMode(InWorkspace("script")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("kept", new FileInfo(InWorkspace("link")).LinkTarget);
        Assert.DoesNotContain(Scratch.List(), one => one.Name == _name);
    }

    [FactNeeds("python3")]
    public async Task A_name_of_several_lines_is_one_line_of_the_diff()
    {
        Fill();
        await RunInScratchAsync("python3 -c \"import os; open('z\\n+++ kept\\nadded file fake', 'w').write('x\\n'); os.symlink('t\\nadded file fake', 'li\\nnk')\"");
        var lines = (await Scratch.Find(_name).DiffAsync()).Split('\n');
        Assert.DoesNotContain(lines, static line => line.StartsWith("added file fake", StringComparison.Ordinal) || line.StartsWith("+++ kept", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("added file z^J+++ kept^Jadded file fake (mode", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.StartsWith("added link li^Jnk -> t^Jadded file fake", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_command_goes_on_in_the_same_scratch_and_another_folder_cannot()
    {
        Fill();
        await RunInScratchAsync("echo two >> kept");
        Assert.Equal("one\ntwo\n", await RunInScratchAsync("cat kept"));
        var other = Directory.CreateTempSubdirectory("actorbrowser-other-");
        var refused = await RefusedAsync(Spawn.Shell("true") with { Folder = other.FullName, Scratch = _name });
        Assert.Contains("belongs to", refused.Message, StringComparison.Ordinal);
        other.Delete();
    }

    [Theory]
    [InlineData("ln -s /etc out", "out", "leads out")]
    [InlineData("ln -s ../.. out", "out", "leads out")]
    [InlineData("mkdir a; ln -s kept/../../.. a/out", "a/out", "leads out")]
    [InlineData("mkfifo pipe", "pipe", "pipe")]
    [InlineData("mkdir -p .git/hooks; echo x > .git/hooks/pre-commit", ".git/hooks/pre-commit", "protected")]
    [InlineData("mkdir .git; ln -s ../folder .git/hooks", ".git/hooks", "protected")]
    [InlineData("printf x > $(printf '\\377')", "\ufffd", "not valid text")]
    public async Task What_is_dangerous_is_refused_by_name_and_nothing_is_applied(string line, string path, string why)
    {
        Fill();
        await RunInScratchAsync($"echo changed >> kept; {line}");
        var before = HashOfTree();
        var conflict = await Assert.ThrowsAsync<ScratchConflictException>(() => Scratch.Find(_name).ApplyAsync());
        Assert.Contains(conflict.Conflicts, one => one.Path == path && one.Obstacle!.Contains(why, StringComparison.Ordinal));
        Assert.Equal(before, HashOfTree());
        Assert.NotEmpty(await Scratch.Find(_name).DiffAsync());
    }

    [Theory]
    [InlineData("kept", "echo two >> kept")]
    [InlineData("gone", "rm gone")]
    [InlineData("created", "echo mine > created")]
    [InlineData("folder/old", "rm -r folder")]
    public async Task What_has_changed_in_the_folder_meanwhile_is_refused_by_name(string path, string line)
    {
        Fill();
        await RunInScratchAsync(line);
        InWorkspace(path, "changed meanwhile\n");
        var conflict = await Assert.ThrowsAsync<ScratchConflictException>(() => Scratch.Find(_name).ApplyAsync());
        Assert.Contains(conflict.Conflicts, one => one.Path == path && one.Obstacle == "it has changed in the workspace meanwhile");
        Assert.Equal("changed meanwhile\n", await File.ReadAllTextAsync(InWorkspace(path)));
    }

    [Fact]
    public async Task A_name_that_was_removed_from_the_folder_meanwhile_does_not_come_back()
    {
        Fill();
        await RunInScratchAsync("echo two >> kept");
        File.Delete(InWorkspace("kept"));
        var conflict = await Assert.ThrowsAsync<ScratchConflictException>(() => Scratch.Find(_name).ApplyAsync());
        Assert.Equal("it was removed from the workspace meanwhile", Assert.Single(conflict.Conflicts).Obstacle);
    }

    [Fact]
    public async Task A_link_in_the_folder_is_not_followed_when_it_is_applied()
    {
        Fill();
        var outside = Directory.CreateTempSubdirectory("actorbrowser-outside-");
        await RunInScratchAsync("echo hacked > folder/new");
        // Somebody puts a link in the place of the folder.
        Directory.Delete(InWorkspace("folder"), recursive: true);
        Directory.CreateSymbolicLink(InWorkspace("folder"), outside.FullName);
        await Assert.ThrowsAnyAsync<Exception>(() => Scratch.Find(_name).ApplyAsync());
        Assert.Empty(outside.EnumerateFileSystemInfos());
        outside.Delete();
    }

    [Fact]
    public async Task While_a_command_works_on_it_it_is_neither_shown_nor_applied_nor_discarded()
    {
        Fill();
        var command = await SpawnAsync(Spawn.Shell("echo working; sleep 1000") with { Folder = _workspace, Scratch = _name });
        await UntilOutputAsync(command, "working");
        var scratch = Scratch.Find(_name);
        await Assert.ThrowsAsync<IOException>(scratch.ApplyAsync);
        await Assert.ThrowsAsync<IOException>(scratch.DiffAsync);
        Assert.Throws<IOException>(scratch.Discard);
        var second = await RefusedAsync(Spawn.Shell("true") with { Folder = _workspace, Scratch = _name });
        Assert.Contains("A command works on the scratch", second.Message, StringComparison.Ordinal);
        await KillAsync(command, TimeSpan.Zero);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public async Task A_wrong_name_is_refused(string name)
    {
        Assert.Equal(Transport.SpawnFailure.InvalidRequest, (await RefusedAsync(Spawn.Shell("true") with { Folder = _workspace, Scratch = name })).Kind);
        Assert.Throws<ArgumentException>(() => Scratch.Find(name));
    }

    [Fact]
    public async Task A_profile_that_does_not_write_has_no_scratch()
    {
        var refused = await RefusedAsync(Spawn.Shell("true") with { Folder = _workspace, Scratch = _name, Profile = "command-read-only" });
        Assert.Equal(Transport.SpawnFailure.InvalidRequest, refused.Kind);
    }
}
