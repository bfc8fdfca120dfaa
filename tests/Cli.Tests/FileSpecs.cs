using System.Diagnostics;
using System.Text.Json;
using ActorBrowser.TestSupport;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Files that verbs read and write: named pipes, devices, missing folders, names that are not text.</summary>
public sealed class FileSpecs : IAsyncLifetime
{
    private static readonly string Program = TestChildProgram.Command;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ab-files-");
    private Site _server = null!;
    private string _root = "";

    public async Task InitializeAsync()
    {
        _server = await Site.StartAsync(AnswerAsync);
        _root = _server.Root;
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        switch (context.Request.Path.Value)
        {
            case "/hello":
                await context.Response.WriteAsync("hello");
                break;
            case "/big":
                await context.Response.Body.WriteAsync(new byte[10_000_000], context.RequestAborted);
                break;
            case "/echo":
                await context.Response.Body.WriteAsync(body.ToArray());
                break;
            default:
                break;
        }
    }

    /// <summary>Runs a shell line in this test's folder: AB is the program, URL the server.</summary>
    private async Task<(int Code, string Output, string Error)> ShellAsync(string line, Func<Process, Task>? meanwhile = null)
    {
        var script = line.Replace("AB ", Program + " ", StringComparison.Ordinal).Replace("URL", _root, StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = _folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var outcome = process.OutcomeAsync();
        if (meanwhile is not null)
            await meanwhile(process);
        return await outcome;
    }

    [Fact]
    public async Task A_fetch_that_comes_to_nothing_leaves_its_file_as_it_was()
    {
        var (code, output, _) = await ShellAsync("echo old >kept; AB fetch -o kept http://127.0.0.1:1/; code=$?; AB fetch -o absent http://127.0.0.1:1/; cat kept; ls; exit $code");
        Assert.Equal((7, "old\nkept\n"), (code, output));
    }

    [Fact]
    public async Task A_file_is_sent_before_the_answer_takes_its_place() =>
        Assert.Equal((0, "some text\n", ""), await ShellAsync("echo some text >both; AB fetch -T both -o both URL/echo; cat both"));

    [Fact]
    public async Task An_empty_body_makes_an_empty_file_and_empties_a_full_one() =>
        Assert.Equal((0, "0 new\n0 old\n", ""), await ShellAsync("echo old >old; AB fetch -o new URL/empty && AB fetch -o old URL/empty && stat -c '%s %n' new old"));

    [Theory]
    [InlineData("AB fetch URL/big | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}")]
    [InlineData("AB fetch URL/big URL/big | head -c 1 >/dev/null; echo ${PIPESTATUS[0]}")]
    public async Task A_fetch_whose_reader_has_gone_is_141_and_nothing_is_said(string line) => Assert.Equal((0, "141\n", ""), await ShellAsync(line));

    [Fact]
    public async Task A_body_that_a_full_disk_refuses_is_said_once()
    {
        var (code, _, error) = await ShellAsync("AB fetch URL/hello >/dev/full");
        Assert.Equal((23, "actorbrowser: the output cannot be written: write failed: No space left on device (errno 28)\n"), (code, error));
    }

    [Theory]
    [InlineData("-o /proc/absent/x", "cannot write '/proc/absent/x': No such file or directory")]
    [InlineData("-o ''", "cannot write '': No such file or directory")]
    [InlineData("-o /dev/full", "cannot write '/dev/full': No space left on device")]
    [InlineData("-o /proc/version/x", "cannot write '/proc/version/x': No such file or directory")]
    public async Task An_output_that_cannot_be_written_is_said_in_the_system_s_words(string output, string message)
    {
        var (code, json, _) = await ShellAsync($"AB fetch --json {output} URL/hello");
        using var report = JsonDocument.Parse(json);
        var error = report.RootElement.GetProperty("error");
        Assert.Equal((23, 200, "output", message), (code, report.RootElement.GetProperty("status").GetInt32(), error.GetProperty("kind").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Pictures_of_files_with_one_name_do_not_replace_each_other()
    {
        // A GIF of one pixel.
        const string pixel = @"GIF89a\001\000\001\000\200\000\000\377\377\377\000\000\000,\000\000\000\000\001\000\001\000\000\002\002D\001\000;";
        var (code, output, _) = await ShellAsync($"mkdir a b; printf '{pixel}' >a/p.gif; cp a/p.gif b/P.gif; cp a/p.gif b/p.jpg; AB decode -o out a/p.gif b/P.gif b/p.jpg; echo $?; LC_ALL=C ls out");
        Assert.Equal(0, code);
        Assert.EndsWith("\n0\nP.2.png\np.3.png\np.png\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(26, "fetch -T f URL/echo")]
    [InlineData(26, "fetch -d @f URL/echo")]
    [InlineData(23, "fetch -o f URL/hello")]
    [InlineData(23, "decode -o f /dev/null")]
    [InlineData(23, "browse --images f URL/hello")]
    [InlineData(1, "decode f")]
    public async Task In_a_folder_that_has_been_removed_a_relative_name_is_a_file_that_is_not_there(int code, string arguments)
    {
        var (actual, output, error) = await ShellAsync($"mkdir gone && cd gone && rmdir ../gone && AB {arguments}");
        Assert.Equal((code, ""), (actual, output));
        Assert.StartsWith("actorbrowser: ", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    // Without worlds a command's temporary folder is one of the machine's folders.
    [Theory]
    [InlineData("/proc/absent", 69)]
    [InlineData("$PWD", 3)]
    public async Task Where_a_command_has_no_world_and_no_temporary_folder_can_be_made_it_is_refused_with_the_reason(string folder, int code)
    {
        var (actual, output, error) = await ShellAsync(
            $"TMPDIR={folder} unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_mnt_namespaces; exec AB exec -- sh -c \"exit 3\"'; code=$?; ls; exit $code");
        Assert.Equal((code, ""), (actual, output));
        if (code == 69)
            Assert.Contains("could not be created (set TMPDIR to another place)", Assert.Single(error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decode fifo", "INT", 130)]
    [InlineData("decode fifo", "TERM", 143)]
    [InlineData("fetch -o fifo URL/hello", "HUP", 129)]
    public async Task A_signal_ends_the_wait_for_a_named_pipe(string arguments, string signal, int code)
    {
        var (_, output, _) = await ShellAsync($"mkfifo fifo; env --default-signal=INT {Program} {arguments} & wait $!; echo $?", async shell =>
        {
            var pid = 0;
            await ProcessTable.Until(() => (pid = ProcessTable.ChildrenOf(shell.Id).FirstOrDefault(IsWaiting)) != 0, Deadline.Long);
            await Signals.SendAsync(pid, signal);
        });
        Assert.Equal($"{code}\n", output);
    }

    // The kernel shows where a thread waits: here for the other end of a named pipe.
    private static bool IsWaiting(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{pid}/task").Any(static task => File.ReadAllText(Path.Combine(task, "syscall")).StartsWith(OpenAt, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string OpenAt => System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "257 " : "56 ";

    [Fact]
    public async Task Max_time_holds_while_nobody_reads_the_named_pipe_of_the_body()
    {
        var (code, _, error) = await ShellAsync("mkfifo fifo; AB fetch --max-time 1 -o fifo URL/hello");
        Assert.Equal(28, code);
        Assert.Contains("'fifo' was not opened within 1 s", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_pipe_with_a_reader_gets_the_body() =>
        Assert.Equal((0, "hello", ""), await ShellAsync("mkfifo fifo; cat fifo & AB fetch -o fifo URL/hello; wait"));

    [Fact]
    public async Task A_named_pipe_among_crash_reports_is_passed_over()
    {
        var (code, output, _) = await ShellAsync("mkdir -p state/actorbrowser/crashes; mkfifo state/actorbrowser/crashes/a.json; echo null >state/actorbrowser/crashes/b.json; XDG_STATE_HOME=$PWD/state AB crashes");
        Assert.Equal((0, "No child was lost.\n"), (code, output));
    }

    [Theory]
    [InlineData("fetch -d $'\\xff\\xfe' URL/echo")]
    [InlineData("fetch $'URL/\\xff'")]
    [InlineData("fetch -T $'f\\xff' URL/echo")]
    [InlineData("fetch -o $'out\\xff' URL/hello")]
    [InlineData("exec -e A=$'\\xff' -- true")]
    [InlineData("exec --cwd $'\\xff' -- true")]
    [InlineData("decode $'\\xff'")]
    [InlineData("browse --query $'\\xff' URL/hello")]
    [InlineData("crashes $'\\xff'")]
    [InlineData("sessions $'echo \\xff'")]
    public async Task An_argument_that_is_no_text_is_refused_and_nothing_is_done(string arguments)
    {
        var (code, output, error) = await ShellAsync("echo >$'f\\xff'; AB " + arguments + "; code=$?; ls | wc -l; rm $'f\\xff'; exit $code");
        Assert.Equal((2, "1\n"), (code, output));
        Assert.Contains(" is not UTF-8.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_replacement_character_itself_is_text() =>
        Assert.Equal((0, "\uFFFD"), await FirstTwo("AB fetch -d $'\\xef\\xbf\\xbd' URL/echo"));

    private async Task<(int Code, string Output)> FirstTwo(string line)
    {
        var (code, output, _) = await ShellAsync(line);
        return (code, output);
    }

    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("TERM", 143)]
    public async Task A_signal_that_ends_exec_is_its_exit_code(string signal, int code)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["exec", "--", "sh", "-c", "echo ready; sleep 1000"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().Soon());
        await Signals.SendAsync(process.Id, signal);
        await process.WaitForExitAsync().Soon();
        Assert.Equal(code, process.ExitCode);
    }
}
