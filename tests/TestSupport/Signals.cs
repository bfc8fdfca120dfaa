using System.Diagnostics;
using System.Globalization;

namespace ActorBrowser.TestSupport;

/// <summary>Sends signals from another process, neither the browser nor its child.</summary>
public static class Signals
{
    /// <summary>Sends a signal; completes when it is sent.</summary>
    /// <param name="pid">The process to signal.</param>
    /// <param name="signal">The name for kill(1): KILL, STOP, INT.</param>
    public static async Task SendAsync(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
