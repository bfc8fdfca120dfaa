using System.Diagnostics;

namespace ActorBrowser.TabsTests;

/// <summary>Debian programs that tests use for comparison.</summary>
internal static class Tools
{
    internal static async Task<string[]> PythonAsync(string script, params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = python.StandardError.ReadToEndAsync();
        var output = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.True(python.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
