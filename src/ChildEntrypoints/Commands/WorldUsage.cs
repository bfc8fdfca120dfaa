using System.Diagnostics;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Sums up the memory and threads of all processes in the runner's pid namespace, four times a second while a command runs and sooner
/// if the machine's memory dwindles, and ends them at the limit. Where there are control groups, they act sooner, and this class supplies the reason; elsewhere only this class
/// enforces the limit.
/// </summary>
internal sealed class WorldUsage
{
    private const int RoundsASecond = 4;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(1000 / RoundsASecond);

    // A count takes at most a fifth of a processor's time.
    private const int RestPerCount = 4;

    private readonly RunnerLimits _limits;
    private readonly Action<ExitCause> _end;
    private readonly ManualResetEventSlim _runs = new();
    private readonly List<int> _processes = [];
    private readonly CommandMemory _memory;
    private readonly CountPace _pace;
    private readonly MachineMemory _machine = new();
    private DiskSpace? _atStart;
    private int _rounds;

    /// <summary>Starts its thread at once: later, at the limit, no new thread may be available.</summary>
    internal WorldUsage(in RunnerLimits limits, Action<ExitCause> end)
    {
        _limits = limits;
        _end = end;
        _memory = new CommandMemory(limits.Memory);
        _pace = new CountPace(limits.Memory, Period);
        new Thread(Run) { IsBackground = true, Name = "world usage" }.UnsafeStart();
    }

    /// <summary>Called before a command starts, so that its first allocations count.</summary>
    internal void Begin()
    {
        if (_runs.IsSet)
            return;
        if (_limits.DiskShare > 0)
            _atStart = DiskSpace.Here();
        if (_machine.TryRead(out var machine))
            _memory.Begin(machine);
    }

    internal void Watch() => _runs.Set();

    internal void Rest() => _runs.Reset();

    private void Run()
    {
        using var never = new ManualResetEventSlim();
        while (true)
        {
            _runs.Wait(Timeout.Infinite);
            var started = Stopwatch.GetTimestamp();
            var machine = Machine();
            var memory = Count(machine);
            var took = Stopwatch.GetElapsedTime(started);
            _pace.Counted(memory, machine?.Available);
            never.Wait(took * RestPerCount is var rest && rest < Period ? rest : Period);
            while (_pace.Next(Machine()?.Available) is { } pause)
                never.Wait(pause);
        }
    }

    private MachineState? Machine() => _limits.Memory > 0 && _machine.TryRead(out var state) ? state : null;

    // At the exact limit the kernel refuses new processes, and programs wait and retry; so a count within 1/16 of the limit counts as reached.
    private static long Nearly(long limit) => limit - (limit / 16);

    // Returns the memory.
    private long Count(MachineState? machine)
    {
        long processes = 0, descriptors = 0;
        _processes.Clear();
        _memory.Clear();
        foreach (var process in ProcessIds.All())
        {
            processes += ProcessCounts.Threads(process);
            if (process == Environment.ProcessId)
                continue;
            if (_limits.Memory > 0)
                _memory.Add(process);
            descriptors += ProcessCounts.Descriptors(process);
            _processes.Add(process);
        }
        var memory = _limits.Memory > 0 ? _memory.Sum(machine, _processes) : 0;
        if (memory > _limits.Memory)
            EndForMemory();
        else if (_limits.Processes > 0 && processes >= Nearly(_limits.Processes))
            _end(ExitCause.ProcessLimit);
        else if ((_limits.Descriptors > 0 && descriptors >= Nearly(_limits.Descriptors)) || HasTakenAllWatches())
            _end(ExitCause.DescriptorLimit);
        // If the folder is gone, no more is written there.
        else if (_limits.DiskShare > 0 && _atStart is { } before && DiskSpace.Here() is { } now && before.HasLost(now, _limits.DiskShare))
            _end(ExitCause.DiskLimit);
        return memory;
    }

    // In a world that commands share, what they leave behind must not end the next.
    private void EndForMemory()
    {
        _end(ExitCause.MemoryLimit);
        SharedSegments.RemoveAll();
    }

    // A user has few inotify instances, and the kernel counts root's only for root as a whole. It counts epoll watches for the user
    // only. The holders are looked up only when none is left.
    private bool HasTakenAllWatches() => (!Watches.IsOneLeft() && Watches.AreOver(_processes)) || (_rounds++ % RoundsASecond == 0 && !Watches.CanPoll() && Watches.PollTooMany(_processes));
}
