using System.Diagnostics;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.CliTests;

/// <summary>Directives of systemd that docs/deployment.md calls harmless, as far as they can be tried without systemd.</summary>
public sealed class HardenedServiceSpecs
{
    // prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN), which execve keeps. Linux 6.3.
    private const string DenyWriteExecute = "import ctypes, os, sys\nif ctypes.CDLL(None).prctl(65, 1, 0, 0, 0): sys.exit(77)\nos.execv(sys.argv[1], sys.argv[1:])";

    [FactNeeds("python3")]
    public async Task With_MemoryDenyWriteExecute_a_native_program_starts_its_children()
    {
        // A JIT needs memory that it writes and then executes.
        if (File.Exists(TestChildProgram.Command + ".dll"))
            return;
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", DenyWriteExecute, TestChildProgram.Command, "exec", "--", "echo", "works"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var outcome = await process.OutcomeAsync();
        if (outcome.Code != 77)
            Assert.Equal((0, "works\n", ""), outcome);
    }
}
