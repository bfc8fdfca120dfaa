using System.Diagnostics;
using System.Globalization;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Output of <c>exec</c> that nobody takes, or that somebody takes slowly.</summary>
public sealed class BlockedOutputSpecs
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_timeout_ends_it_although_nobody_takes_the_output()
    {
        using var process = BuiltCommand.Start("exec", "--timeout", "1", "--", "yes");
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Enough);
        Assert.Equal(124, process.ExitCode);
        Assert.Matches(@"it reached its total timeout\.\nactorbrowser: [1-9]\d+ bytes of the command's output were not written: nobody took any for 2 s\n$", await error);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task The_first_signal_ends_it_although_nobody_takes_the_output(string signal, int code)
    {
        using var process = BuiltCommand.Start("exec", "--", "yes");
        var error = process.StandardError.ReadToEndAsync();
        Assert.Equal('y', process.StandardOutput.Read());
        using (var kill = Process.Start("kill", ["-s", signal, process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(Enough);
        Assert.Equal(code, process.ExitCode);
        Assert.Contains("were not written", await error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_ends_although_the_error_stream_is_blocked_as_well()
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec {TestChildProgram.Command} exec --timeout 1 -- yes 2>&1"]) { RedirectStandardOutput = true })!;
        await shell.WaitForExitAsync().WaitAsync(Enough);
        Assert.Equal(124, shell.ExitCode);
    }

    [Theory]
    // The time is over long before the reader has everything, but it goes on taking some.
    [InlineData("exec --timeout 1 -- head -c 200000 /dev/zero", "for i in 1 2 3 4 5 6 7 8 9 10; do head -c 20000; sleep 0.5; done | wc -c")]
    // Nobody's time is over: a reader may take as long as it likes.
    [InlineData("exec -- head -c 400000 /dev/zero", "(sleep 4; wc -c)")]
    public async Task A_slow_reader_gets_everything(string exec, string reader)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"{TestChildProgram.Command} {exec} | {{ {reader}; }}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (_, output, error) = await shell.OutcomeAsync();
        Assert.Equal((exec.Contains("200000", StringComparison.Ordinal) ? "200000\n" : "400000\n", ""), (output, error));
    }
}
