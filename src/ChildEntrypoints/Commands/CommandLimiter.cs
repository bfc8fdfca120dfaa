using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Limits a command right after its start. posix_spawn cannot; a program that has forked in between is found by its mark
/// and limited as well.
/// </summary>
internal static class CommandLimiter
{
    private const ulong SecondsToDie = 2;

    internal static void Apply(int processId, SessionMark mark, in CommandLimits limits)
    {
        if (limits == default || limits == new CommandLimits(0, 0, 0, 0, 0, limits.Output))
            return;
        var limited = new HashSet<int>();
        Limit(processId, limits);
        limited.Add(processId);
        for (var fresh = true; fresh;)
        {
            fresh = false;
            foreach (var found in MarkedProcesses.Find(other => other == mark))
            {
                if (!limited.Add(found))
                    continue;
                Limit(found, limits);
                fresh = true;
            }
        }
    }

    private static void Limit(int processId, in CommandLimits limits)
    {
        Set(processId, ProcessLimit.AddressSpace, limits.Memory, 0);
        // The soft limit's signal says why it ended; whoever ignores it is killed.
        Set(processId, ProcessLimit.ProcessorTime, limits.ProcessorTime, SecondsToDie);
        Set(processId, ProcessLimit.Processes, limits.Processes, 0);
        Set(processId, ProcessLimit.Descriptors, limits.Descriptors, 0);
        Set(processId, ProcessLimit.FileSize, limits.FileSize, 0);
    }

    private static void Set(int processId, ProcessLimit limit, long value, ulong beyond)
    {
        if (value > 0)
            _ = ProcessLimits.Set(processId, limit, (ulong)value, (ulong)value + beyond);
    }
}
