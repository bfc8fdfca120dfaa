namespace ActorBrowser.Bench;

/// <summary>Where the figures were taken.</summary>
internal static class Machine
{
    private static readonly string Load = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    internal static string Processor() => File.ReadLines("/proc/cpuinfo")
        .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor";

    /// <summary>Of the minute before the first look: a busy machine spoils every figure.</summary>
    internal static string LoadAverage() => Load;
}
