using System.Diagnostics;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Standard streams that are closed, full or gone, and a removed folder: states in which a shell may start this program.</summary>
public sealed class StreamSpecs
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "actorbrowser");

    private static async Task<(int Code, string Output, string Error)> ShellAsync(string line)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", line.Replace("AB ", Program + " ", StringComparison.Ordinal)]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        return await process.OutcomeAsync();
    }

    [Fact]
    public async Task A_command_finds_a_closed_input_closed()
    {
        var (code, output, error) = await ShellAsync("AB exec -- cat 0<&-");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Bad file descriptor", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0<&-")]
    [InlineData("0<&- 2>&-")]
    public async Task A_command_is_given_no_file_of_ours_for_a_closed_input(string closed) =>
        Assert.Equal((0, "l-wx pipe\n"), await FirstTwo($"AB exec -- sh -c 'ls -l /proc/self/fd/0 | sed \"s/^\\(....\\).* \\([a-z]*\\):.*/\\1 \\2/\"' {closed}"));

    [Theory]
    [InlineData("AB exec -- true </")]
    [InlineData("AB exec --pty -- true </")]
    public async Task A_folder_as_input_is_refused(string line)
    {
        var (code, output, error) = await ShellAsync(line);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("the standard input is a folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AB exec -- echo hi >&-")]
    [InlineData("AB exec -- echo hi 0<&- >&-")]
    [InlineData("AB exec -- echo hi 0<&- >&- 2>&-")]
    [InlineData("AB exec -- sh -c 'echo hi >&2' 2>&-")]
    [InlineData("AB exec -- echo hi >/dev/full")]
    [InlineData("AB exec -- sh -c 'echo hi >&2' 2>/dev/full")]
    [InlineData("AB exec -- seq 1 100000 >/dev/full")]
    [InlineData("AB exec --json -- true >/dev/full")]
    [InlineData("AB exec --pty -- echo hi >/dev/full")]
    [InlineData("AB --version >/dev/full")]
    [InlineData("AB --version >&-")]
    [InlineData("AB --help >/dev/full")]
    [InlineData("AB fetch --help >/dev/full")]
    [InlineData("AB fetch --json http://127.0.0.1:1/ >/dev/full")]
    [InlineData("AB doctor >/dev/full")]
    [InlineData("AB doctor --json >/dev/full")]
    [InlineData("AB doctor --show-filter network >/dev/full")]
    [InlineData("AB crashes >/dev/full")]
    [InlineData("AB ping renderer -n 1 >/dev/full")]
    [InlineData("AB sessions 'echo hi' >/dev/full")]
    public async Task Output_that_is_lost_is_23(string line) => Assert.Equal(23, (await ShellAsync(line)).Code);

    [Fact]
    public async Task A_limit_of_file_size_is_an_error_and_not_our_death()
    {
        var folder = Directory.CreateTempSubdirectory();
        // 64 MB: with much less the JIT runtime cannot start, because it keeps its code in a shared file of that size.
        var (code, _, error) = await ShellAsync($"cd {folder.FullName}; ulimit -f 65536; AB exec -- head -c 80000000 /dev/zero >out");
        Assert.Equal(23, code);
        Assert.Contains("File too large", error, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Lost_output_is_said_once()
    {
        var (_, _, error) = await ShellAsync("AB exec -- seq 1 100000 >/dev/full");
        Assert.Equal("actorbrowser: the output cannot be written: write failed: No space left on device (errno 28)\n", error);
    }

    [Fact]
    public async Task A_reader_that_has_gone_is_141_and_nothing_is_said() =>
        Assert.Equal((0, "141\n", ""), await ShellAsync("AB exec -- yes | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}"));

    [Fact]
    public async Task A_message_that_cannot_be_said_changes_no_exit_code() => Assert.Equal(127, (await ShellAsync("AB exec -- no-such-program 2>/dev/full")).Code);

    [Theory]
    [InlineData("AB exec -- echo hi", 0, "hi\n")]
    [InlineData("AB exec --cwd / -- pwd", 0, "/\n")]
    [InlineData("AB exec --cwd ../nowhere -- pwd", 2, "")]
    [InlineData("AB fetch http://127.0.0.1:1/", 7, "")]
    [InlineData("AB fetch -o relative http://127.0.0.1:1/", 7, "")]
    [InlineData("AB doctor --show-filter network >/dev/null", 0, "")]
    [InlineData("AB decode no-such-file", 1, "")]
    public async Task A_folder_that_has_been_removed_ends_nothing(string line, int code, string output)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        var result = await ShellAsync($"cd {folder} && rmdir {folder} && {line}");
        Assert.Equal((code, output), (result.Code, result.Output));
        Assert.DoesNotContain("Unhandled", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo hi |", "hi\r\nhi\r\n")]
    [InlineData("printf hi |", "hihi")]
    [InlineData("</dev/null", "")]
    [InlineData("0<&-", "")]
    public async Task A_terminal_is_told_the_end_of_its_input(string input, string output) =>
        Assert.Equal((0, output), await FirstTwo(input.EndsWith('|') ? $"{input} AB exec --pty -- cat" : $"AB exec --pty -- cat {input}"));

    [Fact]
    public async Task A_terminal_takes_more_input_than_may_wait()
    {
        // Keys typed before the echo is off are echoed: only the count matters.
        var (code, output) = await FirstTwo("head -c 18000000 /dev/zero | tr '\\0' x | fold -w 1000 | AB exec --pty -- sh -c 'stty -echo; wc -c' | tail -c 10");
        Assert.Equal((0, "18017999\r\n"), (code, output));
    }

    [Fact]
    public async Task Arguments_and_variables_may_be_as_long_as_the_kernel_takes()
    {
        const string many = "big=$(printf '%125000s' x); set --; for i in 1 2 3 4 5 6 7 8 9; do set -- \"$@\" \"$big\"; done; ";
        Assert.Equal((0, "9 125000\n"), await FirstTwo(many + "AB exec -- sh -c 'echo $# ${#9}' sh \"$@\""));
        Assert.Equal((0, "125000\n"), await FirstTwo(many + "AB exec -e A= -e \"B1=$1\" -e \"B2=$1\" -e \"B3=$1\" -e \"B4=$1\" -e \"B5=$1\" -e \"B6=$1\" -e \"B7=$1\" -e \"B8=$1\" -- sh -c 'echo ${#B8}'"));
        // The option parser accepts at most 100,000 arguments.
        Assert.Equal((0, "99990\n"), await FirstTwo("AB exec -- sh -c 'echo $#' sh $(seq 1 99990)"));
    }

    [Theory]
    [InlineData("AB exec echo @handle", "@handle\n")]
    [InlineData("AB exec -- echo @/etc/passwd '[diagram]'", "@/etc/passwd [diagram]\n")]
    [InlineData("AB exec -e A=@/etc/passwd -- sh -c 'echo $A'", "@/etc/passwd\n")]
    public async Task Nothing_on_the_command_line_is_taken_for_a_file_of_options(string line, string output) =>
        Assert.Equal((0, output), await FirstTwo(line));

    [Theory]
    [InlineData("exec @F")]
    [InlineData("fetch @F")]
    [InlineData("fetch -H @F http://127.0.0.1:1/")]
    [InlineData("browse @F")]
    [InlineData("decode @F")]
    [InlineData("ping @F")]
    [InlineData("doctor --probe @F")]
    [InlineData("crashes @F")]
    [InlineData("@F")]
    public async Task What_a_file_holds_is_no_option_of_any_verb(string arguments)
    {
        var folder = Directory.CreateTempSubdirectory();
        var file = Path.Combine(folder.FullName, "options");
        // A NUL would end the program's argument; --version would be executed.
        await File.WriteAllTextAsync(file, "--version\n-o\nwritten\na\0b\n");
        var (code, output, _) = await ShellAsync($"cd {folder.FullName} && AB {arguments.Replace("@F", "@" + file, StringComparison.Ordinal)}");
        Assert.InRange(code, 1, 127);
        Assert.DoesNotContain(".NET", output, StringComparison.Ordinal);
        Assert.Single(folder.GetFiles());
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Standard_output_and_error_that_are_one_file_keep_the_program_s_order() =>
        Assert.Equal((0, string.Concat(Enumerable.Range(1, 300).Select(static i => $"{i}\n"))),
            await FirstTwo("AB exec -- sh -c 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); if [ $((i%2)) = 0 ]; then echo $i; else echo $i >&2; fi; done' 2>&1"));

    private static async Task<(int Code, string Output)> FirstTwo(string line)
    {
        var (code, output, _) = await ShellAsync(line);
        return (code, output);
    }
}
