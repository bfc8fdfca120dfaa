using System.Diagnostics;

namespace ActorBrowser.TestSupport;

/// <summary>A file whose opening waits for the other end.</summary>
public static class NamedPipe
{
    public static async Task MakeAsync(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        await process.WaitForExitAsync().Soon();
        Xunit.Assert.Equal(0, process.ExitCode);
    }
}
