using System.Diagnostics;
using System.Globalization;

namespace ActorBrowser.TestSupport;

/// <summary>Signals from somebody who is neither the browser nor its child.</summary>
public static class Signals
{
    /// <summary>Sends one; done when it is sent.</summary>
    /// <param name="pid">To whom.</param>
    /// <param name="signal">As kill(1) has it: KILL, STOP, INT.</param>
    public static async Task SendAsync(int pid, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
