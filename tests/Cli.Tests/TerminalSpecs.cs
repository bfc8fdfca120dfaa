using System.Diagnostics;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Interactive programs, run by <c>exec --pty</c> in a real terminal: tmux's.</summary>
public sealed class TerminalSpecs : IDisposable
{
    private static readonly string Program = TestChildProgram.Command;
    private readonly string _server = $"actorbrowser-{Guid.NewGuid():N}";

    public void Dispose()
    {
        if (Needs.Missing("tmux") is null)
            Tmux("kill-server");
    }

    private string Tmux(params string[] arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _server, "-f", "/dev/null", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["SHELL"] = "/bin/sh", ["TERM"] = "xterm" } })!;
        var output = tmux.StandardOutput.ReadToEnd();
        tmux.WaitForExit();
        return output;
    }

    private void Start() => Tmux("new-session", "-d", "-x", "90", "-y", "25", "-s", "main", "env PS1='outer$ ' sh");

    private void Type(string keys, params string[] special) => Tmux(["send-keys", "-t", "main", keys, .. special]);

    private async Task SeeAsync(string text)
    {
        var screen = "";
        try
        {
            await ProcessTable.Until(() => (screen = Tmux("capture-pane", "-p", "-t", "main")).Contains(text, StringComparison.Ordinal), Deadline.Long);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"'{text}' did not appear:\n{screen}");
        }
    }

    [FactNeeds("tmux", "python3")]
    public async Task A_shell_with_job_control_and_control_c_and_the_terminal_is_as_before_afterwards()
    {
        Start();
        Type($"{Program} exec --pty -- bash --norc; echo exit-$? modes-$(stty -a | grep -c 'isig icanon iexten echo ')", "Enter");
        await SeeAsync("bash-");
        // The program prints when it continues: keys typed before that would go to the shell. Not by print, within which the next signal may come.
        Type("python3 -c 'import os, signal, time; signal.signal(signal.SIGCONT, lambda *_: os.write(1, b\"resumed-%d.\" % (3 + 1))); print(\"run-%d\" % (1 + 1), flush=True); time.sleep(1000)'", "Enter");
        await SeeAsync("run-2");
        Type("C-z");
        await SeeAsync("Stopped");
        Type("fg", "Enter");
        await SeeAsync("resumed-4");
        Type("C-c");
        Type("echo code-$?; stty size", "Enter");
        await SeeAsync("code-130");
        await SeeAsync("25 90");
        Tmux("resize-window", "-t", "main", "-x", "70", "-y", "20");
        // The size travels separately, and typed keys may arrive before it.
        Type("until stty size | grep '^20 ''70$'; do :; done", "Enter");
        await SeeAsync("20 70");
        Type("exit 3", "Enter");
        // The terminal is restored, with echo: the outer shell echoes and answers what is typed now.
        await SeeAsync("exit-3 modes-1");
    }

    [FactNeeds("tmux", "python3")]
    public async Task Python_works()
    {
        Start();
        Type($"{Program} exec --pty -- python3 -q; echo exit-$?", "Enter");
        await SeeAsync(">>>");
        Type("print(6*7, __import__('os').isatty(0))", "Enter");
        await SeeAsync("42 True");
        Type("exit(5)", "Enter");
        await SeeAsync("exit-5");
    }

    [FactNeeds("tmux", "procps")]
    public async Task A_full_screen_program_works()
    {
        Start();
        Type($"{Program} exec --pty -- top; echo exit-$?", "Enter");
        await SeeAsync("Tasks:");
        Type("q");
        await SeeAsync("exit-0");
    }

    [FactNeeds("tmux", "vim-tiny")]
    public async Task An_editor_works()
    {
        // A separate folder: a command may write where it starts, not in the machine's temporary folder.
        var folder = Directory.CreateTempSubdirectory("ab-editor-");
        var file = Path.Combine(folder.FullName, "text");
        Start();
        Type($"{Program} exec --cwd {folder.FullName} --pty -- vi -u NONE {file}", "Enter");
        await SeeAsync("~");
        Type("ihello from vi", "Escape");
        Type(":wq", "Enter");
        await SeeAsync("outer$");
        await ProcessTable.Until(() => File.Exists(file) && File.ReadAllText(file) == "hello from vi\n", Deadline.Long);
        folder.Delete(recursive: true);
    }
}
