using System.Diagnostics;
using ActorBrowser.TestSupport;

namespace ActorBrowser.CliTests;

/// <summary>The result of a program that a test has started.</summary>
internal static class ProcessOutcome
{
    /// <summary>Reads both redirected outputs to their end, and waits for the exit.</summary>
    /// <param name="process">Just started.</param>
    /// <param name="patience">How long it may take; null for <see cref="Deadline.Long"/>.</param>
    internal static async Task<(int Code, string Output, string Error)> OutcomeAsync(this Process process, TimeSpan? patience = null)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(patience ?? Deadline.Long);
        return (process.ExitCode, await output, await error);
    }
}
