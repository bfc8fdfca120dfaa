using System.Globalization;
using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>Detects a process that was started as a child but starts a browser: its Main does not begin with the line that runs the child.</summary>
internal static class ForgottenChild
{
    /// <summary>Ends this process at once, with an error message for its parent, if it is one; otherwise returns.</summary>
    internal static void ExitIfThisIsOne()
    {
        if (OperatingSystem.IsWindows() || !IsOne())
            return;
        var line = $"{ChildExitNumbers.LinePrefix}this program was started as a child process and starts a browser instead: its Main must begin with "
            + "'if (ActorBrowserChild.TryRun(args, out var code)) return code;'\n";
        using (var stderr = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0))
            stderr.Write(Encoding.UTF8.GetBytes(line));
        CurrentProcess.ExitNow(ChildExitNumbers.Usage);
    }

    // A program that a child has started may have inherited the variables, but has a different parent.
    private static bool IsOne() =>
        Environment.GetEnvironmentVariable(WireProtocol.DescriptorVariable) is not null
        && int.TryParse(Environment.GetEnvironmentVariable(WireProtocol.ParentVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
        && parent == CurrentProcess.ParentId;
}
