using System.Diagnostics;
using System.Globalization;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Limits of a user's shell under which no browser runs: each is named, and none is an internal error or a hang.</summary>
public sealed class LowLimitSpecs
{
    // Of nobody else: the limit counts all threads of a user. The test's files may be in a folder that only root can enter.
    private static string[] AsStranger =>
    [
        "setpriv", $"--reuid={Random.Shared.Next(60_000, 65_000)}", "--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
    ];

    private static async Task<(int Code, string Output, string Error)> RunAsync(string[] under, params string[] arguments)
    {
        var start = new ProcessStartInfo("env", ["XDG_RUNTIME_DIR=/tmp/no-such-folder", .. under, TestChildProgram.Command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        return await process.OutcomeAsync();
    }

    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(20)]
    public async Task Too_few_processes_are_a_sentence(int most)
    {
        // Root has no such limit.
        if (Environment.UserName != "root")
            return;
        var limit = most.ToString(CultureInfo.InvariantCulture);
        foreach (var verb in (string[][])[["exec", "--alone", "--", "true"], ["ping", "renderer", "-n", "1"], ["fetch", "http://127.0.0.1:9/"]])
        {
            var (code, output, error) = await RunAsync([.. AsStranger, "prlimit", $"--nproc={limit}"], verb);
            Assert.True((code, output) == (69, ""), $"{verb[0]}: {code} {error}");
            Assert.Contains($"(ulimit -u) is {limit}, that of address space (ulimit -v) is unlimited", error, StringComparison.Ordinal);
            Assert.DoesNotContain("internal error", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Too_few_open_files_are_a_sentence()
    {
        var (code, output, error) = await RunAsync(["prlimit", "--nofile=110"], "ping", "renderer", "-n", "1");
        Assert.Equal((69, "", "actorbrowser: the limit of open files (ulimit -n) is 110, and a browser needs 128: raise it; commands need 1024\n"), (code, output, error));
    }

    [Theory]
    [InlineData(1_500_000_000)]
    [InlineData(2_000_000_000)]
    [InlineData(3_000_000_000)]
    public async Task Too_little_address_space_is_a_sentence(long most)
    {
        // A native program needs less, and no fixed amount.
        if (TestChildProgram.IsNative)
            return;
        var (code, output, error) = await RunAsync(["prlimit", string.Create(CultureInfo.InvariantCulture, $"--as={most}")], "exec", "--alone", "--", "true");
        Assert.Equal((69, ""), (code, output));
        Assert.Contains($"(ulimit -v) is {most >> 10} KiB", error, StringComparison.Ordinal);
    }
}
