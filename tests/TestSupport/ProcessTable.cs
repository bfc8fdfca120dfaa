using System.Globalization;

namespace ActorBrowser.TestSupport;

/// <summary>What the kernel says of this process's children, descriptors and threads.</summary>
public static class ProcessTable
{
    /// <summary>Pids whose parent is this process, zombies included.</summary>
    public static IReadOnlyList<int> Children() => ChildrenOf(Environment.ProcessId);

    /// <summary>Pids whose parent is that process, zombies included.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && ParentOf(pid) == parent)
                children.Add(pid);
        }
        return children;
    }

    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    /// <summary>Whether it exists and is no zombie: an orphan's is reaped by whoever adopted it, when that likes.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public static int ParentOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Live processes with this among their arguments, wherever their own pids are counted: what a command in a world says of its pids is not for us.</summary>
    public static IReadOnlyList<int> WithArgument(string argument)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || !IsRunning(pid))
                continue;
            try
            {
                if (File.ReadAllText(folder + "/cmdline").Split('\0').Contains(argument))
                    found.Add(pid);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
        }
        return found;
    }

    public static int OpenDescriptors() => Directory.GetFileSystemEntries("/proc/self/fd").Length;

    public static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

    /// <summary>Waits until a condition that the kernel reports holds; it cannot be awaited, so it is looked at.</summary>
    public static async Task Until(Func<bool> condition, TimeSpan limit)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
                throw new TimeoutException($"The condition did not hold within {limit}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
