using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary><c>exec</c> without <c>--pty</c>, started by a shell in a terminal: the command gets what is typed, and never the terminal.</summary>
public sealed class TypedInputSpecs
{
    private static Task<string> TypeAsync(string line, params string[] steps) => TypingTerminal.RunAsync(line, steps);

    [FactNeeds("python3")]
    public async Task A_command_reads_what_is_typed_from_a_pipe_until_control_d()
    {
        var seen = await TypeAsync("AB exec -- sh -c 'readlink /proc/self/fd/0; echo rea''dy; sed -u s/^/got-/; echo over'; echo code-$?", "ready", "one\n", "got-one", "two\n", "got-two", "\u0004");
        Assert.Contains("pipe:[", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("/dev/pts", seen, StringComparison.Ordinal);
        Assert.Contains("over\r\ncode-0", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task A_command_cannot_control_the_terminal()
    {
        const string attacks =
            """
            import fcntl, sys, termios
            for request in (0x540c, termios.TIOCSWINSZ, termios.TIOCSTI, termios.TCXONC):
                try:
                    fcntl.ioctl(0, request, 0 if request == termios.TCXONC else bytes([1, 0, 1, 0, 0, 0, 0, 0]))
                    print("worked")
                except OSError:
                    print("refused")
            print("done")
            """;
        var seen = await TypeAsync($"stty size; AB exec -- python3 -c '{attacks}'; stty size");
        Assert.Contains("done", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("worked", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task At_most_one_line_that_the_command_does_not_read_is_taken_from_the_shell()
    {
        var seen = await TypeAsync("AB exec -- python3 -c 'import select; print(\"rea\" + \"dy\", flush=True); select.select([0], [], [])'; read line; echo got-$line", "ready", "one\ntwo\n");
        Assert.Contains("got-two", seen, StringComparison.Ordinal);
    }

    [FactNeeds("python3")]
    public async Task In_the_background_it_leaves_what_is_typed_to_the_shell_and_is_not_stopped()
    {
        var seen = await TypeAsync(
            "set -m; AB exec -- sh -c 'echo rea''dy; read x; echo command-$x' & read line; echo shell-$line; jobs; fg; echo code-$?",
            "ready", "one\n", "shell-one", "two\n");
        Assert.DoesNotContain("Stopped", seen, StringComparison.Ordinal);
        Assert.Contains("command-two", seen, StringComparison.Ordinal);
        Assert.Contains("code-0", seen, StringComparison.Ordinal);
    }
}
