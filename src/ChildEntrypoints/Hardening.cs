using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints;

/// <summary>What every child does to itself before its first message, and the measurement of it.</summary>
internal static class Hardening
{
    /// <param name="ownsProcesses">Whether there is something to end before it ends itself.</param>
    internal static void Apply(bool ownsProcesses)
    {
        // The first process of a namespace takes all others there with it.
        if (ownsProcesses && Environment.ProcessId != 1)
            CurrentProcess.ContinueWhenParentDies();
        else
            CurrentProcess.DieWithParent();
        // The parent may have died before the line above: then nobody is left to be told of.
        if (Environment.GetEnvironmentVariable(WireProtocol.ParentVariable) is { } expected
            && int.TryParse(expected, out var parent) && CurrentProcess.ParentId != parent)
        {
            CurrentProcess.ExitNow(ChildExitCodes.ParentGone);
        }
        FileSizeSignal.Ignore();
        // The core limit is passed on to what a process starts.
        if (ownsProcesses)
            CurrentProcess.ForbidTracing();
        else
            CurrentProcess.ForbidDumps();
    }

    /// <summary>Measured, not assumed: each line is what the kernel answered.</summary>
    internal static List<LayerReport> Measure() =>
    [
        new("not-dumpable", !CurrentProcess.IsDumpable, "prctl(PR_GET_DUMPABLE)"),
        new("parent-death-signal", CurrentProcess.ParentDeathSignal != 0, $"prctl(PR_GET_PDEATHSIG) = {CurrentProcess.ParentDeathSignal}"),
    ];
}
