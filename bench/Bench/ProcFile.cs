using System.Globalization;

namespace ActorBrowser.Bench;

/// <summary>What Linux says about a process.</summary>
internal static class ProcFile
{
    /// <summary>Processor time used so far, in milliseconds; ticks of 10 ms.</summary>
    internal static double ProcessorMilliseconds(int process)
    {
        var text = File.ReadAllText($"/proc/{process}/stat");
        // The name is in parentheses and may hold anything; utime and stime are fields 14 and 15.
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return 10.0 * (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture));
    }

    internal static int Threads(int process) => Directory.GetDirectories($"/proc/{process}/task").Length;

    /// <summary>Resident memory, in MiB.</summary>
    internal static double ResidentMebibytes(int process) => Kibibytes($"/proc/{process}/status", "VmRSS:") / 1024;

    /// <summary>Memory with shared pages divided among their sharers, in MiB. Needs root, as children are not dumpable.</summary>
    internal static double ProportionalMebibytes(int process) => Kibibytes($"/proc/{process}/smaps_rollup", "Pss:") / 1024;

    private static double Kibibytes(string file, string key)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(key, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
