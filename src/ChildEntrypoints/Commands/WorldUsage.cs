using System.Globalization;
using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Commands;

/// <summary>
/// Counts what all processes of a world use, four times a second while a command runs, and ends them at their limit. Where there are control
/// groups, those are faster and this says why; where there are none, this is what there is.
/// </summary>
internal sealed class WorldUsage
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private readonly RunnerLimits _limits;
    private readonly Action<ExitCause> _end;
    private readonly ManualResetEventSlim _runs = new();

    /// <summary>With a thread of its own from the start: when it is needed, there may be none to be had.</summary>
    internal WorldUsage(in RunnerLimits limits, Action<ExitCause> end)
    {
        _limits = limits;
        _end = end;
        new Thread(Run) { IsBackground = true, Name = "world usage" }.UnsafeStart();
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

    // Refused by the kernel at the very number, programs wait and try again: one that is that near has reached it.
    private static long Nearly(long limit) => limit - (limit / 16);

    private void Count()
    {
        long memory = 0, processes = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
                continue;
            processes += ProcessCounts.Threads(process);
            if (process != Environment.ProcessId)
                memory += ProcessCounts.Resident(process);
        }
        if (_limits.Memory > 0 && memory > _limits.Memory)
            _end(ExitCause.MemoryLimit);
        else if (_limits.Processes > 0 && processes >= Nearly(_limits.Processes))
            _end(ExitCause.ProcessLimit);
    }
}
