using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>Where this process can create control groups: version 2, or the memory and pids hierarchies of version 1.</summary>
internal sealed class ControlGroups
{
    private const int UsualWeight = 100;

    // Files for weights, each with its default and its largest value: the first that exists is used.
    private static readonly WeightFile[] ProcessorUnified = [new("cpu.weight", 100, 10_000)];
    private static readonly WeightFile[] ProcessorShares = [new("cpu.shares", 1024, 262_144)];
    private static readonly WeightFile[] DiskUnified = [new("io.weight", 100, 10_000), new("io.bfq.weight", 100, 1000)];
    private static readonly WeightFile[] DiskSingle = [new("blkio.bfq.weight", 100, 1000), new("blkio.weight", 500, 1000)];

    private readonly string? _unified;
    private readonly string? _memory;
    private readonly string? _processes;
    private readonly (string Parent, WeightFile File)? _processor;
    private readonly (string Parent, WeightFile File)? _disk;
    private static int s_last;

    /// <summary>Sets where groups can be created; null for a hierarchy that is not available.</summary>
    /// <param name="unified">The parent in version 2, for memory and processes.</param>
    /// <param name="memory">The parent in the memory hierarchy of version 1.</param>
    /// <param name="processes">The parent in its pids hierarchy.</param>
    /// <param name="processor">Where a processor weight is written.</param>
    /// <param name="disk">Where a disk weight is written.</param>
    internal ControlGroups(string? unified, string? memory, string? processes, (string Parent, WeightFile File)? processor, (string Parent, WeightFile File)? disk)
    {
        _unified = unified;
        _memory = memory;
        _processes = processes;
        _processor = processor;
        _disk = disk;
    }

    /// <summary>A file for a weight.</summary>
    /// <param name="Name">Its name in a group.</param>
    /// <param name="Usual">The default value.</param>
    /// <param name="Most">The largest value.</param>
    internal readonly record struct WeightFile(string Name, int Usual, int Most);

    internal bool CanLimitMemory => _unified is not null || _memory is not null;

    internal bool CanLimitProcesses => _unified is not null || _processes is not null;

    internal string Description => _unified is not null ? "version 2"
        : (_memory, _processes) switch
        {
            (not null, not null) => "version 1, memory and pids",
            (not null, null) => "version 1, memory",
            (null, not null) => "version 1, pids",
            _ => "none writable",
        };

    /// <summary>Finds out by creating and removing a group in each.</summary>
    internal static ControlGroups Probe()
    {
        string? unified = null, memory = null, processes = null;
        (string, WeightFile)? processor = null, disk = null;
        try
        {
            foreach (var line in File.ReadLines("/proc/self/cgroup"))
            {
                var fields = line.Split(':', 3);
                if (fields[1].Length == 0)
                {
                    unified = Usable(DelegatedGroup.Of("/sys/fs/cgroup" + fields[2]), "memory.max", "pids.max");
                    processor ??= unified is null ? null : Weighing(unified, ProcessorUnified);
                    disk ??= unified is null ? null : Weighing(unified, DiskUnified);
                }
                else if (fields[1].Split(',').Contains("memory"))
                    memory = Usable("/sys/fs/cgroup/memory" + fields[2], "memory.limit_in_bytes");
                else if (fields[1].Split(',').Contains("pids"))
                    processes = Usable("/sys/fs/cgroup/pids" + fields[2], "pids.max");
                else if (fields[1].Split(',').Contains("cpu"))
                    processor = Weighing("/sys/fs/cgroup/cpu" + fields[2], ProcessorShares);
                else if (fields[1].Split(',').Contains("blkio"))
                    disk = Weighing("/sys/fs/cgroup/blkio" + fields[2], DiskSingle);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ControlGroups(null, null, null, null, null);
        }
        return new ControlGroups(unified, memory, processes, processor, disk);
    }

    /// <summary>Creates the groups for a child's limits; null if none is needed or possible.</summary>
    internal ControlGroup? Create(SandboxLimits limits)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"actorbrowser-{Environment.ProcessId}-{Interlocked.Increment(ref s_last)}");
        var settings = new List<(string Folder, string File, long Value)>();
        if (limits.Memory > 0 && CanLimitMemory)
            settings.Add((Path.Combine(_unified ?? _memory!, name), _unified is null ? "memory.limit_in_bytes" : "memory.max", limits.Memory));
        if (limits.Processes > 0 && CanLimitProcesses)
            settings.Add((Path.Combine(_unified ?? _processes!, name), ControlGroup.ProcessLimit, limits.Processes));
        Weigh(_processor, limits.ProcessorWeight);
        Weigh(_disk, limits.DiskWeight);
        return settings.Count == 0 ? null : new ControlGroup(settings);

        void Weigh((string Parent, WeightFile File)? where, int weight)
        {
            if (weight > 0 && where is var (parent, file))
                settings.Add((Path.Combine(parent, name), file.Name, Math.Clamp((long)weight * file.Usual / UsualWeight, 1, file.Most)));
        }
    }

    private static (string, WeightFile)? Weighing(string parent, WeightFile[] files)
    {
        foreach (var file in files)
        {
            if (Usable(parent, file.Name) is not null)
                return (parent, file);
        }
        return null;
    }

    private static string? Usable(string parent, params string[] files)
    {
        var trial = Path.Combine(parent, string.Create(CultureInfo.InvariantCulture, $"actorbrowser-{Environment.ProcessId}-probe"));
        try
        {
            RemoveLeftovers(parent);
            Directory.CreateDirectory(trial);
            try
            {
                return Array.TrueForAll(files, file => File.Exists(Path.Combine(trial, file))) ? parent : null;
            }
            finally
            {
                Directory.Delete(trial);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Removes the groups of killed browsers. The kernel refuses to remove a group with processes.
    private static void RemoveLeftovers(string parent)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, "actorbrowser-*"))
        {
            var owner = Path.GetFileName(folder).Split('-')[1];
            if (Directory.Exists("/proc/" + owner))
                continue;
            try
            {
                Directory.Delete(folder);
            }
            catch (IOException)
            {
                // The group still has processes.
            }
        }
    }
}
