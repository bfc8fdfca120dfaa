using System.Globalization;
using System.Runtime.InteropServices;

namespace ActorBrowser.Bench;

/// <summary>Reads figures of a process from Linux.</summary>
internal static partial class ProcFile
{
    private const int ScheduledTime = 2;

    /// <summary>
    /// Processor time used so far, also by threads that have ended, in milliseconds: the process's clock in nanoseconds,
    /// not the 10 ms ticks of <c>stat</c>, in which an idle child's work would be invisible.
    /// </summary>
    internal static double ProcessorMilliseconds(int process)
    {
        // The clock id as made by clock_getcpuclockid(3).
        if (GetTime((~process << 3) | ScheduledTime, out var time) != 0)
            throw new IOException($"No processor time of {process}: error {Marshal.GetLastPInvokeError()}.");
        return (time.Seconds * 1e3) + (time.Nanoseconds / 1e6);
    }

    internal static int Threads(int process) => Directory.GetDirectories($"/proc/{process}/task").Length;

    /// <summary>Resident memory, in MiB.</summary>
    internal static double ResidentMebibytes(int process) => Kibibytes($"/proc/{process}/status", "VmRSS:") / 1024;

    /// <summary>Memory with shared pages divided among their sharers, in MiB. Needs root, as children are not dumpable.</summary>
    internal static double ProportionalMebibytes(int process) => Kibibytes($"/proc/{process}/smaps_rollup", "Pss:") / 1024;

    /// <summary>The pid of its parent; 0 when it is gone.</summary>
    internal static int Parent(int process)
    {
        try
        {
            return (int)Kibibytes($"/proc/{process}/status", "PPid:");
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>The processes below a process.</summary>
    internal static List<int> DescendantsOf(int root)
    {
        var parents = new Dictionary<int, int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                parents[id] = Parent(id);
        }
        var found = new List<int>();
        foreach (var id in parents.Keys)
        {
            for (var at = id; parents.TryGetValue(at, out var parent) && at > 1; at = parent)
            {
                if (parent != root)
                    continue;
                found.Add(id);
                break;
            }
        }
        return found;
    }

    private static double Kibibytes(string file, string key)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        internal readonly long Seconds;
        internal readonly long Nanoseconds;
    }
}
