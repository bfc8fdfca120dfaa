using System.Text;
using System.Text.RegularExpressions;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>Consoles of commands: what interrupts them, and terminals (pseudo consoles).</summary>
public sealed partial class TerminalSpecs
{
    [Fact]
    public async Task Ctrl_c_reaches_the_console_of_a_program_from_a_process_without_one() =>
        Assert.Equal((Consoles.Interrupted, "interrupted by ControlC"), await InterruptAsync(WindowsOrder.Interrupt, Launching.Program, Interrupted));

    [Fact]
    public async Task Ctrl_c_at_exec_reaches_its_command_which_ends_as_it_likes() =>
        Assert.Equal((Consoles.Interrupted, "interrupted by ControlC"), await InterruptAsync(WindowsOrder.Interrupt, CliRun.Program, ["exec", "--", Launching.Program, .. Interrupted]));

    [Fact]
    public async Task A_command_that_handles_ctrl_c_goes_on_for_longer_than_the_grace() =>
        Assert.Equal((Consoles.Interrupted, "interrupted by ControlC|goes on"), await InterruptAsync(WindowsOrder.Interrupt, CliRun.Program, ["exec", "--", Launching.Program, Helper.Argument, "goes-on"]));

    [Theory]
    [InlineData("deaf")]
    [InlineData("no-console")]
    public async Task A_command_that_ctrl_c_cannot_reach_is_ended_after_its_grace(string helper) =>
        Assert.Equal(((int)WindowsStatus.Killed, ""), await InterruptAsync(WindowsOrder.Interrupt, CliRun.Program, ["exec", "--", Launching.Program, Helper.Argument, helper]));

    [NeedsRealWindowsFact("Wine 8 refuses CTRL_BREAK: GenerateConsoleCtrlEvent fails with ERROR_INVALID_HANDLE, and CTRL_C is sent in its place")]
    public async Task Ctrl_break_reaches_it_too() =>
        Assert.Equal((Consoles.Interrupted, "interrupted by ControlBreak"), await InterruptAsync(WindowsOrder.Break, Launching.Program, Interrupted));

    [Fact]
    public async Task A_command_has_a_terminal_that_shows_what_it_writes_and_sends_what_is_typed()
    {
        var run = await CliRun.WithInput("hello\r"u8.ToArray(), "exec", "--pty", "--", Launching.Program, Helper.Argument, "terminal");
        var shown = Sequences().Replace(run.Output, "");
        Assert.Contains("size 80x24 waits → 世界", shown, StringComparison.Ordinal);
        Assert.Contains("read <hello> at 80x24", shown, StringComparison.Ordinal);
        Assert.Equal(5, run.ExitCode);
    }

    [Fact]
    public async Task A_terminals_command_is_ended_by_its_timeout()
    {
        var run = await CliRun.Of("exec", "--pty", "--timeout", "2", "--", Launching.Program, Helper.Argument, "stay");
        Assert.Equal(124, run.ExitCode);
    }

    [NeedsRealWindowsFact("Wine 8 cannot resize a pseudo console: ResizePseudoConsole is not implemented")]
    public async Task A_terminal_is_resized()
    {
        var (keys, write) = WindowsPipe.ForWriting(4096);
        var (screen, shows) = WindowsPipe.ForReading(4096);
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        using var terminal = WindowsPseudoConsole.Create(80, 24, keys, shows);
        keys.Dispose();
        shows.Dispose();
        using var process = WindowsProcess.Start(Start(job, "terminal") with { Terminal = terminal });
        var all = new StringBuilder();
        var reading = ReadAsync(screen, all);
        Assert.True(terminal.TryResize(100, 40));
        await write.WriteAsync("x\r"u8.ToArray());
        await WindowsWait.ForAsync(process.Handle).WaitAsync(Launching.Patience);
        terminal.Dispose();
        await reading.WaitAsync(Launching.Patience);
        Assert.Contains("at 100x40", Sequences().Replace(all.ToString(), ""), StringComparison.Ordinal);
    }

    [NeedsRealWindowsFact("Wine 8 gives a program at a pseudo console no standard handles; it must open CONIN$ and CONOUT$ itself")]
    public async Task Its_standard_handles_are_the_terminals()
    {
        var run = await CliRun.Of("exec", "--pty", "--", "cmd.exe", "/d", "/c", "echo shown");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("shown", Sequences().Replace(run.Output, ""), StringComparison.Ordinal);
    }

    private static string[] Interrupted => [Helper.Argument, "interrupted"];

    private static async Task<(int, string)> InterruptAsync(WindowsOrder order, string program, string[] arguments)
    {
        using var job = WindowsJob.Create(default, hasUserInterface: true);
        var (output, write) = WindowsPipe.ForReading(4096);
        using var process = WindowsProcess.Start(Start(job, ["interrupt", $"{order}", program, .. arguments]) with { Output = write });
        write.Dispose();
        using var reader = new StreamReader(output);
        var said = await reader.ReadToEndAsync().WaitAsync(Launching.Patience);
        await WindowsWait.ForAsync(process.Handle).WaitAsync(Launching.Patience);
        return (process.ExitCode(), string.Join('|', said.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)));
    }

    private static WindowsStart Start(WindowsJob job, params string[] helper) =>
        new(Launching.Program, WindowsCommandLine.Of(Launching.Program, [Helper.Argument, .. helper]), ChildEnvironment.Build(new Dictionary<string, string>(StringComparer.Ordinal)), job);

    private static async Task ReadAsync(Stream screen, StringBuilder all)
    {
        using var reader = new StreamReader(screen, Encoding.UTF8);
        all.Append(await reader.ReadToEndAsync());
    }

    // Control sequences, and titles.
    [GeneratedRegex("\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\))")]
    private static partial Regex Sequences();
}
