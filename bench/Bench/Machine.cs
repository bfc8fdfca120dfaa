using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorBrowser.Bench;

/// <summary>Where the figures were taken.</summary>
internal static class Machine
{
    private static readonly string Load = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    internal static string Processor() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    /// <summary>Of the minute before the first look: a busy machine spoils every figure.</summary>
    internal static string LoadAverage() => Load;

    /// <summary>
    /// Writes to so many pages of memory and gives them back, twice: a virtual machine's host may have to find each page
    /// that the machine has not used yet, and what is measured next would be that.
    /// </summary>
    /// <returns>Microseconds a page of 4 KiB took the first time, and when it was there.</returns>
    internal static (double First, double Again) TakeMemory(int mebibytes) => (TouchMicroseconds(mebibytes), TouchMicroseconds(mebibytes));

    private static unsafe double TouchMicroseconds(int mebibytes)
    {
        const int page = 4096;
        var bytes = (nuint)mebibytes << 20;
        var memory = (byte*)NativeMemory.Alloc(bytes);
        var start = Stopwatch.GetTimestamp();
        for (nuint at = 0; at < bytes; at += page)
            Volatile.Write(ref memory[at], 1);
        var elapsed = Stopwatch.GetElapsedTime(start);
        NativeMemory.Free(memory);
        return elapsed.TotalMicroseconds / (bytes / page);
    }
}
