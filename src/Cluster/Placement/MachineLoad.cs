using System.Globalization;
using Akka.Event;

namespace ActorBrowser.Cluster;

/// <summary>The machine's idle processors and free memory, of the container where there is one.</summary>
/// <param name="log">Told once if they cannot be read.</param>
internal sealed class MachineLoad(ILoggingAdapter log)
{
    private long _busy;
    private long _all;
    private bool _told;

    /// <summary>The idle share since the last measurement, 0 to 1; 1 before the first and where it is not known.</summary>
    internal double IdleProcessor { get; private set; } = 1;

    internal long FreeMemory { get; private set; } = Memory().Free;

    internal long AllMemory { get; private set; } = Memory().All;

    internal void Measure()
    {
        (FreeMemory, AllMemory) = Memory();
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            using var stat = new StreamReader("/proc/stat");
            if (stat.ReadLine() is { } first)
                Count(first.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_told)
                log.Info("The processors' load cannot be read, and counts as none: {0}", e.Message);
            _told = true;
        }
    }

    // cpu user nice system idle iowait irq softirq steal: what another virtual machine has taken is not idle here.
    private void Count(string[] fields)
    {
        var times = new List<long>();
        foreach (var field in fields.Skip(1).Take(8))
        {
            if (long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var time))
                times.Add(time);
        }
        if (times.Count < 5)
            return;
        var all = times.Sum();
        var busy = all - times[3] - times[4];
        if (_all > 0 && all > _all)
            IdleProcessor = Math.Clamp(1 - ((double)(busy - _busy) / (all - _all)), 0, 1);
        (_busy, _all) = (busy, all);
    }

    // The runtime knows a container's limit. What the kernel can give back at once (caches) counts as free.
    private static (long Free, long All) Memory()
    {
        var info = GC.GetGCMemoryInfo();
        var all = info.TotalAvailableMemoryBytes;
        return (Math.Max(0, all - info.MemoryLoadBytes), all);
    }
}
