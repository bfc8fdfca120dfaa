using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>exec</c>, run like a user runs it.</summary>
public sealed class ExecSpecs
{
    private static readonly string Program = TestChildProgram.Command;

    private static async Task<(int Code, string Output, string Error)> RunAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["exec", .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await process.OutcomeAsync();
    }

    [Fact]
    public async Task Input_output_and_exit_code_pass_through()
    {
        var (code, output, error) = await RunAsync("in", "--", "sh", "-c", "cat; echo err >&2; exit 9");
        Assert.Equal((9, "in", "err\n"), (code, output, error));
    }

    [Theory]
    [InlineData(137, "sh", "-c", "kill -9 $$")]
    [InlineData(127, "no-such-program")]
    [InlineData(126, "/etc/passwd")]
    public async Task Exit_codes_are_a_shell_s(int expected, params string[] arguments) =>
        Assert.Equal(expected, (await RunAsync("", ["--", .. arguments])).Code);

    [Fact]
    public async Task A_path_to_read_that_does_not_exist_is_told()
    {
        var (code, output, error) = await RunAsync("", "--read", "/nothing/here", "--read", "/etc/hostname", "--", "echo", "hi");
        Assert.Equal((0, "hi\n", "actorbrowser: nothing is at /nothing/here: --read grants nothing there\n"), (code, output, error));
    }

    [FactNeeds("curl")]
    public async Task A_refused_host_is_told_once()
    {
        var (code, _, error) = await RunAsync("", "--allow-host", "unused.example", "--", "curl", "-sS", "-o", "/dev/null", "-f", "http://127.0.0.1:9/");
        Assert.Equal(22, code);
        Assert.Equal(2, error.Split("No rule grants").Length);
    }

    [Fact]
    public async Task A_profile_that_does_not_exist_is_refused_with_the_names_of_those_that_do()
    {
        var (code, output, error) = await RunAsync("", "--profile", "nope", "--", "true");
        Assert.Equal((2, ""), (code, output));
        Assert.Matches(@"^actorbrowser: The sandbox profile 'nope' does not exist; the profiles are .*\bcommand\b.*\brenderer\b.*\.\n$", error);
    }

