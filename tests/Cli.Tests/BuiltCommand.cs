using System.Diagnostics;
using ActorBrowser.TestSupport;

namespace ActorBrowser.CliTests;

/// <summary>Runs the built command.</summary>
internal static class BuiltCommand
{
    internal static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.OutcomeAsync();
    }

    // A script's background jobs ignore interrupts, and so would the processes that these tests start.
    internal static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", TestChildProgram.Command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
