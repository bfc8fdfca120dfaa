using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorBrowser.Bench;

/// <summary>The machine on which the figures were measured.</summary>
internal static class Machine
{
    private static readonly string Load = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    internal static string Processor() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    /// <summary>The load average of the minute before the start: a busy machine spoils every figure.</summary>
    internal static string LoadAverage() => Load;

    /// <summary>
    /// Allocates, writes to and frees so much memory, twice: the host of a virtual machine may have to allocate each page that
    /// the machine has not used before, and that would distort the next measurement.
    /// </summary>
    /// <returns>Microseconds per page of 4 KiB, the first time and the second time.</returns>
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
