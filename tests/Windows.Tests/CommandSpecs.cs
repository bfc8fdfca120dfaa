using System.Text;
using System.Text.Json;
using ActorBrowser.ChildEntrypoints.Commands;
using ActorBrowser.Transport;
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

    [Fact]
    public async Task A_variable_replaces_an_inherited_one_whose_name_differs_in_case()
    {
        var run = await CliRun.Of("exec", "-e", @"path=X:\only", "--", Launching.Program, Helper.Argument, "variables");
        Assert.Equal([@"path=X:\only"], run.Output.Split("\r\n").Where(static line => line.StartsWith("path=", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Two_variables_whose_names_differ_in_case_are_refused_and_of_one_name_the_last_counts()
    {
        var refused = await CliRun.Of("exec", "-e", "Greeting=a", "-e", "GREETING=b", "--", Launching.Program, Helper.Argument, "exit", "0");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("The variables Greeting and GREETING are one variable on Windows", refused.Error, StringComparison.Ordinal);
        var run = await CliRun.Of("exec", "-e", "GREETING=a", "-e", "GREETING=b", "--", Launching.Program, Helper.Argument, "variables");
        Assert.Contains("GREETING=b\r\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_layers_with_which_it_really_ran_are_said_and_reported()
    {
        var run = await CliRun.Exec("exit", "0");
        Assert.Equal("actorbrowser: the command is confined by job only: 'actorbrowser doctor' says what is missing", run.Error.TrimEnd());
        var reported = await CliRun.Of("exec", "--json", "--", Launching.Program, Helper.Argument, "exit", "0");
        Assert.Equal((0, ""), (reported.ExitCode, reported.Error));
        var end = JsonDocument.Parse(reported.Output).RootElement;
        Assert.Equal(["job"], end.GetProperty("layers").EnumerateArray().Select(static name => name.GetString()!));
        var missing = end.GetProperty("missing").EnumerateArray().Select(static sentence => sentence.GetString()!).ToArray();
        Assert.Contains(missing, static sentence => sentence.StartsWith("mitigations is missing: ", StringComparison.Ordinal));
        Assert.Contains("app-container is missing: a command in an AppContainer could use neither its folder nor its programs", missing);
        // In the words of doctor.
        var doctor = JsonDocument.Parse((await CliRun.Of("doctor", "--json")).Output).RootElement;
        Assert.Contains(doctor.GetProperty("profiles").EnumerateArray(), profile => profile.GetProperty("missing").EnumerateArray().Select(static sentence => sentence.GetString()!).SequenceEqual(missing));
    }

    [Fact]
    public async Task A_path_to_read_is_refused_since_nothing_keeps_it_from_any()
    {
        var run = await CliRun.Of("exec", "--read", Environment.SystemDirectory, "--", Launching.Program, Helper.Argument, "exit", "0");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("on Windows nothing keeps a command from a file", run.Error, StringComparison.Ordinal);
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
    public async Task A_fault_ends_with_its_ntstatus_and_its_name()
    {
        var run = await CliRun.Of("exec", "--json", "--", Launching.Program, Helper.Argument, "fault");
        var end = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((unchecked((int)0xc0000005), "STATUS_ACCESS_VIOLATION: access violation"), (end.GetProperty("exit_code").GetInt32(), end.GetProperty("ntstatus").GetString()));
    }

    [Fact]
    public async Task A_fault_is_said_with_its_name_by_exec_and_in_the_table_of_sessions()
    {
        var run = await CliRun.Exec("exit", $"{unchecked((int)0xc0000135)}");
        Assert.Equal(unchecked((int)0xc0000135), run.ExitCode);
        Assert.Contains("the command ended with 0xC0000135 (STATUS_DLL_NOT_FOUND: library not found)", run.Error, StringComparison.Ordinal);
        var table = await CliRun.Of("sessions", $"exit {unchecked((int)0xc0000409)}");
        Assert.Contains("0xC0000409", table.Output, StringComparison.Ordinal);
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
        Assert.Equal((3, "a \"b  c\" d"), (run.ExitCode, run.Output.Trim()));
        var joined = await CliRun.Of("exec", "--", "cmd.exe", "/d/s/c", "echo a \"b  c\" d& exit 4");
        Assert.Equal((4, "a \"b  c\" d"), (joined.ExitCode, joined.Output.Trim()));
        // Before it, exec says that the command is not confined.
        Assert.EndsWith("\nwrong", run.Error.ReplaceLineEndings("\n").TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_file_gets_its_arguments_and_a_text_that_cmd_would_act_on_is_refused()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser ");
        try
        {
            var file = Path.Combine(folder.FullName, "say it.cmd");
            await File.WriteAllTextAsync(file, "@echo [%1] [%2]\r\n@exit /b 4\r\n");
            foreach (var (first, second) in ((string, string)[])[("two words", "a&b"), ("^ | < >", "(x) 'y' ;,="), ("", "c:\\d\\e f")])
            {
                var run = await CliRun.Of("exec", "--", file, first, second);
                Assert.Equal((4, $"[\"{first}\"] [\"{second}\"]"), (run.ExitCode, run.Output.Trim()));
            }
            foreach (var refused in (string[])["%PATH%", "!PATH!", "a \" b", "two\r\nlines", "ends in a backslash\\"])
            {
                var run = await CliRun.Of("exec", "--", file, refused);
                Assert.Equal(2, run.ExitCode);
                Assert.Contains("cannot be given to a batch file", run.Error, StringComparison.Ordinal);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData(". .")]
    public async Task A_batch_file_does_not_hide_behind_blanks_and_dots(string end)
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-");
        try
        {
            var file = Path.Combine(folder.FullName, "tool.bat");
            await File.WriteAllTextAsync(file, "@exit /b 4\r\n");
            var run = await CliRun.Of("exec", "--", file + end, "a\" & exit 9 & \"");
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("ends in a blank or a dot", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(@"\")]
    [InlineData(@"\windows")]
    [InlineData("C:")]
    [InlineData("windows")]
    public void A_folder_that_is_no_full_path_is_refused(string folder)
    {
        var settings = ActorBrowserSettings.From(Akka.Configuration.Config.Empty).Commands;
        var request = CommandRequest.Of(new CommandProtocol.Spawn([@".\program.exe"]) { Folder = CommandText.FromString(folder) }, settings, null, []);
        Assert.Equal(SpawnFailure.BadFolder, WindowsProgram.Find(request, out _, out _, out _)?.Kind);
    }

    [Theory]
    [InlineData("--allow-host")]
    [InlineData("--deny-host")]
    public async Task A_rule_for_hosts_is_refused_since_nothing_would_follow_it(string option)
    {
        var run = await CliRun.Of("exec", option, "example.org", "--", Launching.Program, Helper.Argument, "exit", "0");
        Assert.Equal(69, run.ExitCode);
        Assert.Contains("Rules for hosts are not available here", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_starts_in_its_folder()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-ü 世界 🎈");
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
    public async Task A_folder_without_a_root_is_below_that_of_exec()
    {
        var name = $"actorbrowser {Guid.NewGuid():n}";
        var folder = Directory.CreateDirectory(name);
        try
        {
            foreach (var given in (string[])[name, $@".\{name}", $"{name}/."])
            {
                var run = await CliRun.Of("exec", "--cwd", given, "--", Launching.Program, Helper.Argument, "folder");
                Assert.Equal(0, run.ExitCode);
                Assert.Equal(folder.FullName, run.Output.TrimEnd('\\'), ignoreCase: true);
            }
        }
        finally
        {
            folder.Delete();
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
    public async Task A_program_whose_path_has_surrogates_starts_and_is_found_in_a_path_with_them()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-🎈");
        try
        {
            var file = Path.Combine(folder.FullName, "wörld 🎈.cmd");
            await File.WriteAllTextAsync(file, "@exit /b 6\r\n");
            Assert.Equal(6, (await CliRun.Of("exec", "--", file)).ExitCode);
            Assert.Equal(6, (await CliRun.Of("exec", "-e", $"PATH={folder.FullName}", "--", "wörld 🎈")).ExitCode);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_timeout_interrupts_the_command_and_lets_it_end_within_its_grace()
    {
        var run = await CliRun.Of("exec", "--json", "--timeout", "4", "--", Launching.Program, Helper.Argument, "interrupted");
        var end = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((124, "TotalTimeout", Consoles.Interrupted), (run.ExitCode, end.GetProperty("cause").GetString(), end.GetProperty("exit_code").GetInt32()));
    }
}