    [Fact]
    public async Task An_exec_inside_an_exec_says_that_it_runs_inside_a_sandbox_and_blames_no_machine()
    {
        var (code, output, error) = await RunAsync("", "--", Program, "exec", "--", "echo", "hi");
        Assert.Equal((69, ""), (code, output));
        Assert.Contains("inside the sandbox that this process runs in", error, StringComparison.Ordinal);
        Assert.DoesNotContain("this machine", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_is_124_and_leaves_nothing()
    {
        var length = Random.Shared.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);
        var (code, _, error) = await RunAsync("", "--timeout", "0.3", "--", "sh", "-c", $"setsid sleep {length} & wait");
        Assert.Equal(124, code);
        // On a busy machine the command's end takes longer, and so does the reported time.
        Assert.Matches(@"^actorbrowser: ended after (0\.[3-9]|[1-9]\d*\.\d) s: it reached its total timeout\.\n$", error);
        Assert.Empty(ProcessTable.WithArgument(length));
    }

    [Fact]
    public async Task Options_reach_the_command()
    {
        var (_, output, _) = await RunAsync("", "--cwd", "/tmp", "-e", "A=1", "--env", "B=two words", "--", "sh", "-c", "pwd; echo $A $B");
        Assert.Equal("/tmp\n1 two words\n", output);
        Assert.Equal(2, (await RunAsync("", "--env", "nothing", "--", "true")).Code);
        Assert.Equal(2, (await RunAsync("", "--timeout", "-1", "--", "true")).Code);
    }

    [Fact]
    public async Task Arguments_arrive_as_they_are_even_if_they_are_no_text()
    {
        const string bytes = "bad=$(printf 'a\\377b\\357\\277\\275')";
        Assert.Equal(" 61 ff 62 ef bf bd 7c 7c 0a 7c\n", await ShellAsync($"{bytes}; {Program} exec -- printf '%s|' \"$bad\" '' '\n' | od -An -tx1"));
        Assert.Equal("2\n", await ShellAsync($"{bytes}; {Program} exec echo \"$bad\" --json 2>/dev/null; echo $?"));
    }

    private static async Task<string> ShellAsync(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", line]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync().Soon();
        await process.WaitForExitAsync().Soon();
        return output;
    }

    [Fact]
    public async Task Json_is_one_object_about_the_end()
    {
        var (code, output, _) = await RunAsync("", "--json", "--", "sh", "-c", "echo four; exit 1");
        using var end = JsonDocument.Parse(output);
        Assert.Equal((1, 1, 5, "Itself"), (code, end.RootElement.GetProperty("exit_code").GetInt32(), end.RootElement.GetProperty("stdout_bytes").GetInt32(), end.RootElement.GetProperty("cause").GetString()));
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_the_command() =>
        Assert.Equal("y\ny\ny\ny\ny\n", await ShellAsync($"{Program} exec -- yes | head -c 10"));

    [Fact]
    public async Task What_is_written_to_a_file_goes_behind_what_is_there_and_before_what_comes()
    {
        var file = Path.GetTempFileName();
        using var process = Process.Start("sh", ["-c", $"(echo 1; {Program} exec -- echo 2; echo 3; {Program} exec -- sh -c 'echo 4 >&2') >{file} 2>&1"]);
        await process.WaitForExitAsync().Soon();
        Assert.Equal("1\n2\n3\n4\n", await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Theory]
    [InlineData("ping", "renderer", "-n", "10000000")]
    [InlineData("ping", "network", "-n", "10000000")]
    public async Task A_killed_browser_leaves_no_confined_child(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        var line = await process.StandardOutput.ReadLineAsync().Soon();
        var pid = int.Parse(line!.Split("pid ")[1].Split(',')[0], CultureInfo.InvariantCulture);
        Assert.True(ProcessTable.IsRunning(pid));
        process.Kill();
        var started = TimeProvider.System.GetTimestamp();
        await ProcessTable.Until(() => !ProcessTable.IsRunning(pid), Deadline.Long);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    // The last two leave the session and clear its tag; only the end of their world ends them.
    [Theory]
    [InlineData("echo ready; sleep N")]
    [InlineData("trap '' TERM HUP; echo ready; while :; do sleep N; done")]
    [InlineData("bash -c 'ulimit -R unlimited; setsid -f sleep N'; echo ready; wait; sleep N")]
    [InlineData("bash -c 'ulimit -R unlimited; setsid -f setsid -f sleep N'; echo ready; sleep N")]
    public async Task A_killed_browser_leaves_no_command(string line)
    {
        var length = Random.Shared.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(new ProcessStartInfo(Program, ["exec", "--", "sh", "-c", line.Replace("N", length, StringComparison.Ordinal)]) { RedirectStandardOutput = true, RedirectStandardInput = true })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().Soon());
        await ProcessTable.Until(() => ProcessTable.WithArgument(length).Count > 0, Deadline.Long);
        process.Kill();
        var started = TimeProvider.System.GetTimestamp();
        await ProcessTable.Until(() => ProcessTable.WithArgument(length).Count == 0, Deadline.Long);
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [FactNeeds("git")]
    public async Task Git_knows_who_commits_and_nothing_else_of_the_user_s_configuration()
    {
        var home = Directory.CreateDirectory($"/var/tmp/ab-home-{Guid.NewGuid():n}").FullName;
        var work = Directory.CreateDirectory($"/var/tmp/ab-work-{Guid.NewGuid():n}").FullName;
        await File.WriteAllTextAsync(home + "/.gitconfig", "[user]\n\tname = Ada\n\temail = ada@example.org\n[credential]\n\thelper = \"!echo SECRET\"\n");
        using var process = Process.Start(new ProcessStartInfo(Program,
            ["exec", "--cwd", work, "--", "sh", "-c", "git init -q . && echo x > a && git add a && git commit -qm one && git log --format='%an %ae %cn %ce'; git config --list; cat ~/.gitconfig"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["HOME"] = home },
        })!;
        var (code, output, error) = await process.OutcomeAsync();
        Assert.Equal((0, "actorbrowser: the command's folder now has .git, which did not exist before: other programs may run what it contains\n"), (code, error));
        Assert.StartsWith("Ada ada@example.org Ada ada@example.org\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", output, StringComparison.Ordinal);
        Assert.Equal(["/.gitconfig"], Directory.EnumerateFileSystemEntries(home).Select(path => path[home.Length..]));
        Directory.Delete(home, true);
        Directory.Delete(work, true);
    }
}
