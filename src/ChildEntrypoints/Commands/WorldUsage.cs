using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Sums up the memory and threads of all processes in the runner's pid namespace, four times a second while a command runs, and ends
/// them at the limit. Where there are control groups, they act sooner, and this class supplies the reason; elsewhere only this class
/// enforces the limit.
/// </summary>
internal sealed class WorldUsage
{
    private const int RoundsASecond = 4;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1000 / RoundsASecond);

    private readonly RunnerLimits _limits;
    private readonly Action<ExitCause> _end;
    private readonly ManualResetEventSlim _runs = new();
    private readonly List<int> _processes = [];
    private DiskSpace? _atStart;
    private int _rounds;

    /// <summary>Starts its thread at once: later, at the limit, no new thread may be available.</summary>
    internal WorldUsage(in RunnerLimits limits, Action<ExitCause> end)
    {
        _limits = limits;
        _end = end;
        new Thread(Run) { IsBackground = true, Name = "world usage" }.UnsafeStart();
    }

    /// <summary>Called before a command starts, so that its first allocations count.</summary>
    internal void Begin()
    {
        if (_limits.DiskShare > 0 && !_runs.IsSet)
            _atStart = DiskSpace.Here();
    }

    internal void Watch() => _runs.Set();

    internal void Rest() => _runs.Reset();

    private void Run()
    {
        using var never = new ManualResetEventSlim();
        while (true)
        {
            _runs.Wait(Timeout.Infinite);
            Count();
            never.Wait(Period);
        }
    }

    // At the exact limit the kernel refuses new processes, and programs wait and retry; so a count within 1/16 of the limit counts as reached.
    private static long Nearly(long limit) => limit - (limit / 16);

    private void Count()
    {
        long memory = 0, processes = 0, descriptors = 0;
        _processes.Clear();
        foreach (var process in ProcessIds.All())
        {
            processes += ProcessCounts.Threads(process);
            if (process == Environment.ProcessId)
                continue;
            memory += ProcessCounts.Resident(process);
            descriptors += ProcessCounts.Descriptors(process);
            _processes.Add(process);
        }
        if (_limits.Memory > 0 && memory > _limits.Memory)
            _end(ExitCause.MemoryLimit);
        else if (_limits.Processes > 0 && processes >= Nearly(_limits.Processes))
            _end(ExitCause.ProcessLimit);
        else if ((_limits.Descriptors > 0 && descriptors >= Nearly(_limits.Descriptors)) || HasTakenAllWatches())
            _end(ExitCause.DescriptorLimit);
        // If the folder is gone, no more is written there.
        else if (_limits.DiskShare > 0 && _atStart is { } before && DiskSpace.Here() is { } now && before.HasLost(now, _limits.DiskShare))
            _end(ExitCause.DiskLimit);
    }

    // A user has few inotify instances, and the kernel counts root's only for root as a whole. It counts epoll watches for the user
    // only. The holders are looked up only when none is left.
    private bool HasTakenAllWatches() => (!Watches.IsOneLeft() && Watches.AreOver(_processes)) || (_rounds++ % RoundsASecond == 0 && !Watches.CanPoll() && Watches.PollTooMany(_processes));
}
