using System.Diagnostics;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>exec --scratch</c> and <c>scratch</c>, as somebody at a shell uses them.</summary>
public sealed class ScratchSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-scratch-").FullName;

    private string Workspace => Directory.CreateDirectory(Path.Combine(_folder, "work")).FullName;

    public void Dispose()
    {
        // overlayfs leaves a folder that its owner may not list.
        using var removal = Process.Start("sh", ["-c", $"chmod -R u+rwx '{_folder}' && rm -r '{_folder}'"]);
        removal.WaitForExit();
    }

    private ProcessStartInfo Program(params string[] arguments)
    {
        var start = new ProcessStartInfo(TestChildProgram.Command, arguments) { WorkingDirectory = Workspace, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["XDG_STATE_HOME"] = Path.Combine(_folder, "state");
        return start;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Program(arguments))!;
        return await process.OutcomeAsync(Deadline.Long);
    }

    [Fact]
    public async Task It_is_listed_shown_applied_and_gone()
    {
        var file = Path.Combine(Workspace, "file");
        await File.WriteAllTextAsync(file, "one\n");
        File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal((0, "", ""), await RunAsync("exec", "--scratch=try", "--", "sh", "-c", "echo two >> file; echo x > new"));
        Assert.Equal("one\n", await File.ReadAllTextAsync(file));
        Assert.Contains($"\t{Workspace}\n", (await RunAsync("scratch")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "M file\nA new\n", ""), await RunAsync("scratch", "try"));
        Assert.Contains("\n one\n+two\n", (await RunAsync("scratch", "try", "--diff")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "M file\nA new\n", ""), await RunAsync("scratch", "try", "--apply"));
        Assert.Equal("one\ntwo\n", await File.ReadAllTextAsync(file));
        Assert.Equal((0, "", ""), await RunAsync("scratch"));
    }

    [Fact]
    public async Task What_cannot_be_applied_is_named_and_nothing_is_applied()
    {
        Assert.Equal(0, (await RunAsync("exec", "--scratch=try", "--", "sh", "-c", "echo x > new; ln -s /etc out")).Code);
        Assert.Equal((1, "", "actorbrowser: out: it is a link that leads out of the workspace\nactorbrowser: nothing was applied\n"), await RunAsync("scratch", "try", "--apply"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Workspace));
        Assert.Equal((0, "", ""), await RunAsync("scratch", "try", "--discard"));
        Assert.Equal((1, "", "actorbrowser: There is no scratch 'try'.\n"), await RunAsync("scratch", "try", "--diff"));
    }

    [Fact]
    public async Task A_killed_exec_leaves_its_scratch_which_the_next_run_lists_and_discards()
    {
        using (var process = Process.Start(Program("exec", "--scratch=left", "--", "sh", "-c", "echo half > half; echo ready; sleep 1000"))!)
        {
            Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().Soon());
            var busy = await RunAsync("scratch", "left", "--discard");
            Assert.Equal((1, "actorbrowser: A command works on the scratch 'left', or it is being applied.\n"), (busy.Code, busy.Error));
            process.Kill();
            await process.WaitForExitAsync();
        }
        Assert.StartsWith("left\t", (await RunAsync("scratch")).Output, StringComparison.Ordinal);
        Assert.Equal((0, "A half\n", ""), await RunAsync("scratch", "left"));
        Assert.Equal((0, "", ""), await RunAsync("scratch", "left", "--discard"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Workspace));
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(_folder, "state", "actorbrowser", "scratch")));
    }

    [Fact]
    public async Task A_wrong_name_is_refused()
    {
        const string name = "a scratch";
        var (code, _, error) = await RunAsync("exec", "--scratch", name, "--", "true");
        Assert.Equal((2, true), (code, error.Contains($"'{name}' is not a scratch's name", StringComparison.Ordinal)));
        Assert.Equal(2, (await RunAsync("scratch", name)).Code);
        Assert.Equal(2, (await RunAsync("scratch", "--apply")).Code);
        Assert.Equal(2, (await RunAsync("scratch", "x", "--apply", "--discard")).Code);
    }

    [FactNeeds("python3")]
    public async Task A_scratch_whose_folders_are_too_deep_says_so_in_a_short_sentence()
    {
        const string deep = "import os\nfor i in range(25):\n  os.mkdir('d' * 200)\n  os.chdir('d' * 200)";
        Assert.Equal((0, "", ""), await RunAsync("exec", "--scratch=deep", "--", "python3", "-c", deep));
        var (code, _, error) = await RunAsync("scratch", "deep");
        Assert.Equal(1, code);
        Assert.Contains("lies so deep in the scratch that its path has more than the 4095 bytes that the kernel takes: remove it by a command with this scratch", error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 1, 600);
        Assert.Equal((0, "", ""), await RunAsync("exec", "--scratch=deep", "--", "sh", "-c", "rm -r d*"));
        Assert.Equal((0, "", ""), await RunAsync("scratch", "deep"));
    }

    [Fact]
    public async Task A_scratch_with_a_folder_that_may_not_be_read_says_what_to_do()
    {
        // Root may read every folder.
        if (Environment.UserName == "root")
            return;
        await RunAsync("exec", "--scratch=closed", "--", "sh", "-c", "mkdir closed; echo x > closed/x; chmod 0 closed");
        Assert.Contains("closed cannot be read in the scratch: the command has left it without the right. Give yourself the right", (await RunAsync("scratch", "closed")).Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("exec", "--scratch=closed", "--", "sh", "-c", "chmod -R u+rwX .")).Code);
        Assert.Equal((0, "A closed/\nA closed/x\n", ""), await RunAsync("scratch", "closed"));
    }
}
