using ActorBrowser.Interop;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Starts a command with its session tag and its limits. On processors that <see cref="LimitedSpawner"/> supports they are set before
/// its first instruction, elsewhere right after its start; processes that it forks before that are found by the tag.
/// </summary>
internal static class CommandLimiter
{
    private const ulong SecondsToDie = 2;

    /// <summary>Returns 0, or the errno of the call that failed.</summary>
    internal static int TrySpawn(Interop.SpawnRequest start, SessionTag tag, in CommandLimits limits, out int processId)
    {
        if (LimitedSpawner.IsSupported)
            return LimitedSpawner.TrySpawn(start, [new LimitSetting(ProcessLimit.RealTimeTime, tag.Value, ProcessLimits.Unlimited), .. Settings(limits)], out processId);
        tag.Apply();
        var errno = ProcessSpawner.TrySpawn(start, out processId);
        if (errno == 0)
            LimitAfterwards(processId, tag, Settings(limits));
        return errno;
    }

    private static void LimitAfterwards(int processId, SessionTag tag, List<LimitSetting> settings)
    {
        if (settings.Count == 0)
            return;
        var limited = new HashSet<int> { processId };
        Limit(processId, settings);
        for (var fresh = true; fresh;)
        {
            fresh = false;
            foreach (var found in MarkedProcesses.Find(other => other == tag))
            {
                if (!limited.Add(found))
                    continue;
                Limit(found, settings);
                fresh = true;
            }
        }
    }

    private static void Limit(int processId, List<LimitSetting> settings)
    {
        foreach (var setting in settings)
            _ = ProcessLimits.Set(processId, setting.Limit, setting.Soft, setting.Hard);
    }

    private static List<LimitSetting> Settings(in CommandLimits limits)
    {
        var settings = new List<LimitSetting>();
        Add(ProcessLimit.AddressSpace, limits.Memory, 0);
        // SIGXCPU at the soft limit shows the reason; a command that ignores it is killed at the hard limit.
        Add(ProcessLimit.ProcessorTime, limits.ProcessorTime, SecondsToDie);
        Add(ProcessLimit.Processes, limits.Processes, 0);
        Add(ProcessLimit.Descriptors, limits.Descriptors, 0);
        Add(ProcessLimit.FileSize, limits.FileSize, 0);
        return settings;

        void Add(ProcessLimit limit, long value, ulong beyond)
        {
            if (value > 0)
                settings.Add(new LimitSetting(limit, (ulong)value, (ulong)value + beyond));
        }
    }
}
