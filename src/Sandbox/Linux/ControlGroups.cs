using System.Globalization;

namespace ActorBrowser.Sandbox;

/// <summary>Where this process can make control groups: version 2, or the memory and pids hierarchies of version 1.</summary>
internal sealed class ControlGroups
{
    private const string UnifiedWeight = "cpu.weight";
    private const string Shares = "cpu.shares";
    private const int UsualWeight = 100;
    private const int UsualShares = 1024;

    private readonly string? _unified;
    private readonly string? _memory;
    private readonly string? _processes;
    private readonly string? _weights;
    private static int s_last;

    private ControlGroups(string? unified, string? memory, string? processes, string? weights)
    {
        _weights = weights;
        _unified = unified;
        _memory = memory;
        _processes = processes;
    }

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

    /// <summary>Finds out by making a group in each and removing it.</summary>
    internal static ControlGroups Probe()
    {
        string? unified = null, memory = null, processes = null, weights = null;
        try
        {
            foreach (var line in File.ReadLines("/proc/self/cgroup"))
            {
                var fields = line.Split(':', 3);
                if (fields[1].Length == 0)
                {
                    unified = Usable("/sys/fs/cgroup" + fields[2], "memory.max", "pids.max");
                    weights ??= unified is null ? null : Usable(unified, UnifiedWeight);
                }
                else if (fields[1].Split(',').Contains("memory"))
                    memory = Usable("/sys/fs/cgroup/memory" + fields[2], "memory.limit_in_bytes");
                else if (fields[1].Split(',').Contains("pids"))
                    processes = Usable("/sys/fs/cgroup/pids" + fields[2], "pids.max");
                else if (fields[1].Split(',').Contains("cpu"))
                    weights = Usable("/sys/fs/cgroup/cpu" + fields[2], Shares);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ControlGroups(null, null, null, null);
        }
        return new ControlGroups(unified, memory, processes, weights);
    }

    /// <summary>Makes the groups that a child's limits need; null when none is needed or possible.</summary>
    internal ControlGroup? Create(SandboxLimits limits)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"actorbrowser-{Environment.ProcessId}-{Interlocked.Increment(ref s_last)}");
        var settings = new List<(string Folder, string File, long Value)>();
        if (limits.Memory > 0 && CanLimitMemory)
            settings.Add((Path.Combine(_unified ?? _memory!, name), _unified is null ? "memory.limit_in_bytes" : "memory.max", limits.Memory));
        if (limits.Processes > 0 && CanLimitProcesses)
            settings.Add((Path.Combine(_unified ?? _processes!, name), ControlGroup.ProcessLimit, limits.Processes));
        if (limits.ProcessorWeight > 0 && _weights is { } parent)
            settings.Add(parent == _unified ? (Path.Combine(parent, name), UnifiedWeight, limits.ProcessorWeight) : (Path.Combine(parent, name), Shares, limits.ProcessorWeight * UsualShares / UsualWeight));
        return settings.Count == 0 ? null : new ControlGroup(settings);
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

    // Of browsers that were killed. A group that somebody lives in cannot be removed.
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
                // Somebody does.
            }
        }
    }
}
