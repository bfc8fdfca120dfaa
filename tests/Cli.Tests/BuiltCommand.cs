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

    // Tests that a script runs in its background ignore interrupts, and so would what they start.
    internal static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("env", ["--default-signal=INT", TestChildProgram.Command, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
