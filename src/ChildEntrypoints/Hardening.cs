using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>The protections that every child applies to itself before its first message, and their measurement.</summary>
internal static class Hardening
{
    /// <param name="ownsProcesses">Whether the child must end its own child processes before it exits.</param>
    internal static void Apply(bool ownsProcesses)
    {
        // When the first process of a pid namespace dies, the kernel kills all others in it, so it needs no time to end them.
        if (ownsProcesses && Environment.ProcessId != 1)
            CurrentProcess.ContinueWhenParentDies();
        else
            CurrentProcess.DieWithParent();
        // The parent may have died before the calls above took effect; then no signal will arrive.
        if (Environment.GetEnvironmentVariable(WireProtocol.ParentVariable) is { } expected
            && int.TryParse(expected, out var parent) && CurrentProcess.ParentId != parent)
        {
            CurrentProcess.ExitNow(ChildExitCodes.ParentGone);
        }
        FileSizeSignal.Ignore();
        // ForbidDumps also sets the core limit, which programs started by this child would inherit.
        if (ownsProcesses)
            CurrentProcess.ForbidTracing();
        else
            CurrentProcess.ForbidDumps();
    }

    /// <summary>Reports each protection as the kernel describes it.</summary>
    internal static List<LayerReport> Measure() =>
    [
        new("not-dumpable", !CurrentProcess.IsDumpable, "prctl(PR_GET_DUMPABLE)"),
        new("parent-death-signal", CurrentProcess.ParentDeathSignal != 0, $"prctl(PR_GET_PDEATHSIG) = {CurrentProcess.ParentDeathSignal}"),
    ];
}
