using System.Diagnostics;

namespace ActorBrowser.TestSupport;

/// <summary>Writes programs for tests to start.</summary>
public static class ScriptFile
{
    /// <summary>
    /// Writes a shell script that may be executed. Another process writes it: a process that this one forks meanwhile, as other tests
    /// do, would hold the descriptor open, and the kernel starts no file that somebody may write (ETXTBSY).
    /// </summary>
    public static async Task WriteAsync(string path, string lines)
    {
        using var writer = Process.Start(new ProcessStartInfo("sh", ["-c", "cat > \"$0\" && chmod 500 \"$0\"", path]) { RedirectStandardInput = true })!;
        await writer.StandardInput.WriteAsync($"#!/bin/sh\n{lines}\n");
        writer.StandardInput.Close();
        await writer.WaitForExitAsync();
        if (writer.ExitCode != 0)
            throw new IOException($"{path} could not be written.");
    }
}
