using System.Text;
using System.Text.Json;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>The command runner, through exec and sessions.</summary>
public sealed class CommandSpecs
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a \"quoted\" part")]
    [InlineData("ends in a backslash\\")]
    [InlineData("\\\\server\\share\\\"")]
    [InlineData("%PATH% ^ & | < > !x!")]
    [InlineData("Grüße 世界 🎈")]
    public async Task An_argument_arrives_as_it_was_given(string argument)
    {
        var run = await CliRun.Exec("arguments", argument, "last");
        Assert.Equal((0, $"<{argument}><last>"), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task A_variable_arrives_in_utf_16_and_a_secret_of_the_browser_does_not()
    {
        var run = await CliRun.Of("exec", "-e", "GREETING=Grüße 世界 🎈", "--", Launching.Program, Helper.Argument, "variables");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("GREETING=Grüße 世界 🎈", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ACTORBROWSER_", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(300)]
    public async Task The_exit_code_is_the_commands(int code)
    {
        var run = await CliRun.Exec("exit", $"{code}");
        Assert.Equal(code, run.ExitCode);
    }

    [Fact]
    public async Task A_fault_ends_with_its_ntstatus()
    {
        var run = await CliRun.Of("exec", "--json", "--", Launching.Program, Helper.Argument, "fault");
        Assert.Equal(unchecked((int)0xc0000005), JsonDocument.Parse(run.Output).RootElement.GetProperty("exit_code").GetInt32());
    }

    [Fact]
    public async Task Input_is_passed_on_to_its_end()
    {
        var input = new byte[1_000_000];
        for (var i = 0; i < input.Length; i++)
            input[i] = (byte)('a' + (i % 26));
        var run = await CliRun.WithInput(input, "exec", "--", Launching.Program, Helper.Argument, "copy");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Encoding.ASCII.GetString(input), run.Output);
    }

    [Fact]
    public async Task Much_output_arrives_whole()
    {
        var run = await CliRun.Exec("flood", "400");
        Assert.Equal((0, 4_000_000), (run.ExitCode, run.Output.Length));
    }

    [Fact]
    public async Task Both_streams_are_kept_apart_and_cmd_gets_its_line_as_it_is()
    {
        var run = await CliRun.Of("exec", "--", "cmd.exe", "/d", "/s", "/c", "echo a \"b  c\" d& echo wrong>&2& exit 3");
        Assert.Equal((3, "a \"b  c\" d", "wrong"), (run.ExitCode, run.Output.Trim(), run.Error.Trim()));
    }

    [Fact]
    public async Task A_batch_file_gets_its_arguments_and_a_text_that_cmd_would_act_on_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser ");
        try
        {
            var file = Path.Combine(folder.FullName, "say it.cmd");
            await File.WriteAllTextAsync(file, "@echo [%1] [%2]\r\n@exit /b 4\r\n");
            var run = await CliRun.Of("exec", "--", file, "two words", "a&b");
            Assert.Equal((4, "[\"two words\"] [\"a&b\"]"), (run.ExitCode, run.Output.Trim()));
            var refused = await CliRun.Of("exec", "--", file, "%PATH%");
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains("cannot be given to a batch file", refused.Error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_command_starts_in_its_folder()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-ü");
        try
        {
            var run = await CliRun.Of("exec", "--cwd", folder.FullName, "--", Launching.Program, Helper.Argument, "folder");
            Assert.Equal(folder.FullName, run.Output, ignoreCase: true);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_program_that_is_not_there_and_a_file_that_is_none_have_codes_of_their_own()
    {
        Assert.Equal(127, (await CliRun.Of("exec", "--", "no-such-program")).ExitCode);
        var file = Path.Combine(Path.GetTempPath(), $"actorbrowser-{Guid.NewGuid():n}.exe");
        await File.WriteAllTextAsync(file, "no program");
        try
        {
            Assert.Equal(126, (await CliRun.Of("exec", "--", file)).ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task A_timeout_ends_the_command_and_says_so()
    {
        var run = await CliRun.Of("exec", "--timeout", "2", "--", Launching.Program, Helper.Argument, "wait");
        Assert.Equal(124, run.ExitCode);
        Assert.Contains("it reached its total timeout", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_command_leaves_behind_is_killed_and_counted()
    {
        var run = await CliRun.Of("sessions", $"start /b \"\" \"{Launching.Program}\" {Helper.Argument} wait & exit 3");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("exit 3, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("left behind and killed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminal_is_refused_with_one_sentence()
    {
        var run = await CliRun.Of("exec", "--pty", "--", "cmd.exe");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("A command has no terminal on Windows", run.Error, StringComparison.Ordinal);
    }
}
