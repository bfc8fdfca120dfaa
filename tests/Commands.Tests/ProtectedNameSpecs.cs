using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.CommandsTests;

/// <summary>Names that other programs execute, which do not exist when a command starts, or lead elsewhere.</summary>
public sealed class ProtectedNameSpecs : CommandSpecs, IDisposable
{
    private readonly string _folder = Directory.CreateDirectory($"/var/tmp/ab-names-{Guid.NewGuid():n}").FullName;

    private async Task<string> AppearedAsync(string line, string? world = null, string profile = "command-workspace") =>
        string.Join(" ", (await RunAsync(Spawn.Shell(line) with { Folder = _folder, World = world, Profile = profile })).Exit!.Appeared);

    public new void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, true);
        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData("mkdir .vscode; echo x > .vscode/tasks.json", ".vscode")]
    [InlineData("mkdir -p .git/hooks; echo x > .envrc", ".envrc .git")]
    [InlineData("echo 'gitdir: evil' > .git", ".git")]
    [InlineData("ln -s elsewhere .bashrc", ".bashrc")]
    [InlineData("mkdir other; mkdir other/.vscode; mv other/.vscode .", ".vscode")]
    [InlineData("mkdir .idea; rmdir .idea; echo x > other", "")]
    public async Task What_a_command_has_made_is_told_when_it_is_closed(string line, string expected) => Assert.Equal(expected, await AppearedAsync(line));

    [Fact]
    public async Task What_was_there_is_held_and_not_told()
    {
        Directory.CreateDirectory(_folder + "/.git/hooks");
        await File.WriteAllTextAsync(_folder + "/.envrc", "mine\n");
        Assert.Equal(".git/config", await AppearedAsync("echo x > .git/config; echo x > .envrc; echo x > .git/hooks/pre-commit"));
        Assert.Equal("mine\n", await File.ReadAllTextAsync(_folder + "/.envrc"));
        Assert.Empty(Directory.EnumerateFiles(_folder + "/.git/hooks"));
    }

    [Theory]
    [InlineData(".git/modules/part/config")]
    [InlineData(".git/worktrees/other/commondir")]
    public async Task What_git_runs_for_a_submodule_or_another_worktree_is_held(string file)
    {
        Directory.CreateDirectory(Path.Combine(_folder, Path.GetDirectoryName(file)!));
        await File.WriteAllTextAsync(Path.Combine(_folder, file), "mine\n");
        await RunAsync(Spawn.Shell($"echo evil > {file}; mkdir -p {Path.GetDirectoryName(file)}/more") with { Folder = _folder });
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(_folder, file)));
        Assert.False(Directory.Exists(Path.Combine(_folder, Path.GetDirectoryName(file)!, "more")));
    }

    [Fact]
    public async Task A_name_that_was_held_and_that_another_moved_away_is_told_when_it_is_made_anew()
    {
        Directory.CreateDirectory(_folder + "/.git/hooks");
        await File.WriteAllTextAsync(_folder + "/.envrc", "mine\n");
        var told = AppearedAsync("touch started; until [ -e moved ]; do sleep 0.01; done; mkdir -p .git/hooks; echo evil > .git/hooks/pre-commit; echo evil > .envrc");
        await ProcessTable.Until(() => File.Exists(_folder + "/started"), Deadline.Long);
        Directory.Move(_folder + "/.git", _folder + "/git-moved");
        File.Move(_folder + "/.envrc", _folder + "/envrc-moved");
        await File.WriteAllTextAsync(_folder + "/moved", "");
        Assert.Equal(".envrc .git .git/hooks", await told);
    }

    [Fact]
    public async Task What_changes_in_a_held_folder_from_outside_is_not_told()
    {
        Directory.CreateDirectory(_folder + "/.git/hooks");
        await File.WriteAllTextAsync(_folder + "/.git/config", "mine\n");
        var told = AppearedAsync("touch started; until [ -e changed ]; do sleep 0.01; done");
        await ProcessTable.Until(() => File.Exists(_folder + "/started"), Deadline.Long);
        await File.WriteAllTextAsync(_folder + "/.git/config", "still mine\n");
        await File.WriteAllTextAsync(_folder + "/.git/hooks/pre-commit", "mine\n");
        await File.WriteAllTextAsync(_folder + "/changed", "");
        Assert.Equal("", await told);
    }

    [Fact]
    public async Task A_link_that_becomes_another_is_told()
    {
        Directory.CreateDirectory(_folder + "/settings");
        File.CreateSymbolicLink(_folder + "/.vscode", "settings");
        Assert.Equal("", await AppearedAsync("echo x > settings/tasks.json"));
        Assert.Equal(".vscode", await AppearedAsync("rm .vscode; mkdir .vscode"));
    }

    [Fact]
    public async Task A_worktree_s_file_that_names_its_repository_cannot_be_changed()
    {
        await File.WriteAllTextAsync(_folder + "/.git", "gitdir: /somewhere\n");
        Assert.Equal("", await AppearedAsync("echo 'gitdir: evil' > .git; rm -f .git; mv .git other"));
        Assert.Equal("gitdir: /somewhere\n", await File.ReadAllTextAsync(_folder + "/.git"));
    }

    [Fact]
    public async Task What_one_command_has_made_is_held_from_the_next_even_where_its_runner_was_waiting()
    {
        // From the second command on, a runner is ready before it is requested.
        for (var i = 0; i < 3; i++)
            Assert.Equal("", await AppearedAsync("true"));
        Assert.Equal(".vscode", await AppearedAsync("mkdir .vscode"));
        Assert.Equal("", await AppearedAsync("echo x > .vscode/tasks.json"));
        Assert.Empty(Directory.EnumerateFiles(_folder + "/.vscode"));
    }

    [Fact]
    public async Task In_a_shared_world_each_command_after_it_is_told_of_it()
    {
        Assert.Equal("", await AppearedAsync("true", "together"));
        Assert.Equal(".vscode", await AppearedAsync("mkdir .vscode", "together"));
        Assert.Equal(".vscode", await AppearedAsync("true", "together"));
    }

    [Fact]
    public async Task Nothing_that_has_left_its_mark_makes_one_after_the_command_is_closed()
    {
        var run = await RunAsync(Spawn.Shell("bash -c 'ulimit -R unlimited; setsid -f sh -c \"until [ -e go ]; do :; done; mkdir .vscode\" > /dev/null 2>&1 < /dev/null'") with
        {
            Folder = _folder,
            DrainTimeout = TimeSpan.FromMilliseconds(100),
        });
        Assert.Empty(run.Exit!.Appeared);
        await File.WriteAllTextAsync(_folder + "/go", "");
        await AppearedAsync("sleep 0.3");
        Assert.False(Directory.Exists(_folder + "/.vscode"));
    }

    [Fact]
    public async Task A_profile_that_writes_no_folder_tells_nothing() => Assert.Equal("", await AppearedAsync("mkdir .vscode", profile: "command-read-only"));
}
