using ActorBrowser.ChildEntrypoints.Commands;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>What cmd.exe, which runs batch files, too, would do otherwise than it was told: it is refused with a sentence.</summary>
public sealed class ShellSpecs : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actorbrowser-shell-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_line_of_the_shell_is_run_by_that_of_the_system_whatever_the_path_says()
    {
        File.Copy(Launching.Program, Path.Combine(_folder, "cmd.exe"));
        var shell = CommandProtocol.Spawn.Shell("echo hi");
        Assert.Equal(Path.Combine(Environment.SystemDirectory, "cmd.exe"), shell.Arguments[0].ToString(), ignoreCase: true);
        Assert.Null(Find(shell with { Environment = Exact($"PATH={_folder}") }, out var found, out _));
        Assert.Equal($"\"{shell.Arguments[0]}\" /d /s /c \"echo hi\"", found!.CommandLine);
        var run = await CliRun.Of("sessions", "echo from the shell");
        Assert.Contains("from the shell", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_whose_name_has_the_prefix_is_entered_without_it()
    {
        foreach (var program in (string[])["cmd.exe", Launching.Program, Batch()])
        {
            Assert.Null(Find(new([program]) { Folder = @"\\?\" + _folder }, out _, out var folder));
            Assert.Equal(_folder, folder);
        }
    }

    [Theory]
    [InlineData(@"\\?\C:\x", @"C:\x")]
    [InlineData(@"\\?\UNC\server\share\x", @"\\server\share\x")]
    [InlineData(@"\\server\share", @"\\server\share")]
    [InlineData(@"C:\x.", @"C:\x.")]
    [InlineData(@"\\?\C:\x.", null)]
    [InlineData(@"\\?\C:\x\..\y", null)]
    [InlineData(@"\\?\C:\x/y", null)]
    public void A_name_that_leads_elsewhere_without_the_prefix_has_no_other(string path, string? plain) => Assert.Equal(plain, Interop.WindowsPath.WithoutPrefix(path));

    [Theory]
    [InlineData(@"\\server\share", false)]
    [InlineData("//server/share/x", false)]
    [InlineData(@"\\?\C:\x", false)]
    [InlineData(@"C:\x", true)]
    public void Cmd_works_in_a_folder_of_a_drive_alone(string folder, bool isFit)
    {
        Assert.Equal(isFit, WindowsProgram.ShellProblem(folder) is null);
        Assert.True(WindowsProgram.IsShell(Batch()) && WindowsProgram.IsShell(CommandProtocol.Spawn.Shell("x").Arguments[0].ToString()));
        Assert.False(WindowsProgram.IsShell(Launching.Program));
    }

    [NeedsRealWindowsFact("Wine 8 serves no share of a drive")]
    public void A_folder_of_a_server_is_refused_for_the_shell_and_for_a_batch_file_alone()
    {
        var served = $@"\\localhost\{_folder[0]}$\{_folder[3..]}";
        foreach (var folder in (string[])[served, @"\\?\UNC" + served[1..]])
        {
            Assert.Equal(SpawnFailure.BadFolder, Find(new(["cmd.exe"]) { Folder = folder }, out _, out _)!.Value.Kind);
            Assert.Equal(SpawnFailure.BadFolder, Find(new([Batch()]) { Folder = folder }, out _, out _)!.Value.Kind);
            Assert.Null(Find(new([Launching.Program]) { Folder = folder }, out _, out _));
        }
    }

    [Theory]
    [InlineData(8000, true)]
    [InlineData(9000, false)]
    public async Task A_line_longer_than_cmd_takes_is_refused(int length, bool isTaken)
    {
        var text = new string('x', length);
        foreach (var spawn in (CommandProtocol.Spawn[])[new([Batch(), text]), CommandProtocol.Spawn.Shell("echo " + text), new(["cmd.exe", "/c", "echo", text])])
        {
            var refused = Find(spawn, out _, out _);
            Assert.Equal(isTaken, refused is null);
            if (refused is { } said)
                Assert.Matches("The command line has 9[0-9]{3} characters; cmd.exe, which runs batch files, too, takes 8191", said.Message);
        }
        Assert.Null(Find(new([Launching.Program, text]), out _, out _));
        if (!isTaken)
            Assert.Equal(2, (await CliRun.Of("exec", "--", Batch(), text)).ExitCode);
    }

    private string Batch()
    {
        var file = Path.Combine(_folder, "tool.bat");
        File.WriteAllText(file, "@exit /b 4\r\n");
        return file;
    }

    private static CommandEnvironment Exact(string line) => CommandEnvironment.Exact(new Dictionary<string, CommandText>(StringComparer.Ordinal) { [line.Split('=')[0]] = line.Split('=')[1] });

    private static SpawnFailed? Find(CommandProtocol.Spawn spawn, out WindowsProgram? found, out string? folder)
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Commands;
        return WindowsProgram.Find(CommandRequest.Of(spawn, settings, null, []), out found, out _, out folder);
    }
}
